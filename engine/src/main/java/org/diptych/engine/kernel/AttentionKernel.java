package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Optional;

/// Scaled dot-product attention over several heads in one call, for blocks that are no plain stack.
///
/// @param heads    of the queries
/// @param keyHeads of keys and values: `heads`, or a divisor of it (grouped queries, Ainslie et al. 2023)
/// @param causal   each position sees itself and what precedes it; only without a mask
/// @param dropout  of the weights, 0 for none
public record AttentionKernel(int heads, int keyHeads, boolean causal, double dropout) {
    /// Numbers of a matrix of weights that stays in the processor's cache: so few are formed at once faster than the fused operation goes over them in blocks. On a graphics card it does not.
    private static final long FEW = 1 << 20;

    /// @param q    (B, Q, heads * d)
    /// @param k    (B, K, keyHeads * d)
    /// @param v    (B, K, keyHeads * e)
    /// @param mask added to the scores, broadcast to (B, heads, Q, K)
    /// @return (B, Q, heads * e)
    public NDArray apply(NDArray q, NDArray k, NDArray v, Optional<NDArray> mask) {
        boolean formed = !causal && forms(q, heads, k.getShape().get(1));
        String name = (formed ? "formed" : "fused") + (mask.isPresent() ? "Masked" : "");
        double scale = 1 / Math.sqrt((double) q.getShape().get(2) / heads);
        String source = source(name, mask.isPresent(),
                new ScriptText.Scores(heads, scale, formed, causal, dropout));
        return Script.of(q, source)
                .call(name, q, List.of(k, v), mask.map(m -> new NDArray[]{m}).orElseGet(() -> new NDArray[0]))
                .singletonOrThrow();
    }

    /// @param q (B, Q, ...) what asks
    /// @param k positions that are looked at
    /// @return true when forming all weights at once is the faster way
    static boolean forms(NDArray q, int heads, long k) {
        return !q.getDevice().isGpu() && q.getShape().get(0) * heads * q.getShape().get(1) * k <= FEW;
    }

    private String source(String name, boolean masked, ScriptText.Scores how) {
        ScriptText text = new ScriptText(name, "Tensor", masked ? List.of("m: Tensor") : List.of());
        text.line("s", "torch.size(p[0], 1)");
        text.line("q", ScriptText.heads("x", "t", heads));
        text.line("k", keys("p[0]"));
        text.line("v", keys("p[1]"));
        return text.returning(Mixed.wide(ScriptText
                .side(text.attention("o", "q", "k", "v", masked ? List.of("m") : List.of(), how))));
    }

    private String keys(String x) {
        String split = ScriptText.heads(x, "s", keyHeads);
        return keyHeads == heads ? split : "torch.repeat_interleave(" + split + ", " + heads / keyHeads + ", 1)";
    }
}
