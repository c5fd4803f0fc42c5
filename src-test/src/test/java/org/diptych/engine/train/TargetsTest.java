package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.api.StepCost;
import org.diptych.engine.api.Targets;
import org.diptych.engine.api.Targets.Candidate;
import org.diptych.engine.api.Targets.Side;
import org.diptych.engine.api.Texts;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the next step of a real run aims at, and what a step costs.
@Tag("invariant")
class TargetsTest {
    @TempDir
    Path folder;

    private TinyRun run(String name, String... replaced) throws Exception {
        return TinyRun.start(TinyPlans.of(name, replaced), folder.resolve("run")).toTheEnd();
    }

    private static Targets targets(TinyRun run, OptionalInt pair) throws EngineException {
        return TinyRun.await(run.session().targets(pair));
    }

    private static List<Candidate> all(Targets targets) {
        return targets.aims().stream().flatMap(a -> a.candidates().stream()).toList();
    }

    @ParameterizedTest
    @ValueSource(strings = {"albef", "blip"})
    void withoutTheCopyOnlyTheLabelCounts(String name) throws Exception {
        TinyRun run = run(name, "steps", "2", "lessons.alpha", "0");
        Targets targets = targets(run, OptionalInt.empty());
        assertThat(targets.alpha()).isZero();
        assertThat(all(targets)).isNotEmpty().allSatisfy(c -> assertThat(c.target()).isEqualTo(c.label()));
        run.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"albef", "blip"})
    void theCopyHasItsShareInEachTarget(String name) throws Exception {
        TinyRun run = run(name, "steps", "2", "lessons.alpha", "0.4", "lessons.alphaRamp", "0");
        Targets targets = targets(run, OptionalInt.of(5));
        assertThat(targets.pair()).isEqualTo(5);
        assertThat(targets.step()).isEqualTo(3);
        assertThat(targets.alpha()).isEqualTo(0.4);
        assertThat(targets.aims()).extracting(Targets.Aim::side).contains(Side.SENTENCES, Side.PICTURES);
        assertThat(all(targets)).allSatisfy(c -> assertThat(c.target()).isCloseTo(0.4 * c.copy() + 0.6 * c.label(),
                within(1e-6)));
        for (Targets.Aim aim : targets.aims()) {
            Candidate own = aim.candidates().getFirst();
            assertThat(own.label()).isEqualTo(1);
            assertThat(own.copy()).isBetween(0.0, 1.0);
            assertThat(aim.candidates()).hasSizeGreaterThan(3);
            assertThat(aim.candidates().stream().skip(1)).as("%s", aim.side())
                    .allSatisfy(c -> assertThat(c.label()).isZero());
            assertThat(aim.candidates().stream().mapToDouble(Candidate::target).sum()).isBetween(0.6, 1 + 1e-5);
        }
        assertThat(targets.aims().getFirst().candidates().getFirst().text())
                .contains(targets.pairs().get(5).caption());
        assertThat(targets.aims().getFirst().of()).isEqualTo(8 + 24);
        run.close();
    }

    /// The queue of 24 takes 8 features a step, so that after 4 steps it holds steps 2 to 4 and begins anew at place 8.
    @Test
    void whatStandsInTheQueueIsWhatTheStepsDrew() throws Exception {
        TinyRun run = run("albef", "steps", "4", "data.noise", "0.5");
        Targets targets = targets(run, OptionalInt.of(1));
        Targets.Queue queue = targets.queue().orElseThrow();
        assertThat(queue).isEqualTo(new Targets.Queue(24, 8, 8, 4));
        assertThat(queue.age(7)).hasValue(1);
        assertThat(queue.age(8)).hasValue(3);
        assertThat(queue.oldest()).isEqualTo(3);
        FineTunePlan plan = run.session().log().header().plan();
        ToyboxDataset data = new ToyboxDataset(plan.data(), Split.TRAIN);
        Draw draw = new Draw(plan.seed(), data.size(), data.group(), Draw.Sizes.of(plan.batch()), Corrections.none());
        int met = 0;
        for (int pair = 0; pair < 8; pair++) {
            for (Targets.Aim aim : targets(run, OptionalInt.of(pair)).aims()) {
                for (Candidate c : aim.candidates().stream().filter(c -> aim.side() != Side.WORDS).toList()) {
                    List<String> said = java.util.Arrays.stream(draw.examples(5 - c.age().orElse(0)))
                            .mapToObj(i -> data.example(i).caption()).toList();
                    assertThat(said).contains(c.text().orElseThrow());
                    assertThat(c.picture()).isPresent();
                    met += c.age().isPresent() ? 1 : 0;
                }
            }
        }
        assertThat(met).as("candidates of the queue").isPositive();
        run.close();
    }

    @Test
    void aWrongCaptionComesFirstAndAHiddenWordIsAGap() throws Exception {
        TinyRun run = run("albef", "steps", "2", "data.noise", "0.5");
        Targets targets = targets(run, OptionalInt.empty());
        assertThat(targets.pairs()).hasSize(8).anyMatch(Targets.Pair::right).anyMatch(p -> !p.right());
        assertThat(targets.pairs().get(targets.pair()).right()).isFalse();
        assertThat(targets.pairs().subList(0, targets.pair())).allMatch(Targets.Pair::right);
        Targets.Aim word = targets.aims().getLast();
        assertThat(word.side()).isEqualTo(Side.WORDS);
        assertThat(word.asked()).contains("____");
        String missing = word.candidates().getFirst().text().orElseThrow();
        assertThat(word.asked().replace("____", missing)).isEqualTo(targets.pairs().get(targets.pair()).caption());
        run.close();
    }

    /// Looking on leaves no trace: the run learns to the last digit what it would have learnt.
    @Test
    void lookingOnChangesNothing() throws Exception {
        FineTunePlan plan = TinyPlans.of("albef", "steps", "12", "config.bert_config.hidden_dropout_prob", "0.1");
        TinyRun alone = TinyRun.start(plan, folder.resolve("alone")).toTheEnd();
        TinyRun watched = TinyRun.start(plan, folder.resolve("watched"));
        TinyRun.until(() -> watched.session().log().size() > 3);
        watched.session().pause();
        int step = TinyRun.await(watched.session().targets(OptionalInt.empty())).step();
        assertThat(TinyRun.await(watched.session().targets(OptionalInt.empty())).step()).isBetween(step, step + 1);
        watched.session().resume();
        while (watched.session().status() == Status.RUNNING) {
            TinyRun.await(watched.session().targets(OptionalInt.of(2)));
        }
        watched.toTheEnd();
        assertThat(watched.losses()).isEqualTo(alone.losses());
        alone.close();
        watched.close();
    }

    @Test
    void aRunThatLearnsFromLabelsAloneSaysWhy() throws Exception {
        TinyRun clip = TinyRun.start(TinyRun.plan("\"steps\": 12", "\"steps\": 2"), folder.resolve("clip")).toTheEnd();
        assertThat(Texts.ENGLISH.get(clip.session().noTargets().orElseThrow())).contains("no copy", "no queue");
        assertThatThrownBy(() -> targets(clip, OptionalInt.empty())).isInstanceOf(EngineException.class);
        TinyRun.await(clip.session().restore());
        clip.close();
        TinyRun albef = run("albef", "steps", "2", "objectives.contrastive", "", "objectives.mlm", "");
        assertThat(Texts.ENGLISH.get(albef.session().noTargets().orElseThrow())).contains("contrastive", "mlm");
        albef.close();
        assertThatThrownBy(() -> targets(albef, OptionalInt.empty())).isInstanceOf(EngineException.class)
                .hasMessageContaining("aims at nothing");
    }

    /// ALBEF's contrast reads picture and text twice, once with the copy; matching goes on from there, and hidden words are read by both again.
    @Test
    void theCostOfAStepTellsWhoseForwardsTheyAre() throws Exception {
        TinyRun run = run("albef", "steps", "3");
        StepCost cost = StepCost.of(run.session().log()).orElseThrow();
        assertThat(cost.parts()).extracting(StepCost.Part::objective).containsExactly("contrastive", "itm", "mlm");
        for (StepCost.Part part : cost.parts()) {
            assertThat(part.stacks().stream().mapToDouble(StepCost.Stack::passes).sum()).as(part.objective())
                    .isCloseTo(part.forwards(), within(1e-9));
            assertThat(part.ms()).isPositive();
        }
        Map<String, Double> copied = Map.of("contrastive", cost.parts().get(0).copied(), "itm",
                cost.parts().get(1).copied(), "mlm", cost.parts().get(2).copied());
        assertThat(copied.get("contrastive")).isEqualTo(cost.parts().get(0).forwards() / 2);
        assertThat(copied.get("itm")).isZero();
        assertThat(copied.get("mlm")).isEqualTo(1);
        assertThat(cost.parts().get(2).forwards()).isEqualTo(2);
        assertThat(cost.forwards()).isEqualTo(
                cost.parts().get(0).forwards() + cost.parts().get(1).forwards() + 2, within(1e-9));
        assertThat(cost.parts().get(0).stacks()).filteredOn(StepCost.Stack::copy).extracting(StepCost.Stack::name)
                .contains("visual_encoder_m");
        assertThat(cost.ms()).isGreaterThan(cost.parts().stream().mapToDouble(StepCost.Part::ms).sum());
        run.close();
    }
}
