package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A whole stack of pre-norm transformer layers in one call whose queries, keys and values come from one stacked matrix. Scores can be moved by relative positions, what a part adds can be scaled
/// (layer scale, Touvron et al. 2021), and in some layers the positions can part between two feed-forward experts.
///
/// @param parted     one entry a layer: true when its positions part
/// @param width      D
/// @param heads      D is a multiple of it
/// @param epsilon    of the layer norms
/// @param activation of the feed-forward parts
/// @param biased     true when queries and values have a bias
/// @param scaled     true with layer scales
public record StackedKernel(List<Boolean> parted, int width, int heads, double epsilon, Activations activation,
        boolean biased, boolean scaled) {
    /// Tensors of a layer's attention: norm (gain, bias), stacked weight, out (weight, bias).
    private static final int ATTENTION = 5;
    /// Tensors of an expert: norm (gain, bias), fc1, fc2 (weight, bias each).
    private static final int EXPERT = 6;
    private static final String RELATIVE = "r";
    private static final String MASK = "m";

    /// What relative positions add to the scores.
    ///
    /// @param places int64 (T, T) row of the table, query by key
    /// @param table  (R, layers * heads), the layers one beside the other
    public record Relative(NDArray places, NDArray table) {
    }

    /// @param x        (B, T, D)
    /// @param split    positions from the first that go to the first expert of a layer with two; not read where no layer has two
    /// @param weights  of every layer: attention's, one or two experts', biases of queries and of values, scales of attention and of experts, what there is of them
    /// @param relative positions
    /// @param mask     added to the scores, broadcast to (B, heads, T, T)
    /// @return (B, T, D)
    public NDArray apply(NDArray x, int split, List<NDArray> weights, Optional<Relative> relative,
            Optional<NDArray> mask) {
        Shape shape = x.getShape();
        boolean recording = JniUtils.isGradMode();
        boolean parts = parted.contains(true);
        boolean formed = AttentionKernel.forms(x, heads, shape.get(1))
                || recording && relative.isPresent() && !x.getDevice().isGpu(); // the fused operation has no gradient of a mask there
        List<Long> rows = parts ? List.of((long) split, shape.get(1) - split) : List.of();
        List<Boolean> few = Stream.concat(Stream.of(shape.get(1)), rows.stream())
                .map(n -> FewRows.suits(x, shape.get(0) * n, (long) width * width)).toList();
        String method = "run" + (parts ? "Parted" : "") + (relative.isPresent() ? "Relative" : "")
                + (mask.isPresent() ? "Masked" : "");
        List<NDArray> more = new ArrayList<>();
        relative.ifPresent(r -> more.addAll(List.of(r.places(), r.table())));
        mask.ifPresent(more::add);
        if (parts) {
            more.add(Script.number(x, split));
        }
        Writer writer = new Writer(this, few, relative.isPresent(), mask.isPresent(), formed, recording);
        return Script.of(x, writer.source(method)).call(method, x, weights, more.toArray(NDArray[]::new))
                .singletonOrThrow();
    }

    /// Writes the script.
    ///
    /// @param few of the whole sequence, and of its parts
    private record Writer(StackedKernel facts, List<Boolean> few, boolean relative, boolean masked, boolean formed,
            boolean recording) {
        String source(String method) {
            List<String> arguments = new ArrayList<>();
            if (relative) {
                arguments.addAll(List.of("places: Tensor", "table: Tensor"));
            }
            if (masked) {
                arguments.add(MASK + ": Tensor");
            }
            boolean parts = few.size() > 1;
            if (parts) {
                arguments.add("n: Tensor");
            }
            ScriptText text = new ScriptText(method, "Tensor", arguments);
            if (parts) {
                text.parting();
            }
            if (relative) {
                text.line("pl", "torch.expand(torch.view(places, [1, -1]), [" + facts.heads + ", -1])");
                text.line(RELATIVE, "torch.unbind(torch.view(torch.contiguous(torch.t(table)), ["
                        + facts.parted.size() + ", " + facts.heads + ", -1]), 0)");
            }
            String x = "x";
            int p = 0;
            for (int i = 0; i < facts.parted.size(); i++) {
                x = layer(text, i, p, x);
                p += behind(i) + (facts.biased ? 2 : 0) + (facts.scaled ? 2 : 0);
            }
            return text.returning(x);
        }

        /// @return tensors of attention and experts
        private int behind(int layer) {
            return ATTENTION + EXPERT * (facts.parted.get(layer) ? 2 : 1);
        }

        private String layer(ScriptText text, int i, int p, String x) {
            int biases = p + behind(i);
            int scales = biases + (facts.biased ? 2 : 0);
            String h = text.line("h" + i, norm(x, p));
            String bias = facts.biased
                    ? "torch.cat([p[" + biases + "], torch.zeros_like(p[" + biases + "]), p[" + (biases + 1) + "]], 0)"
                    : "None";
            String all = text.line("a" + i, ScriptText.linear(h, "p[" + (p + 2) + "]", bias, few.getFirst()));
            String three = text.line("u" + i, "torch.unbind(torch.view(" + all + ", [b, t, 3, " + facts.heads
                    + ", -1]), 2)");
            List<String> parts = new ArrayList<>();
            for (int part = 0; part < 3; part++) { // queries, keys, values
                parts.add(text.line(three + "_" + part, "torch.transpose(" + three + "[" + part + "], 1, 2)"));
            }
            List<String> masks = new ArrayList<>();
            if (relative) {
                masks.add(text.line("r" + i, "torch.view(torch.gather(" + RELATIVE + "[" + i + "], 1, pl), [1, "
                        + facts.heads + ", t, t])"));
            }
            if (masked) {
                masks.add(MASK);
            }
            String mixed = text.attention("s" + i, parts.get(0), parts.get(1), parts.get(2), masks,
                    ScriptText.Scores.plain(facts.width, facts.heads, formed));
            String o = text.line("o" + i, ScriptText.side(mixed));
            String y = text.line("y" + i, facts.scaled
                    ? scaled(x, ScriptText.linear(o, p + 3, few.getFirst()), scales)
                    : ScriptText.plus(x, o, facts.width, p + 3, few.getFirst()));
            return thought(text, i, p + ATTENTION, y, scales + 1);
        }

        /// A feed-forward part and the sum with what it is added to.
        private String thought(ScriptText text, int i, int p, String y, int scale) {
            if (!facts.parted.get(i)) {
                String e = inner(text, "_" + i, p, y, few.getFirst());
                return text.line("z" + i, facts.scaled
                        ? scaled(y, ScriptText.shaped(ScriptText.product(e, p + 4, few.getFirst()), facts.width), scale)
                        : ScriptText.plus(y, e, facts.width, p + 4, few.getFirst()));
            }
            List<String> in = text.parted(y);
            List<String> out = new ArrayList<>();
            for (int w = 0; w < 2; w++) {
                int own = p + w * EXPERT;
                String e = inner(text, "_" + i + "_" + w, own, in.get(w), few.get(1 + w));
                out.add(ScriptText.shaped(ScriptText.product(e, own + 4, few.get(1 + w)), facts.width));
            }
            String both = ScriptText.joined(out);
            return text.line("z" + i, facts.scaled
                    ? scaled(y, both, scale)
                    : "torch.add(" + y + ", " + both + ")");
        }

        private String inner(ScriptText text, String id, int p, String y, boolean few) {
            String g = text.line("g" + id, norm(y, p));
            String f = text.line("f" + id, ScriptText.product(g, p + 2, few));
            return text.line("e" + id, facts.activation.script(f, recording));
        }

        private String norm(String x, int p) {
            return ScriptText.norm(x, facts.width, p, facts.epsilon);
        }

        private static String scaled(String added, String x, int scale) {
            return "torch.addcmul(" + added + ", " + Mixed.wide(x) + ", p[" + scale + "])";
        }
    }
}
