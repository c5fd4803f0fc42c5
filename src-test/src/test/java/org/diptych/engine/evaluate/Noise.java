package org.diptych.engine.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.diptych.engine.api.EvaluateResult.Mark;

/// Whether two models that the same plan has made differ by more than chance.
///
/// A mark is a share of n cases, or a mean over n cases of values between 0 and 1, whose variance is that of a share at most. The difference of two such marks has the standard error
/// sqrt(p(1-p)/n + q(1-q)/n), with one success and one failure added to each side (Agresti and Caffo 2000), since a mark of 1 would else be said to have none. 3.29 of them are exceeded by chance
/// once in a thousand times, in either direction. That takes the cases of both sides to be drawn apart; here they are the same ones, which makes it a little wider than it needs to be.
///
/// To this comes what the seed of a run makes on the same cases: the committed `roberta-masking.result.json` has, of the same plan, shares that lie 0.0145 and 0.0043 apart from one seed to the
/// other, 0.011 in the mean square, and twice that is allowed.
public final class Noise {
    /// Two-sided, one in a thousand.
    private static final double ERRORS = 3.2905;
    private static final double SEEDS = 0.02;

    private Noise() {
    }

    /// @param count cases of each
    /// @return how far apart two marks may lie
    public static double allowed(double one, double other, int count) {
        return ERRORS * Math.sqrt(variance(one, count) + variance(other, count)) + SEEDS;
    }

    private static double variance(double share, int count) {
        double p = (share * count + 1) / (count + 2);
        return p * (1 - p) / (count + 2);
    }

    /// @return a line for each mark of which one side has none, or whose values lie too far apart
    public static List<String> beyond(List<Mark> shipped, List<Mark> again) {
        Map<String, Mark> old = named(shipped);
        Map<String, Mark> anew = named(again);
        List<String> out = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>(old.keySet());
        names.addAll(anew.keySet());
        for (String name : names) {
            if (!old.containsKey(name) || !anew.containsKey(name)) {
                out.add(name + ": only of " + (old.containsKey(name) ? "the shipped weights" : "the new weights"));
            } else if (!within(old.get(name), anew.get(name))) {
                out.add(line(old.get(name), anew.get(name)));
            }
        }
        return out;
    }

    /// A value that is no number is within nothing.
    private static boolean within(Mark one, Mark other) {
        return Math.abs(one.value() - other.value()) <= allowed(one, other);
    }

    private static double allowed(Mark one, Mark other) {
        return allowed(one.value(), other.value(), Math.min(one.count(), other.count()));
    }

    /// @return the mark's name, both values, and how far apart they may lie
    public static String line(Mark one, Mark other) {
        return String.format(Locale.ROOT, "%s\t%.4f\t%.4f\t%.4f", one.name(), one.value(), other.value(),
                allowed(one, other));
    }

    private static Map<String, Mark> named(List<Mark> marks) {
        return marks.stream().collect(Collectors.toMap(Mark::name, Function.identity()));
    }
}
