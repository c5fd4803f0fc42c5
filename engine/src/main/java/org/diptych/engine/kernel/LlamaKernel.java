package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One layer of a LLaMA-like model in one call, with its cache. Weights in half precision are widened where they are used, so that they can stay the file's own pages.
///
/// @param heads     of the queries
/// @param keyHeads  of keys and values
/// @param headWidth d
/// @param epsilon   of the norms
/// @param queryBias true when query, key and value have a bias
/// @param outBias   true when the output of attention has one
/// @param mlpBias   true when the MLP has them
/// @param precision of all weights
public record LlamaKernel(int heads, int keyHeads, int headWidth, double epsilon, Activations activation,
        boolean queryBias, boolean outBias, boolean mlpBias, Precision precision) {
    /// @param x       (R, T, D)
    /// @param weights norm, norm, query, key, value, out, gate, up, down, each with its bias behind it where it has one
    /// @param held    keys and values that stand before (R, G, S', d), or nothing
    /// @param cos     (R, 1, T, d) or (1, 1, T, d)
    /// @param mask    added to the scores, broadcast to (R, H, T, S)
    /// @return x' (R, T, D), all keys and all values (R, G, S, d)
    public NDList apply(NDArray x, List<NDArray> weights, List<NDArray> held, NDArray cos, NDArray sin,
            Optional<NDArray> mask) {
        boolean few = FewRows.suits(x, precision);
        String method = "run" + (few ? "Few" : "") + (held.isEmpty() ? "" : "Held")
                + (mask.isPresent() ? "Masked" : "");
        List<List<NDArray>> lists = held.isEmpty() ? List.of(weights) : List.of(weights, held);
        Script script = Script.of(x, source(method, few, !held.isEmpty(), mask.isPresent()));
        return mask.isPresent()
                ? script.callLists(method, x, lists, cos, sin, mask.get())
                : script.callLists(method, x, lists, cos, sin);
    }

    private String source(String method, boolean few, boolean held, boolean masked) {
        int group = heads / keyHeads;
        int query = 2;
        int step = queryBias ? 2 : 1;
        int out = query + 3 * step;
        int gate = out + (outBias ? 2 : 1);
        int mlp = mlpBias ? 2 : 1;
        List<String> arguments = new ArrayList<>();
        if (held) {
            arguments.add("c: List[Tensor]");
        }
        arguments.addAll(List.of("cos: Tensor", "sin: Tensor"));
        if (masked) {
            arguments.add("m: Tensor");
        }
        ScriptText text = new ScriptText(method, "List[Tensor]", arguments);
        text.line("h", norm("x", 0));
        text.line("q0", ScriptText.heads(linear(few, "h", query, queryBias), "t", heads));
        text.line("k0", ScriptText.heads(linear(few, "h", query + step, queryBias), "t", keyHeads));
        text.line("v0", ScriptText.heads(linear(few, "h", query + 2 * step, queryBias), "t", keyHeads));
        text.line("q", turned("q0"));
        text.line("k1", turned("k0"));
        text.line("k", held ? "torch.cat([c[0], k1], 2)" : "torch.contiguous(k1)");
        text.line("v", held ? "torch.cat([c[1], v0], 2)" : "torch.contiguous(v0)");
        if (!masked && group > 1) { // a lone position: the heads of a group ask as if they were positions
            text.line("qg", "torch.reshape(q, [b, " + keyHeads + ", " + group + ", " + headWidth + "])");
            text.line("sg", attention("qg", "k", "v", "None"));
            text.line("s", "torch.reshape(sg, [b, " + heads + ", t, " + headWidth + "])");
        } else {
            text.line("kk", group == 1 ? "k" : "torch.repeat_interleave(k, " + group + ", 1)");
            text.line("vv", group == 1 ? "v" : "torch.repeat_interleave(v, " + group + ", 1)");
            if (masked) {
                text.line("mm", "torch.expand(m, [b, " + heads + ", t, torch.size(k, 2)])");
            }
            text.line("s", attention("q", "kk", "vv", masked ? "mm" : "None"));
        }
        text.line("o", ScriptText.side("s"));
        text.line("y", "torch.add(x, " + linear(few, "o", out, outBias) + ")");
        text.line("g", norm("y", 1));
        text.line("e0", linear(few, "g", gate, mlpBias));
        text.line("e", activation.script("e0", false));
        text.line("u", linear(few, "g", gate + mlp, mlpBias));
        text.line("f", "torch.mul(e, u)");
        text.line("z", "torch.add(y, " + linear(few, "f", gate + 2 * mlp, mlpBias) + ")");
        return text.returning("[z, k, v]");
    }

    private static String attention(String q, String k, String v, String mask) {
        return "torch.scaled_dot_product_attention(" + q + ", " + k + ", " + v + ", " + mask + ", 0., False)";
    }

    private String turned(String x) {
        int half = headWidth / 2;
        String first = "torch.slice(" + x + ", 3, 0, " + half + ", 1)";
        String second = "torch.slice(" + x + ", 3, " + half + ", " + headWidth + ", 1)";
        return "torch.add(torch.mul(" + x + ", cos), torch.mul(torch.cat([torch.neg(" + second + "), " + first
                + "], 3), sin))";
    }

    private String norm(String x, int p) {
        return "torch.mul(torch.mul(" + x + ", torch.rsqrt(torch.add(torch.mean(torch.mul(" + x + ", " + x
                + "), [-1], True), " + epsilon + "))), " + precision.wide("p[" + p + "]") + ")";
    }

    private String linear(boolean few, String x, int p, boolean biased) {
        String bias = biased ? "p[" + (p + 1) + "]" : "None";
        return few ? precision.few(x, "p[" + p + "]", bias) : precision.many(x, "p[" + p + "]", bias);
    }
}
