package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
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
        List<NDArray> more = new ArrayList<>();
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
        List<String> arguments = new ArrayList<>();
        if (masked) {
            arguments.add("m: Tensor");
        }
        if (crossed) {
            arguments.add("o: Tensor");
        }
        if (otherMasked) {
            arguments.add("n: Tensor");
        }
        ScriptText text = new ScriptText(name, "Tensor", arguments);
        if (crossed) {
            text.line("s", "torch.size(o, 1)");
        }
        List<String> mask = masked ? List.of("m") : List.of();
        List<String> otherMask = otherMasked ? List.of("n") : List.of();
        String in = "x";
        int p = 0;
        for (int i = 0; i < cross.size(); i++) {
            in = layer(text, i, p, in, mask, otherMask, recording);
            p += TENSORS + (cross.get(i) ? CROSS_TENSORS : 0);
        }
        return text.returning(in);
    }

    private String layer(ScriptText text, int i, int p, String x, List<String> mask, List<String> otherMask,
            boolean recording) {
        String h = preNorm ? text.line("h" + i, norm(x, p)) : x;
        String a = attention(text, "s" + i, h, h, "t", p + 2, mask, causal, x);
        String y = preNorm ? a : text.line("y" + i, norm(a, p));
        if (cross.get(i)) {
            int q = p + TENSORS;
            String c = attention(text, "c" + i, y, "o", "s", q + 2, otherMask, false, y);
            y = text.line("cy" + i, norm(c, q));
        }
        String g = preNorm ? text.line("g" + i, norm(y, p + 10)) : y;
        double slope = activation.slope();
        String bias = "p[" + (p + 13) + "]";
        String f = text.line("f" + i, ScriptText.product(g, p + 12,
                slope == 1 ? bias : "torch.mul(" + bias + ", " + slope + ")", slope));
        String e = text.line("e" + i, activation.scaledScript(f, recording));
        String z = text.line("z" + i, plus(y, e, p + 14, 1 / slope));
        return preNorm ? z : text.line("w" + i, norm(z, p + 10));
    }

    /// Projections, attention and the sum with what it is added to.
    private String attention(ScriptText text, String name, String asks, String seen, String length, int p,
            List<String> mask, boolean inOrder, String added) {
        String own = text.operand(name + "n", asks);
        String other = asks.equals(seen) ? own : text.operand(name + "b", seen);
        String q = text.line(name + "q", ScriptText.heads(ScriptText.linear(own, p, false), "t", heads));
        String k = text.line(name + "k", ScriptText.heads(ScriptText.linear(other, p + 2, false), length, heads));
        String v = text.line(name + "v", ScriptText.heads(ScriptText.linear(other, p + 4, false), length, heads));
        String s = text.attention(name, q, k, v, mask, new ScriptText.Scores(heads, 1, false, inOrder, dropout));
        String o = text.line(name + "o", ScriptText.side(s));
        return text.line(name + "a", plus(added, o, p + 6, 1));
    }

    private String plus(String added, String x, int p, double scale) {
        return dropout > 0
                ? "torch.add(" + added + ", " + ScriptText.shaped("torch.dropout("
                        + ScriptText.product(x, p, "p[" + (p + 1) + "]", scale) + ", " + dropout + ", True)", width)
                        + ")"
                : ScriptText.plus(added, x, width, p, scale);
    }

    private String norm(String x, int p) {
        return ScriptText.norm(x, width, p, epsilon);
    }
}
