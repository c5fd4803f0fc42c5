package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// A whole transformer stack in one call whose positions go one of two ways, each with weights of its own, and meet in attention alone (multiway transformer; Wang et al. 2022, section 2.1). The
/// ways are kept apart from the first layer to the last.
///
/// @param layers     how many
/// @param width      D
/// @param mlp        width of the feed-forward part's inside
/// @param heads      D is a multiple of it
/// @param epsilon    of the layer norms
/// @param activation of the feed-forward part
/// @param preNorm    true: x + f(norm(x)); false: norm(x + f(x))
/// @param subNorm    true with further norms, before the output projection and before the second feed-forward layer (Wang et al. 2022, "Magneto")
public record MultiwayKernel(int layers, int width, int mlp, int heads, double epsilon, Activations activation,
        boolean preNorm, boolean subNorm) {
    /// Tensors that one way of a layer takes from the list: norm 1 (gain, bias), q, k, v, out, norm 2, fc1, fc2 (weight, bias each).
    public static final int TENSORS = 16;
    /// What it takes behind them with further norms: that before the output projection, that before fc2 (gain, bias each).
    public static final int SUB_TENSORS = 4;

    /// @param x       (B, T, D)
    /// @param split   positions from the first that go the first way, 0 or T where all go one way
    /// @param weights of every layer in that order, in a layer one way behind the other; the way that nothing goes is left out
    /// @param mask    added to the scores, broadcast to (B, heads, T, T)
    /// @return (B, T, D)
    public NDArray apply(NDArray x, int split, List<NDArray> weights, NDArray mask) {
        Shape shape = x.getShape();
        long length = shape.get(1);
        List<Long> rows = split > 0 && split < length ? List.of((long) split, length - split) : List.of(length);
        List<Boolean> few = rows.stream()
                .map(n -> FewRows.suits(x, shape.get(0) * n, (long) width * width)).toList();
        boolean formed = AttentionKernel.forms(x, heads, length);
        boolean recording = JniUtils.isGradMode();
        String method = "run" + few.size();
        Script script = Script.of(x, new Writer(this, few, formed, recording).source(method));
        return (few.size() == 1
                ? script.call(method, x, weights, mask)
                : script.call(method, x, weights, mask, Script.number(x, split))).singletonOrThrow();
    }

    /// Writes the script.
    ///
    /// @param few of each way
    private record Writer(MultiwayKernel facts, List<Boolean> few, boolean formed, boolean recording) {
        String source(String method) {
            boolean parted = few.size() > 1;
            ScriptText text = new ScriptText(method, "Tensor",
                    parted ? List.of("m: Tensor", "n: Tensor") : List.of("m: Tensor"));
            if (parted) {
                text.parting();
            }
            List<String> x = parted(text, "x");
            for (int i = 0; i < facts.layers; i++) {
                x = layer(text, "_" + i + "_", i * few.size() * tensors(), x);
            }
            return text.returning(ScriptText.joined(x));
        }

        private int tensors() {
            return TENSORS + (facts.subNorm ? SUB_TENSORS : 0);
        }

        private List<String> parted(ScriptText text, String x) {
            return few.size() > 1 ? text.parted(x) : List.of(x);
        }

        private List<String> layer(ScriptText text, String id, int p, List<String> x) {
            List<String> h = each(w -> text.operand("hn" + id + w,
                    facts.preNorm ? text.line("h" + id + w, norm(x.get(w), at(p, w))) : x.get(w)));
            List<String> parts = new ArrayList<>();
            for (int part = 0; part < 3; part++) { // queries, keys, values
                int from = 2 + 2 * part;
                List<String> own = each(w -> ScriptText.linear(h.get(w), at(p, w) + from, few.get(w)));
                parts.add(text.line("a" + id + part, ScriptText.heads(ScriptText.joined(own), "t", facts.heads)));
            }
            String mixed = text.attention("s" + id, parts.get(0), parts.get(1), parts.get(2), List.of("m"),
                    ScriptText.Scores.plain(facts.width, facts.heads, formed));
            List<String> seen = parted(text, text.line("o" + id, ScriptText.side(mixed)));
            return each(w -> rest(text, id + w, at(p, w), x.get(w), seen.get(w), few.get(w)));
        }

        /// What one way does alone: output projection and feed-forward part.
        private String rest(ScriptText text, String id, int p, String x, String seen, boolean few) {
            String n = facts.subNorm ? text.line("n" + id, norm(seen, p + TENSORS)) : seen;
            String a = text.line("y" + id, ScriptText.plus(x, n, facts.width, p + 8, few));
            String y = facts.preNorm ? a : text.line("yn" + id, norm(a, p));
            String g = facts.preNorm ? text.line("g" + id, norm(y, p + 10)) : y;
            String f = text.line("f" + id, ScriptText.product(g, p + 12, few));
            String e = text.line("e" + id, facts.activation.script(f, recording));
            String l = facts.subNorm
                    ? text.line("l" + id, ScriptText.norm(e, facts.mlp, p + TENSORS + 2, facts.epsilon))
                    : e;
            String z = text.line("z" + id, ScriptText.plus(y, l, facts.width, p + 14, few));
            return facts.preNorm ? z : text.line("zn" + id, norm(z, p + 10));
        }

        private List<String> each(IntFunction<String> way) {
            return IntStream.range(0, few.size()).mapToObj(way).toList();
        }

        private int at(int layer, int way) {
            return layer + way * tensors();
        }

        private String norm(String x, int p) {
            return ScriptText.norm(x, facts.width, p, facts.epsilon);
        }
    }
}
