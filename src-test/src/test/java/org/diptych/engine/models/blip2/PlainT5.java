package org.diptych.engine.models.blip2;

import java.util.Map;

/// T5 once more, in plain Java and double precision, from the paper's equations and the reference's names: what the tensors are held against.
///
/// @param weights name of `T5ForConditionalGeneration` -> matrix, row by row
record PlainT5(Map<String, double[][]> weights, int layers, int heads, int head, int buckets, int farthest) {
    private static final double EPSILON = 1e-6;

    double[][] embed(int... ids) {
        double[][] rows = new double[ids.length][];
        for (int i = 0; i < ids.length; i++) {
            rows[i] = weights.get("shared.weight")[ids[i]].clone();
        }
        return rows;
    }

    /// @param x S rows of the encoder, all there
    double[][] read(double[][] x) {
        double[][] h = x;
        for (int i = 0; i < layers; i++) {
            String block = "encoder.block." + i + ".layer.";
            double[][] n = normed(h, block + "0.layer_norm.weight");
            h = plus(h, attention(n, n, block + "0.SelfAttention", "encoder", true));
            h = plus(h, mlp(normed(h, block + "1.layer_norm.weight"), block + "1.DenseReluDense."));
        }
        return normed(h, "encoder.final_layer_norm.weight");
    }

    /// @return a row of logits for each word
    double[][] write(double[][] memory, int... ids) {
        double[][] h = embed(ids);
        for (int i = 0; i < layers; i++) {
            String block = "decoder.block." + i + ".layer.";
            double[][] n = normed(h, block + "0.layer_norm.weight");
            h = plus(h, attention(n, n, block + "0.SelfAttention", "decoder", false));
            h = plus(h, attention(normed(h, block + "1.layer_norm.weight"), memory, block + "1.EncDecAttention", "",
                    true));
            h = plus(h, mlp(normed(h, block + "2.layer_norm.weight"), block + "2.DenseReluDense."));
        }
        return times(normed(h, "decoder.final_layer_norm.weight"), "lm_head.weight");
    }

    private double[][] attention(double[][] x, double[][] other, String name, String stack, boolean all) {
        double[][] q = times(x, name + ".q.weight");
        double[][] k = times(other, name + ".k.weight");
        double[][] v = times(other, name + ".v.weight");
        double[][] mixed = new double[x.length][heads * head];
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < x.length; i++) {
                double[] shares = new double[other.length];
                double sum = 0;
                for (int j = 0; j < (all ? other.length : i + 1); j++) {
                    double score = stack.isEmpty()
                            ? 0
                            : weights.get(
                                    stack + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight")[bucket(
                                            j - i, all)][h];
                    for (int d = h * head; d < (h + 1) * head; d++) {
                        score += q[i][d] * k[j][d];
                    }
                    shares[j] = Math.exp(score);
                    sum += shares[j];
                }
                for (int j = 0; j < other.length; j++) {
                    for (int d = h * head; d < (h + 1) * head; d++) {
                        mixed[i][d] += shares[j] / sum * v[j][d];
                    }
                }
            }
        }
        return times(mixed, name + ".o.weight");
    }

    private int bucket(int distance, boolean both) {
        int half = both ? buckets / 2 : buckets;
        int first = both && distance > 0 ? half : 0;
        int far = both ? Math.abs(distance) : Math.max(0, -distance);
        int exact = half / 2;
        return first + (far < exact
                ? far
                : Math.min(half - 1, exact + (int) Math.floor(1e-9 + Math.log((double) far / exact)
                        / Math.log((double) farthest / exact) * (half - exact))));
    }

    private double[][] mlp(double[][] x, String name) {
        double[][] gate = times(x, name + "wi_0.weight");
        double[][] up = times(x, name + "wi_1.weight");
        for (int i = 0; i < gate.length; i++) {
            for (int d = 0; d < gate[i].length; d++) {
                double g = gate[i][d];
                up[i][d] *= 0.5 * g * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (g + 0.044715 * g * g * g)));
            }
        }
        return times(up, name + "wo.weight");
    }

    private double[][] normed(double[][] x, String name) {
        double[][] out = new double[x.length][x[0].length];
        for (int i = 0; i < x.length; i++) {
            double square = 0;
            for (double value : x[i]) {
                square += value * value / x[i].length;
            }
            for (int d = 0; d < x[i].length; d++) {
                out[i][d] = x[i][d] / Math.sqrt(square + EPSILON) * weights.get(name)[0][d];
            }
        }
        return out;
    }

    private double[][] times(double[][] x, String name) {
        double[][] w = weights.get(name);
        double[][] out = new double[x.length][w.length];
        for (int i = 0; i < x.length; i++) {
            for (int o = 0; o < w.length; o++) {
                for (int d = 0; d < w[o].length; d++) {
                    out[i][o] += x[i][d] * w[o][d];
                }
            }
        }
        return out;
    }

    private static double[][] plus(double[][] a, double[][] b) {
        double[][] out = new double[a.length][a[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int d = 0; d < a[i].length; d++) {
                out[i][d] = a[i][d] + b[i][d];
            }
        }
        return out;
    }
}
