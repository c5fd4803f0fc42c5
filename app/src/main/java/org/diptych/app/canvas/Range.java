package org.diptych.app.canvas;

import org.diptych.engine.api.ColorMap;

/// The values that stand at the two ends of a colour scale.
public record Range(double low, double high) {
    public static final Range UNIT = new Range(0, 1);

    /// @return from zero (or the least value, if that is below) to the greatest; never empty
    public static Range of(float[] values) {
        double low = 0;
        double high = Double.NEGATIVE_INFINITY;
        for (float v : values) {
            low = Math.min(low, v);
            high = Math.max(high, v);
        }
        return high > low ? new Range(low, high) : new Range(low, low + 1e-6);
    }

    /// @return from the least value to the greatest; never empty
    public static Range tight(float[] values) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (float v : values) {
            low = Math.min(low, v);
            high = Math.max(high, v);
        }
        return high > low ? new Range(low, high) : new Range(high - 1e-6, high + 1e-6);
    }

    /// @return as far below zero as above, for differences
    public static Range symmetric(float[] values) {
        double most = 1e-6;
        for (float v : values) {
            most = Math.max(most, Math.abs(v));
        }
        return new Range(-most, most);
    }

    /// @return place on the scale, 0 to 1
    public double place(double value) {
        return Math.clamp((value - low) / (high - low), 0, 1);
    }

    /// @return 0xRRGGBB
    public int rgb(double value, ColorMap map) {
        return map.rgb(place(value));
    }
}
