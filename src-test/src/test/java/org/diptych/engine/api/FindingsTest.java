package org.diptych.engine.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.Experiment.Claim;
import org.diptych.engine.api.Experiment.Measure;
import org.diptych.engine.api.Experiment.Relation;
import org.diptych.engine.api.Findings.Kind;
import org.diptych.engine.train.PlanFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What is said of an experiment's numbers.
@Tag("unit")
class FindingsTest {
    private static final String MEASURE = "validation.accuracy.mlm";

    private static Experiment experiment(boolean higher, Relation relation) throws EngineException {
        FineTunePlan plan = PlanFile.parse("{\"model\": \"clip\"}", "p");
        return new Experiment("roberta-masking", 10, 2, List.of(),
                List.of(new Experiment.Arm("static", "clip", plan), new Experiment.Arm("dynamic", "clip", plan)),
                List.of(new Measure(MEASURE, higher)), List.of(),
                List.of(new Claim(MEASURE, "dynamic", "static", relation)));
    }

    /// @param dynamic values by seed, then those of the other arm
    private static List<ExperimentResult.Run> runs(double[] dynamic, double[] still) throws EngineException {
        List<ExperimentResult.Run> out = new ArrayList<>();
        for (int seed = 0; seed < Math.max(dynamic.length, still.length); seed++) {
            RunLog.Header header = new RunLog.Header("r", "2026-01-02T03:04:05Z",
                    PlanFile.parse("{\"model\": \"clip\", \"seed\": " + seed + "}", "p"), "", "cpu", 1, Map.of());
            if (seed < still.length) {
                out.add(new ExperimentResult.Run("static", header, 1, Map.of(MEASURE, still[seed]), List.of()));
            }
            if (seed < dynamic.length) {
                out.add(new ExperimentResult.Run("dynamic", header, 1, Map.of(MEASURE, dynamic[seed]), List.of()));
            }
        }
        return out;
    }

    private static Findings.Verdict verdict(Experiment experiment, double[] dynamic, double[] still)
            throws EngineException {
        return Findings.of(experiment, runs(dynamic, still)).verdicts().getFirst();
    }

    @Test
    void aDifferenceBeyondWhatSeedsMakeAgreesOrIsOpposite() throws Exception {
        Experiment more = experiment(true, Relation.BETTER);
        Findings.Verdict agrees = verdict(more, new double[]{0.61, 0.59}, new double[]{0.41, 0.39});
        assertThat(agrees.kind()).isEqualTo(Kind.AGREES);
        assertThat(agrees.difference()).isCloseTo(0.2, within(1e-9));
        // both deviations are sqrt(2) / 100, and Student's t for two degrees of freedom is 4.303
        assertThat(agrees.noise()).isCloseTo(4.303 * Math.sqrt(2) / 100, within(1e-9));
        assertThat(Texts.ENGLISH.get(agrees.says(more)))
                .isEqualTo("As expected: validation accuracy: mlm is 0.600 for dynamic and 0.400 for static. The "
                        + "difference of 0.200 is larger than the 0.061 that seeds alone make (2 seeds each, 95 %).");
        Findings.Verdict opposite = verdict(more, new double[]{0.41, 0.39}, new double[]{0.61, 0.59});
        assertThat(opposite.kind()).isEqualTo(Kind.OPPOSITE);
        assertThat(Texts.ENGLISH.get(opposite.says(more))).startsWith("Contrary to what was expected");
        assertThat(Texts.CHINESE.get(opposite.says(more))).startsWith("与预期相反").contains("“动态”为 0.400");
        Findings.Verdict less = verdict(experiment(false, Relation.BETTER), new double[]{0.41, 0.39},
                new double[]{0.61, 0.59});
        assertThat(less.kind()).as("where less is better").isEqualTo(Kind.AGREES);
    }

    @Test
    void whatSeedsMakeTooIsNoise() throws Exception {
        double[] dynamic = {0.65, 0.55};
        double[] still = {0.58, 0.52};
        Experiment better = experiment(true, Relation.BETTER);
        assertThat(verdict(better, dynamic, still).kind()).isEqualTo(Kind.NOISE);
        assertThat(Texts.ENGLISH.get(verdict(better, dynamic, still).says(better))).startsWith("Within noise")
                .endsWith("nothing is shown either way.");
        Experiment least = experiment(true, Relation.AT_LEAST);
        assertThat(Texts.ENGLISH.get(verdict(least, still, dynamic).says(least))).startsWith("Within noise")
                .endsWith("Nothing here speaks against \"at least as good\".");
    }

    @Test
    void moreSeedsShowSmallerDifferences() throws Exception {
        Experiment experiment = experiment(true, Relation.BETTER);
        double[] dynamic = {0.61, 0.59, 0.60, 0.62, 0.58, 0.60};
        double[] still = {0.58, 0.56, 0.57, 0.59, 0.55, 0.57};
        assertThat(verdict(experiment, new double[]{0.61, 0.59}, new double[]{0.58, 0.56}).kind())
                .isEqualTo(Kind.NOISE);
        assertThat(verdict(experiment, dynamic, still).kind()).isEqualTo(Kind.AGREES);
    }

    @Test
    void oneSeedIsNoEvidence() throws Exception {
        Experiment experiment = experiment(true, Relation.BETTER);
        Findings.Verdict better = verdict(experiment, new double[]{0.9}, new double[]{0.1});
        assertThat(better.kind()).isEqualTo(Kind.ONE_SEED);
        assertThat(Texts.ENGLISH.get(better.says(experiment))).contains("in the expected direction")
                .contains("One seed is no evidence of spread");
        assertThat(Texts.ENGLISH.get(verdict(experiment, new double[]{0.1}, new double[]{0.9}).says(experiment)))
                .contains("against the expected direction");
        // a second seed of one arm alone compares nothing
        assertThat(verdict(experiment, new double[]{0.9, 0.8}, new double[]{0.1}).seeds()).isEqualTo(1);
        assertThat(Findings.of(experiment, runs(new double[]{0.9}, new double[0])).verdicts()).isEmpty();
    }

    @Test
    void theBestIsMarkedByWhatIsShown() throws Exception {
        Measure measure = new Measure(MEASURE, true);
        Findings findings = Findings.of(experiment(true, Relation.BETTER),
                runs(new double[]{0.61, 0.59}, new double[]{0.41, 0.39}));
        assertThat(findings.best(measure)).containsExactly("dynamic");
        assertThat(findings.best(new Measure(MEASURE, false))).containsExactly("static");
        assertThat(findings.arms().get("static").get(MEASURE)).isEqualTo(new Findings.Cell(2, 0.4, 0.39, 0.41));
        assertThat(Findings.of(experiment(true, Relation.BETTER), runs(new double[]{0.5}, new double[]{0.50004}))
                .best(measure)).as("alike").isEmpty();
    }

    @Test
    void figuresHaveAsManyDigitsAsAreOfUse() {
        assertThat(List.of(Findings.figure(0.6214), Findings.figure(56.438), Findings.figure(-895_200)))
                .containsExactly("0.621", "56.4", "-895,200");
    }
}
