package org.diptych.engine.curves;

import java.util.Arrays;
import java.util.List;
import org.diptych.engine.api.RunLog;

/// One value of a log, where it is a number, in the order of its steps.
///
/// @param steps  (n)
/// @param values (n)
record Series(int[] steps, double[] values) {
    /// The most that neighbours are taken to resemble one another, lest an error of a mean has no bound.
    private static final double ALIKE = 0.95;

    static Series of(List<RunLog.Row> rows, String name) {
        int[] steps = new int[rows.size()];
        double[] values = new double[rows.size()];
        int n = 0;
        for (RunLog.Row row : rows) {
            Double value = row.values().get(name);
            if (value != null && Double.isFinite(value)) {
                steps[n] = row.step();
                values[n++] = value;
            }
        }
        return new Series(Arrays.copyOf(steps, n), Arrays.copyOf(values, n));
    }

    int size() {
        return steps.length;
    }

    int lastStep() {
        return steps[steps.length - 1];
    }

    double last() {
        return values[values.length - 1];
    }

    /// @return points `from` to before `to`
    Series part(int from, int to) {
        return new Series(Arrays.copyOfRange(steps, from, to), Arrays.copyOfRange(values, from, to));
    }

    /// @return points of steps `from` to `to`, both with
    Series steps(int from, int to) {
        return part(before(from), before(to + 1));
    }

    /// @return how many points stand at lesser steps
    int before(int step) {
        int n = 0;
        while (n < steps.length && steps[n] < step) {
            n++;
        }
        return n;
    }

    double mean() {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    double median() {
        return median(values);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        return n == 0 ? Double.NaN : n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
    }

    /// @return mean correlation of a value with the next one, a straight trend taken away; 0 for what does not vary
    double likeness() {
        int n = values.length;
        double mean = mean();
        double slope = 0;
        double width = 0;
        for (int i = 0; i < n; i++) {
            double at = i - (n - 1) / 2.0;
            slope += at * (values[i] - mean);
            width += at * at;
        }
        slope = width > 0 ? slope / width : 0;
        double square = 0;
        double product = 0;
        double former = 0;
        for (int i = 0; i < n; i++) {
            double rest = values[i] - mean - slope * (i - (n - 1) / 2.0);
            square += rest * rest;
            product += i == 0 ? 0 : rest * former;
            former = rest;
        }
        return square > 1e-12 * mean * mean * n ? product / square : 0;
    }

    /// @return standard error of the mean; values that resemble their neighbours count for fewer
    double error() {
        int n = values.length;
        if (n < 2) {
            return 0;
        }
        double mean = mean();
        double variance = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / (n - 1);
        double alike = Math.clamp(likeness(), 0, ALIKE);
        return Math.sqrt(variance / n * (1 + alike) / (1 - alike));
    }

    /// @return spread of a value about the trend, from the median step between neighbours (1.4826: median to standard deviation of a normal distribution)
    double noise() {
        double[] steps = new double[Math.max(0, values.length - 1)];
        Arrays.setAll(steps, i -> Math.abs(values[i + 1] - values[i]));
        return median(steps) * 1.4826 / Math.sqrt(2);
    }

    /// @return the same from the median bend between three neighbours: for few points, whose trend from one to the next is larger than their noise
    double bend() {
        double[] bends = new double[Math.max(0, values.length - 2)];
        Arrays.setAll(bends, i -> Math.abs(values[i] - 2 * values[i + 1] + values[i + 2]));
        return median(bends) * 1.4826 / Math.sqrt(6);
    }
}
