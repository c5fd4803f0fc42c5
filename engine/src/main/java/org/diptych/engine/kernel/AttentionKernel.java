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
        boolean formed = !causal && !q.getDevice().isGpu()
                && q.getShape().get(0) * heads * q.getShape().get(1) * k.getShape().get(1) <= FEW;
        String name = (formed ? "formed" : "fused") + (mask.isPresent() ? "Masked" : "");
        double scale = 1 / Math.sqrt((double) q.getShape().get(2) / heads);
        Script script = Script.of(q, formed ? formed(name, mask.isPresent(), scale) : fused(name, mask.isPresent()));
        return script.call(name, q, List.of(k, v), mask.map(m -> new NDArray[]{m}).orElseGet(() -> new NDArray[0]))
                .singletonOrThrow();
    }

    private String fused(String name, boolean masked) {
        return method(name, masked, "    o = torch.scaled_dot_product_attention(q, k, v, "
                + (masked ? "torch.expand(m, [b, " + heads + ", t, s])" : "None") + ", " + dropout + ", "
                + (causal && !masked ? "True" : "False") + ")\n");
    }

    private String formed(String name, boolean masked, double scale) {
        String scores = "torch.matmul(torch.mul(q, " + scale + "), torch.transpose(k, -2, -1))";
        String weights = "torch.softmax(" + (masked ? "torch.add(" + scores + ", m)" : scores) + ", -1)";
        return method(name, masked, "    w = " + weights + "\n    o = torch.matmul("
                + (dropout > 0 ? "torch.dropout(w, " + dropout + ", True)" : "w") + ", v)\n");
    }

    private String method(String name, boolean masked, String mixed) {
        return "  def " + name + "(self: __torch__.Ops, x: Tensor, p: List[Tensor]" + (masked ? ", m: Tensor" : "")
                + ") -> Tensor:\n"
                + "    b = torch.size(x, 0)\n    t = torch.size(x, 1)\n    s = torch.size(p[0], 1)\n"
                + "    q = torch.transpose(torch.view(x, [b, t, " + heads + ", -1]), 1, 2)\n"
                + "    k = " + keys("p[0]") + "\n    v = " + keys("p[1]") + "\n" + mixed
                + "    return torch.reshape(torch.transpose(o, 1, 2), [b, t, -1])\n";
    }

    private String keys(String x) {
        String split = "torch.transpose(torch.view(" + x + ", [b, s, " + keyHeads + ", -1]), 1, 2)";
        return keyHeads == heads ? split : "torch.repeat_interleave(" + split + ", " + heads / keyHeads + ", 1)";
    }
}
