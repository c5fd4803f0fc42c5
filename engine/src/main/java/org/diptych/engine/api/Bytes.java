package org.diptych.engine.api;

import java.util.Locale;

/// Sizes as a person reads them.
public final class Bytes {
    private Bytes() {
    }

    /// @return in two figures or more, decimal units: `5.9 MB`, `605 MB`, `1.4 GB`
    public static String size(long bytes) {
        if (bytes >= 999_500_000L) {
            return scaled(bytes / 1e9) + " GB";
        }
        return scaled(bytes / 1e6) + " MB";
    }

    private static String scaled(double value) {
        return String.format(Locale.ROOT, value < 9.95 ? "%.1f" : "%.0f", value);
    }
}
