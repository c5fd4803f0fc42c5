package org.diptych.app.chart;

import java.util.Arrays;
import java.util.List;
import org.diptych.engine.api.CurveMath;
import org.diptych.engine.api.RunLog;

/// A curve with the log it grows from: what was read so far, and the smoothed line. A chart is given no more points than its pixels can show.
final class Track {
    private static final int SAMPLES = 2000;

    final RunLog log;
    final Curve curve;
    final String key;
    private double[] steps = new double[256];
    /// Decimal logarithms of the steps.
    private double[] logSteps = new double[256];
    private double[] raw = new double[256];
    private double[] shown = new double[256];
    private int count;
    private int read;
    private double smoothing;
    private CurveMath.Smoother smoother = new CurveMath.Smoother(0);

    Track(RunLog log, Curve curve, int key, double smoothing) {
        this.log = log;
        this.curve = curve;
        this.key = "curve" + key;
        smoothAgain(smoothing);
    }

    /// Reads what is new in the log.
    ///
    /// @return true when there was something
    boolean pull() {
        List<RunLog.Row> rows = log.since(read);
        read += rows.size();
        int before = count;
        for (RunLog.Row row : rows) {
            Double value = row.values().get(curve.value());
            if (value != null && Double.isFinite(value)) {
                add(row.step(), value);
            }
        }
        return count > before;
    }

    private void add(int step, double value) {
        if (count == steps.length) {
            steps = Arrays.copyOf(steps, 2 * count);
            logSteps = Arrays.copyOf(logSteps, 2 * count);
            raw = Arrays.copyOf(raw, 2 * count);
            shown = Arrays.copyOf(shown, 2 * count);
        }
        steps[count] = step;
        logSteps[count] = Math.log10(step);
        raw[count] = value;
        shown[count++] = smoother.next(value);
    }

    /// @param keep 0 = the values as they are, towards 1 = ever smoother
    void smoothAgain(double keep) {
        smoothing = curve.dots() ? 0 : keep;
        smoother = new CurveMath.Smoother(smoothing);
        for (int i = 0; i < count; i++) {
            shown[i] = smoother.next(raw[i]);
        }
    }

    int count() {
        return count;
    }

    double step(int point) {
        return steps[point];
    }

    double value(int point) {
        return raw[point];
    }

    /// @return the step of the last point, 0 without one
    double lastStep() {
        return count == 0 ? 0 : steps[count - 1];
    }

    /// @return the first step that an axis has a place for
    double firstStep(boolean log) {
        int first = first(log);
        return first < count ? steps[first] : Double.POSITIVE_INFINITY;
    }

    private int first(boolean log) {
        int first = 0;
        while (log && first < count && steps[first] <= 0) {
            first++;
        }
        return first;
    }

    /// @param smooth  the drawn line, or the values as they are
    /// @param from    left edge, in steps
    /// @param to      right edge, in steps
    /// @param columns of pixels
    /// @param log     whether the step axis is logarithmic
    /// @return (2, n) steps and values
    double[][] points(boolean smooth, double from, double to, int columns, boolean log) {
        double[] values = smooth ? shown : raw;
        int[] kept = log
                ? CurveMath.thinned(logSteps, values, count, Math.log10(from), Math.log10(to), columns)
                : CurveMath.thinned(steps, values, count, from, to, columns);
        int first = first(log);
        int[] drawn = Arrays.stream(kept).filter(i -> i >= first).toArray();
        return new double[][]{Arrays.stream(drawn).mapToDouble(i -> steps[i]).toArray(),
                Arrays.stream(drawn).mapToDouble(i -> values[i]).toArray()};
    }

    /// @return values at even distances, as many as tell where most of them lie
    double[] sample() {
        int stride = 1 + count / SAMPLES;
        double[] out = new double[(count + stride - 1) / stride];
        Arrays.setAll(out, i -> shown[i * stride]);
        return out;
    }

    /// @return the point that lies nearest to a step, -1 without one
    int nearest(double step) {
        return nearest(steps, count, step);
    }

    static int nearest(double[] steps, int count, double step) {
        if (count == 0) {
            return -1;
        }
        int low = 0;
        int high = count - 1;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (steps[middle] <= step) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return step - steps[low] <= steps[high] - step ? low : high;
    }
}
