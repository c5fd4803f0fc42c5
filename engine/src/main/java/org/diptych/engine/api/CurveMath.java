package org.diptych.engine.api;

import java.util.Arrays;

/// What is done to a curve before it is drawn.
public final class CurveMath {
    /// Of the values, how many lie beyond the clipped range at either end.
    private static final double OUTLIERS = 0.01;
    private static final double MARGIN = 0.15;

    private CurveMath() {
    }

    /// An exponential mean that starts without leaning to zero: the weights given so far are divided out.
    public static final class Smoother {
        private final double keep;
        private double average;
        private double weight;

        /// @param keep 0 = the values as they are, up to 0.99 = a slow mean
        public Smoother(double keep) {
            this.keep = keep;
        }

        public double next(double value) {
            average = keep * average + (1 - keep) * value;
            weight = keep * weight + (1 - keep);
            return average / weight;
        }
    }

    public static double[] smoothed(double[] values, double keep) {
        Smoother smoother = new Smoother(keep);
        return Arrays.stream(values).map(smoother::next).toArray();
    }

    /// Chooses points so that a drawing of them looks the same as one of all: of each column of pixels the first, the least, the largest and the last.
    ///
    /// @param x       rising
    /// @param from    left edge; the last point before it is kept, so that the line enters
    /// @param to      right edge; the first point behind it is kept
    /// @param columns of pixels between both
    /// @return indices into `x`, rising
    public static int[] thinned(double[] x, double[] y, int count, double from, double to, int columns) {
        int first = Math.max(0, place(x, count, from) - 1);
        int end = Math.min(count, place(x, count, Math.nextUp(to)) + 1);
        if (end - first <= 4L * columns || !(to > from)) {
            int[] all = new int[Math.max(0, end - first)];
            Arrays.setAll(all, i -> first + i);
            return all;
        }
        int[] out = new int[4 * (columns + 2)];
        int n = 0;
        int i = first;
        while (i < end) {
            double column = Math.floor((x[i] - from) / (to - from) * columns);
            int least = i;
            int most = i;
            int last = i;
            for (int j = i + 1; j < end && Math.floor((x[j] - from) / (to - from) * columns) == column; j++) {
                least = y[j] < y[least] ? j : least;
                most = y[j] > y[most] ? j : most;
                last = j;
            }
            int[] kept = {i, Math.min(least, most), Math.max(least, most), last};
            for (int index : kept) {
                if (n == 0 || index > out[n - 1]) {
                    out[n++] = index;
                }
            }
            i = last + 1;
        }
        return Arrays.copyOf(out, n);
    }

    /// @return how many of the first `count` values are less than `value`; they rise
    private static int place(double[] x, int count, double value) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (x[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// @return `{low, high}` that leaves out the farthest values, with a margin, but never more than all values span; all values are finite
    public static double[] clipped(double[] values) {
        if (values.length == 0) {
            return new double[]{0, 1};
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int out = (int) Math.ceil(OUTLIERS * sorted.length);
        double low = sorted[Math.min(out, (sorted.length - 1) / 2)];
        double high = sorted[Math.max(sorted.length - 1 - out, sorted.length / 2)];
        double margin = MARGIN * (high - low);
        return new double[]{Math.max(sorted[0], low - margin), Math.min(sorted[sorted.length - 1], high + margin)};
    }
}
