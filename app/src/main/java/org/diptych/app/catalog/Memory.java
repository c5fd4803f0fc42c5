package org.diptych.app.catalog;

import java.lang.management.ManagementFactory;

/// Whether a checkpoint fits into this machine's memory.
final class Memory {
    /// Weights as 32-bit floats, and as much again as a quarter for activations and the program itself.
    private static final double ROOM = 1.25;

    enum Fit {
        FITS, TIGHT, TOO_LARGE, UNKNOWN
    }

    private Memory() {
    }

    /// @return bytes of memory this machine has, 0 when unknown
    static long total() {
        return ManagementFactory
                .getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                        ? system.getTotalMemorySize()
                        : 0;
    }

    /// @param parameters in millions
    /// @return bytes that a model takes when it runs
    static long needed(double parameters) {
        return (long) (parameters * 4e6 * ROOM);
    }

    static Fit fit(double parameters, long total) {
        if (total <= 0) {
            return Fit.UNKNOWN;
        }
        double share = (double) needed(parameters) / total;
        return share < 0.6 ? Fit.FITS : share < 0.9 ? Fit.TIGHT : Fit.TOO_LARGE;
    }
}
