package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Optional;

/// A whole transformer stack in one call, with fused attention.
///
/// @param layers     how many
/// @param width      D
/// @param heads      D is a multiple of it
/// @param epsilon    of the layer norms
/// @param activation of the MLP
/// @param preNorm    true: x + f(norm(x)); false: norm(x + f(x))
/// @param causal     each position sees itself and what precedes it
public record EncoderKernel(int layers, int width, int heads, double epsilon, Activations activation, boolean preNorm,
        boolean causal) {
    /// Tensors a layer takes from the list: norm 1 (gain, bias), q, k, v, out, norm 2, fc1, fc2 (weight, bias each).
    public static final int TENSORS = 16;

    /// @param x       (B, T, D)
    /// @param weights `layers * TENSORS` tensors in that order
    /// @param mask    added to the scores, broadcast to (B, heads, T, T); with it `causal` must be part of it
    /// @return (B, T, D)
    public NDArray apply(NDArray x, List<NDArray> weights, Optional<NDArray> mask) {
        Script script = Script.of(x, source());
        return mask.isPresent()
                ? script.call("masked", x, weights, mask.get()).singletonOrThrow()
                : script.call("plain", x, weights).singletonOrThrow();
    }

    private String source() {
        return method("plain", "", "None", causal ? "True" : "False") + method("masked", ", m: Tensor", "m", "False");
    }

    private String method(String name, String argument, String mask, String isCausal) {
        StringBuilder text = new StringBuilder();
        text.append("  def ").append(name).append("(self: __torch__.Ops, x: Tensor, p: List[Tensor]").append(argument)
                .append(") -> Tensor:\n");
        text.append("    b = torch.size(x, 0)\n    t = torch.size(x, 1)\n");
        String in = "x";
        for (int i = 0; i < layers; i++) {
            in = layer(text, i, in, mask, isCausal);
        }
        return text.append("    return ").append(in).append("\n").toString();
    }

    private String layer(StringBuilder text, int i, String x, String mask, String isCausal) {
        int p = i * TENSORS;
        String h = preNorm ? line(text, "h" + i, norm(x, p)) : x;
        String q = line(text, "q" + i, heads(linear(h, p + 2)));
        String k = line(text, "k" + i, heads(linear(h, p + 4)));
        String v = line(text, "v" + i, heads(linear(h, p + 6)));
        String s = line(text, "s" + i, "torch.scaled_dot_product_attention(" + q + ", " + k + ", " + v + ", " + mask
                + ", 0., " + isCausal + ")");
        String o = line(text, "o" + i, "torch.reshape(torch.transpose(" + s + ", 1, 2), [b, t, " + width + "])");
        String a = line(text, "a" + i, "torch.add(" + x + ", " + linear(o, p + 8) + ")");
        String y = preNorm ? a : line(text, "y" + i, norm(a, p));
        String g = preNorm ? line(text, "g" + i, norm(y, p + 10)) : y;
        String f = line(text, "f" + i, linear(g, p + 12));
        String e = line(text, "e" + i, activation.script(f));
        String z = line(text, "z" + i, "torch.add(" + y + ", " + linear(e, p + 14) + ")");
        return preNorm ? z : line(text, "w" + i, norm(z, p + 10));
    }

    private static String line(StringBuilder text, String name, String expression) {
        text.append("    ").append(name).append(" = ").append(expression).append("\n");
        return name;
    }

    private String norm(String x, int p) {
        return "torch.layer_norm(" + x + ", [" + width + "], p[" + p + "], p[" + (p + 1) + "], " + epsilon + ", True)";
    }

    private static String linear(String x, int p) {
        return "torch.linear(" + x + ", p[" + p + "], p[" + (p + 1) + "])";
    }

    private String heads(String x) {
        return "torch.transpose(torch.view(" + x + ", [b, t, " + heads + ", " + width / heads + "]), 1, 2)";
    }
}
