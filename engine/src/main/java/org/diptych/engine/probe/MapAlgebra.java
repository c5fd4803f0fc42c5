package org.diptych.engine.probe;

/// Square attention maps as plain floats, (N, N) row by row: small enough that arrays beat tensors.
final class MapAlgebra {
    private MapAlgebra() {
    }

    static float[] identity(int n) {
        float[] out = new float[n * n];
        for (int i = 0; i < n; i++) {
            out[i * n + i] = 1;
        }
        return out;
    }

    /// @return a times b
    static float[] times(float[] a, float[] b, int n) {
        float[] out = new float[n * n];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                float v = a[i * n + k];
                if (v != 0) {
                    for (int j = 0; j < n; j++) {
                        out[i * n + j] += v * b[k * n + j];
                    }
                }
            }
        }
        return out;
    }

    /// @return mean over heads of max(0, gradient * weight), (N, N)
    static float[] positiveMean(float[] weights, float[] gradients, int heads, int map) {
        float[] out = new float[map];
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < map; i++) {
                out[i] += Math.max(0, weights[h * map + i] * gradients[h * map + i]) / heads;
            }
        }
        return out;
    }

    static void addInPlace(float[] to, float[] what) {
        for (int i = 0; i < to.length; i++) {
            to[i] += what[i];
        }
    }
}
