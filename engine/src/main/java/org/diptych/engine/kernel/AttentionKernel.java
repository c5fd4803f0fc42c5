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
    /// @param q    (B, Q, heads * d)
    /// @param k    (B, K, keyHeads * d)
    /// @param v    (B, K, keyHeads * e)
    /// @param mask added to the scores, broadcast to (B, heads, Q, K)
    /// @return (B, Q, heads * e)
    public NDArray apply(NDArray q, NDArray k, NDArray v, Optional<NDArray> mask) {
        Script script = Script.of(q, source());
        return mask.isPresent()
                ? script.call("masked", q, List.of(k, v), mask.get()).singletonOrThrow()
                : script.call("plain", q, List.of(k, v)).singletonOrThrow();
    }

    private String source() {
        return method("plain", "", "None", causal ? "True" : "False")
                + method("masked", ", m: Tensor", "torch.expand(m, [b, " + heads + ", t, s])", "False");
    }

    private String method(String name, String argument, String mask, String isCausal) {
        return "  def " + name + "(self: __torch__.Ops, x: Tensor, p: List[Tensor]" + argument + ") -> Tensor:\n"
                + "    b = torch.size(x, 0)\n    t = torch.size(x, 1)\n    s = torch.size(p[0], 1)\n"
                + "    q = torch.transpose(torch.view(x, [b, t, " + heads + ", -1]), 1, 2)\n"
                + "    k = " + keys("p[0]") + "\n    v = " + keys("p[1]") + "\n"
                + "    o = torch.scaled_dot_product_attention(q, k, v, " + mask + ", " + dropout + ", " + isCausal
                + ")\n    return torch.reshape(torch.transpose(o, 1, 2), [b, t, -1])\n";
    }

    private String keys(String x) {
        String split = "torch.transpose(torch.view(" + x + ", [b, s, " + keyHeads + ", -1]), 1, 2)";
        return keyHeads == heads ? split : "torch.repeat_interleave(" + split + ", " + heads / keyHeads + ", 1)";
    }
}
