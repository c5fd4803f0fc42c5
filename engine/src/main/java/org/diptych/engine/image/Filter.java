package org.diptych.engine.image;

/// The kernel of a resize, as PIL defines it (`Resample.c`).
public enum Filter {
    BILINEAR(1) {
        @Override
        double weight(double x) {
            double d = Math.abs(x);
            return d < 1 ? 1 - d : 0;
        }
    },
    /// The cubic with a = -0.5.
    BICUBIC(2) {
        @Override
        double weight(double x) {
            double d = Math.abs(x);
            if (d < 1) {
                return ((A + 2.0) * d - (A + 3.0)) * d * d + 1;
            }
            return d < 2 ? (((d - 5) * d + 8) * d - 4) * A : 0;
        }
    },
    LANCZOS(3) {
        @Override
        double weight(double x) {
            return x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0;
        }
    };

    private static final double A = -0.5;
    private final int support;

    Filter(int support) {
        this.support = support;
    }

    /// @return how far the kernel reaches, in source pixels at scale 1
    int support() {
        return support;
    }

    abstract double weight(double x);

    private static double sinc(double x) {
        double t = x * Math.PI;
        return x == 0 ? 1 : Math.sin(t) / t;
    }
}
