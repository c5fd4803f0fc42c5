package org.diptych.engine.probe;

/// Attention maps as plain floats, row by row: small enough that arrays beat tensors.
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

    /// @param a (N, M)
    /// @param b (M, K)
    /// @return (N, K) a times b
    static float[] times(float[] a, float[] b, int n, int m, int k) {
        float[] out = new float[n * k];
        for (int i = 0; i < n; i++) {
            for (int l = 0; l < m; l++) {
                float v = a[i * m + l];
                if (v != 0) {
                    for (int j = 0; j < k; j++) {
                        out[i * k + j] += v * b[l * k + j];
                    }
                }
            }
        }
        return out;
    }

    /// @param a (N, M)
    /// @return (M, N)
    static float[] transposed(float[] a, int n, int m) {
        float[] out = new float[a.length];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                out[j * n + i] = a[i * m + j];
            }
        }
        return out;
    }

    /// @return (map) mean over heads of max(0, gradient * weight)
    static float[] positiveMean(float[] weights, float[] gradients, int heads, int map) {
        float[] out = new float[map];
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < map; i++) {
                out[i] += Math.max(0, weights[h * map + i] * gradients[h * map + i]) / heads;
            }
        }
        return out;
    }

    /// @param weights (H, map)
    /// @return (map) mean over heads
    static float[] mean(float[] weights, int heads, int map) {
        float[] out = new float[map];
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < map; i++) {
                out[i] += weights[h * map + i] / heads;
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
