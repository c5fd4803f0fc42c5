package org.diptych.engine.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.diptych.engine.api.Experiment.Claim;
import org.diptych.engine.api.Experiment.Measure;
import org.diptych.engine.api.Experiment.Relation;
import org.diptych.engine.api.ExperimentResult.Run;

/// What an experiment's numbers say: each arm's measures over its seeds, and whether they bear out what was expected.
///
/// @param arms     arm -> measure -> what its runs gave; arms without a finished run are left out
/// @param verdicts one a claim whose both arms have a finished run
public record Findings(Map<String, Map<String, Cell>> arms, List<Verdict> verdicts) {
    /// Two-sided 95 % points of Student's t for 1, 2, 3 ... degrees of freedom; the last serves for all that follow.
    private static final double[] STUDENT = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
            2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086};

    /// @param seeds how many runs gave it
    /// @param mean  over them
    /// @param least among them
    /// @param most  among them
    public record Cell(int seeds, double mean, double least, double most) {
    }

    public enum Kind {
        /// The difference is as expected and larger than what seeds alone make.
        AGREES,
        /// The difference is no larger than what seeds alone make.
        NOISE,
        /// The difference is larger than what seeds alone make, and contrary to what was expected.
        OPPOSITE,
        /// One seed says nothing of what seeds make.
        ONE_SEED
    }

    /// @param arm        mean of the arm of which more was expected
    /// @param against    mean of the other
    /// @param difference of both, positive when the former is better
    /// @param noise      the largest difference that seeds alone make in 95 of 100 cases, by Student's t with the pooled deviation of both arms; NaN with one seed
    /// @param seeds      runs of each arm that were compared
    public record Verdict(Claim claim, Kind kind, double arm, double against, double difference, double noise,
            int seeds) {

        /// @return the sentence
        public Message says(Experiment experiment) {
            String key = "experiments.verdict." + kind.name().toLowerCase(java.util.Locale.ROOT)
                    + (kind == Kind.NOISE && claim.relation() == Relation.AT_LEAST ? ".atleast" : "");
            if (kind == Kind.ONE_SEED) {
                key += difference > 0 ? ".better" : difference < 0 ? ".worse" : ".same";
            }
            return Message.of(key, ValueNames.name(claim.measure()), experiment.label(claim.arm()),
                    experiment.label(claim.against()), figure(arm), figure(against), figure(Math.abs(difference)),
                    Double.isNaN(noise) ? "–" : figure(noise), seeds);
        }
    }

    /// @return a number as tables show it: three decimals, fewer where it is large
    public static String figure(double value) {
        double size = Math.abs(value);
        return String.format(java.util.Locale.ROOT, size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.3f", value);
    }

    /// @param runs finished ones, of any arms and seeds
    public static Findings of(Experiment experiment, List<Run> runs) {
        Map<String, Map<String, Cell>> arms = new LinkedHashMap<>();
        for (Experiment.Arm arm : experiment.arms()) {
            List<Run> own = runs.stream().filter(r -> r.arm().equals(arm.id())).toList();
            if (!own.isEmpty()) {
                Map<String, Cell> cells = new LinkedHashMap<>();
                experiment.measures().forEach(
                        m -> cell(own, m.value()).ifPresent(c -> cells.put(m.value(), c)));
                arms.put(arm.id(), cells);
            }
        }
        List<Verdict> verdicts = new ArrayList<>();
        for (Claim claim : experiment.claims()) {
            experiment.measure(claim.measure()).flatMap(m -> verdict(claim, m, runs)).ifPresent(verdicts::add);
        }
        return new Findings(arms, verdicts);
    }

    /// @return the arms whose mean is the best of a measure, by the digits that are shown; none where all are alike
    public List<String> best(Measure measure) {
        Map<String, Double> means = new LinkedHashMap<>();
        arms.forEach((arm, cells) -> {
            if (cells.containsKey(measure.value())) {
                means.put(arm, cells.get(measure.value()).mean());
            }
        });
        double sign = measure.higher() ? 1 : -1;
        String top = means.values().stream().max((a, b) -> Double.compare(sign * a, sign * b)).map(Findings::figure)
                .orElse("");
        List<String> best = means.entrySet().stream().filter(e -> figure(e.getValue()).equals(top))
                .map(Map.Entry::getKey).toList();
        return best.size() == means.size() ? List.of() : best;
    }

    private static Optional<Cell> cell(List<Run> runs, String measure) {
        double[] values = runs.stream().map(r -> r.values().get(measure))
                .filter(v -> v != null && Double.isFinite(v)).mapToDouble(Double::doubleValue).sorted().toArray();
        return values.length == 0
                ? Optional.empty()
                : Optional.of(new Cell(values.length, mean(values), values[0], values[values.length - 1]));
    }

    /// Compares the seeds that both arms were run with.
    private static Optional<Verdict> verdict(Claim claim, Measure measure, List<Run> runs) {
        Map<Long, Double> one = bySeed(runs, claim.arm(), measure.value());
        Map<Long, Double> other = bySeed(runs, claim.against(), measure.value());
        one.keySet().retainAll(other.keySet());
        if (one.isEmpty()) {
            return Optional.empty();
        }
        ToDoubleFunction<Map<Long, Double>> mean = m -> mean(values(m, one));
        double arm = mean.applyAsDouble(one);
        double against = mean.applyAsDouble(other);
        double difference = measure.higher() ? arm - against : against - arm;
        int n = one.size();
        if (n == 1) {
            return Optional.of(new Verdict(claim, Kind.ONE_SEED, arm, against, difference, Double.NaN, 1));
        }
        double pooled = Math.sqrt((squares(values(one, one), arm) + squares(values(other, one), against))
                / (2.0 * (n - 1)));
        double noise = STUDENT[Math.min(2 * (n - 1), STUDENT.length) - 1] * pooled * Math.sqrt(2.0 / n);
        Kind kind = Math.abs(difference) <= noise ? Kind.NOISE : difference > 0 ? Kind.AGREES : Kind.OPPOSITE;
        return Optional.of(new Verdict(claim, kind, arm, against, difference, noise, n));
    }

    private static Map<Long, Double> bySeed(List<Run> runs, String arm, String measure) {
        Map<Long, Double> out = new LinkedHashMap<>();
        for (Run run : runs) {
            Double value = run.values().get(measure);
            if (run.arm().equals(arm) && value != null && Double.isFinite(value)) {
                out.put(run.seed(), value);
            }
        }
        return out;
    }

    private static double[] values(Map<Long, Double> of, Map<Long, Double> seeds) {
        return seeds.keySet().stream().mapToDouble(of::get).toArray();
    }

    private static double mean(double[] values) {
        return java.util.Arrays.stream(values).average().orElseThrow();
    }

    private static double squares(double[] values, double mean) {
        return java.util.Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    }
}
