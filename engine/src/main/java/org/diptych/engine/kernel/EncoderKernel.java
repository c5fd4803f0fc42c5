package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.Optional;

/// A whole transformer stack in one call, with fused attention.
///
/// @param cross      one entry a layer: true when it also looks at other states
/// @param width      D
/// @param heads      D is a multiple of it
/// @param epsilon    of the layer norms
/// @param activation of the MLP
/// @param preNorm    true: x + f(norm(x)); false: norm(x + f(x)); cross-attention exists only in the latter form
/// @param causal     each position sees itself and what precedes it
/// @param dropout    of attention weights and of what each part adds, 0 for none
public record EncoderKernel(List<Boolean> cross, int width, int heads, double epsilon, Activations activation,
        boolean preNorm, boolean causal, double dropout) {
    /// Tensors a layer takes from the list: norm 1 (gain, bias), q, k, v, out, norm 2, fc1, fc2 (weight, bias each).
    public static final int TENSORS = 16;
    /// What a layer with cross-attention takes behind them: norm (gain, bias), q, k, v, out (weight, bias each).
    public static final int CROSS_TENSORS = 10;

    /// @param x         (B, T, D)
    /// @param weights   of every layer, in that order
    /// @param mask      added to the scores, broadcast to (B, heads, T, T); with it `causal` must be part of it
    /// @param other     (B, S, D') what cross-attention looks at
    /// @param otherMask added to its scores, broadcast to (B, heads, T, S)
    /// @return (B, T, D)
    public NDArray apply(NDArray x, List<NDArray> weights, Optional<NDArray> mask, Optional<NDArray> other,
            Optional<NDArray> otherMask) {
        StringBuilder name = new StringBuilder("run");
        List<NDArray> more = new java.util.ArrayList<>();
        for (Optional<NDArray> argument : List.of(mask, other, otherMask)) {
            name.append(argument.isPresent() ? '1' : '0');
            argument.ifPresent(more::add);
        }
        boolean recording = JniUtils.isGradMode();
        return Script
                .of(x, source(name.toString(), mask.isPresent(), other.isPresent(), otherMask.isPresent(), recording))
                .call(name.toString(), x, weights, more.toArray(NDArray[]::new)).singletonOrThrow();
    }

    private String source(String name, boolean masked, boolean crossed, boolean otherMasked, boolean recording) {
        StringBuilder text = new StringBuilder();
        text.append("  def ").append(name).append("(self: __torch__.Ops, x: Tensor, p: List[Tensor]")
                .append(masked ? ", m: Tensor" : "").append(crossed ? ", o: Tensor" : "")
                .append(otherMasked ? ", n: Tensor" : "").append(") -> Tensor:\n")
                .append("    b = torch.size(x, 0)\n    t = torch.size(x, 1)\n");
        if (crossed) {
            text.append("    s = torch.size(o, 1)\n");
        }
        if (masked) {
            text.append("    mm = torch.expand(m, [b, ").append(heads).append(", t, t])\n");
        }
        if (otherMasked) {
            text.append("    nn = torch.expand(n, [b, ").append(heads).append(", t, s])\n");
        }
        String in = "x";
        int p = 0;
        for (int i = 0; i < cross.size(); i++) {
            in = layer(text, i, p, in, masked, otherMasked, recording);
            p += TENSORS + (cross.get(i) ? CROSS_TENSORS : 0);
        }
        return text.append("    return ").append(in).append("\n").toString();
    }

    private String layer(StringBuilder text, int i, int p, String x, boolean masked, boolean otherMasked,
            boolean recording) {
        String h = preNorm ? line(text, "h" + i, norm(x, p)) : x;
        String isCausal = causal && !masked ? "True" : "False";
        String a = attention(text, "s" + i, h, h, "t", p + 2, masked ? "mm" : "None", isCausal, x);
        String y = preNorm ? a : line(text, "y" + i, norm(a, p));
        if (cross.get(i)) {
            int q = p + TENSORS;
            String c = attention(text, "c" + i, y, "o", "s", q + 2, otherMasked ? "nn" : "None", "False", y);
            y = line(text, "cy" + i, norm(c, q));
        }
        String g = preNorm ? line(text, "g" + i, norm(y, p + 10)) : y;
        double slope = activation.slope();
        String bias = "p[" + (p + 13) + "]";
        String f = line(text, "f" + i,
                product(g, p + 12, slope == 1 ? bias : "torch.mul(" + bias + ", " + slope + ")", slope));
        String e = line(text, "e" + i, activation.scaledScript(f, recording));
        String z = line(text, "z" + i, plus(y, e, p + 14, 1 / slope));
        return preNorm ? z : line(text, "w" + i, norm(z, p + 10));
    }

    /// Projections, attention and the sum with what it is added to.
    private String attention(StringBuilder text, String name, String asks, String seen, String length, int p,
            String mask, String isCausal, String added) {
        String q = line(text, name + "q", heads(linear(asks, p), "t"));
        String k = line(text, name + "k", heads(linear(seen, p + 2), length));
        String v = line(text, name + "v", heads(linear(seen, p + 4), length));
        String s = line(text, name, "torch.scaled_dot_product_attention(" + q + ", " + k + ", " + v + ", " + mask
                + ", " + dropout + ", " + isCausal + ")");
        String o = line(text, name + "o",
                "torch.reshape(torch.transpose(" + s + ", 1, 2), [b, t, " + width + "])");
        return line(text, name + "a", plus(added, o, p + 6, 1));
    }

    /// A residual sum. Without dropout the product is added to it where it stands, which saves a pass over memory.
    private String plus(String added, String x, int p, double scale) {
        String shape = ", [b, t, " + width + "])";
        if (dropout > 0) {
            String drawn = "torch.dropout(" + product(x, p, "p[" + (p + 1) + "]", scale) + ", " + dropout + ", True)";
            return "torch.add(" + added + ", torch.view(" + drawn + shape + ")";
        }
        String sum = rows("torch.add(" + added + ", p[" + (p + 1) + "])");
        return "torch.view(torch.addmm_(" + sum + ", " + rows(x) + ", torch.t(p[" + p + "]), beta=1, alpha=" + scale
                + ")" + shape;
    }

    /// bias + scale * x W', with one row for each position of each item.
    private static String product(String x, int p, String bias, double scale) {
        return "torch.addmm(" + bias + ", " + rows(x) + ", torch.t(p[" + p + "]), beta=1, alpha=" + scale + ")";
    }

    private static String rows(String x) {
        return "torch.flatten(" + x + ", 0, -2)";
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

    private String heads(String x, String length) {
        return "torch.transpose(torch.view(" + x + ", [b, " + length + ", " + heads + ", " + width / heads
                + "]), 1, 2)";
    }
}
