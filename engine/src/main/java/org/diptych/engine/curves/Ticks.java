package org.diptych.engine.curves;

import java.util.Locale;

/// Where an axis is marked, and what stands there.
///
/// @param at     (n) places
/// @param labels (n)
record Ticks(double[] at, String[] labels) {
    private static final int WANTED = 5;

    /// @return marks at 1, 2 or 5 times a power of ten; on a logarithmic axis at powers of ten, if there are two of them
    static Ticks of(double low, double high, boolean log) {
        if (log && Math.ceil(Math.log10(low)) + 1 <= Math.floor(Math.log10(high))) {
            int first = (int) Math.ceil(Math.log10(low));
            int last = (int) Math.floor(Math.log10(high));
            int stride = Math.max(1, (last - first + 1) / WANTED);
            double[] at = new double[(last - first) / stride + 1];
            String[] labels = new String[at.length];
            for (int i = 0; i < at.length; i++) {
                at[i] = Math.pow(10, first + i * stride);
                labels[i] = label(at[i], at[i]);
            }
            return new Ticks(at, labels);
        }
        double rough = (high - low) / WANTED;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double step = (rough / power < 1.5 ? 1 : rough / power < 3.5 ? 2 : rough / power < 7.5 ? 5 : 10) * power;
        long from = (long) Math.ceil(low / step);
        int count = Math.clamp((long) Math.floor(high / step) - from + 1, 0, 20);
        double[] at = new double[count];
        String[] labels = new String[count];
        for (int i = 0; i < count; i++) {
            at[i] = (from + i) * step;
            labels[i] = label(at[i], step);
        }
        return new Ticks(at, labels);
    }

    private static String label(double value, double step) {
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-3 || size >= 1e6)) {
            return String.format(Locale.ROOT, "%.2e", value).replaceFirst("\\.?0+e", "e");
        }
        int digits = (int) Math.clamp(-Math.floor(Math.log10(step) + 1e-9), 0, 6);
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
