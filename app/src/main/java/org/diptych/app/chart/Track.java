package org.diptych.app.chart;

import java.util.List;
import org.diptych.engine.api.RunLog;
import org.jfree.data.xy.XYSeries;

/// A curve with the log it grows from: what was read so far, and the smoothed line.
final class Track {
    final RunLog log;
    final Curve curve;
    final XYSeries raw;
    final XYSeries shown;
    private int read;
    private double average;
    private double weight;

    Track(RunLog log, Curve curve, int key) {
        this.log = log;
        this.curve = curve;
        raw = new XYSeries("raw" + key, false, true);
        shown = new XYSeries("shown" + key, false, true);
    }

    /// Reads what is new in the log.
    ///
    /// @param smoothing 0 = none, towards 1 = ever more
    /// @return true when there was something
    boolean pull(double smoothing) {
        List<RunLog.Row> rows = log.since(read);
        read += rows.size();
        boolean some = false;
        for (RunLog.Row row : rows) {
            Double value = row.values().get(curve.value());
            if (value != null && Double.isFinite(value)) {
                raw.add(row.step(), value.doubleValue(), false);
                shown.add(row.step(), curve.dots() ? value : smoothed(value, smoothing), false);
                some = true;
            }
        }
        return some;
    }

    /// An exponential mean that starts without leaning to zero: the weights given so far are divided out.
    private double smoothed(double value, double smoothing) {
        average = smoothing * average + (1 - smoothing) * value;
        weight = smoothing * weight + (1 - smoothing);
        return average / weight;
    }

    void smoothAgain(double smoothing) {
        average = 0;
        weight = 0;
        shown.setNotify(false);
        shown.clear();
        for (int i = 0; i < raw.getItemCount(); i++) {
            double value = raw.getY(i).doubleValue();
            shown.add(raw.getX(i).doubleValue(), curve.dots() ? value : smoothed(value, smoothing), false);
        }
        shown.setNotify(true);
    }
}
