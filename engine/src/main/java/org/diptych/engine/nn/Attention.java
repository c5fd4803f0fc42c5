package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.kernel.AttentionKernel;
import org.diptych.engine.kernel.MatrixProducts;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;

/// Multi-head attention (Vaswani et al. 2017, section 3.2.2) with its four projections.
public final class Attention extends Module {
    /// How a checkpoint names the four projections.
    public record Names(String query, String key, String value, String out) {
        public static final Names PROJ = new Names("q_proj", "k_proj", "v_proj", "out_proj");
        public static final Names BERT = new Names("self.query", "self.key", "self.value", "output.dense");
    }

    private final int heads;
    private final double dropout;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;

    /// @param width      D of what asks
    /// @param otherWidth width of what is looked at (D for self-attention)
    /// @param dropout    of the weights while training
    public Attention(int width, int otherWidth, int heads, double dropout, Names names) {
        this(width, otherWidth, heads, dropout, names, Optional.empty());
    }

    /// @param shared attention whose keys and values this one uses too
    public Attention(int width, int otherWidth, int heads, double dropout, Names names, Optional<Attention> shared) {
        this.heads = heads;
        this.dropout = dropout;
        query = child(names.query(), new Linear(width, width));
        key = child(names.key(), shared.map(s -> s.key).orElseGet(() -> new Linear(otherWidth, width)));
        value = child(names.value(), shared.map(s -> s.value).orElseGet(() -> new Linear(otherWidth, width)));
        out = child(names.out(), new Linear(width, width));
    }

    /// @param x     (B, Q, D) what asks
    /// @param other (B, K, D') what is looked at
    /// @param mask  added to the scores, broadcast to (B, heads, Q, K)
    /// @param site  name under which the probe hears the weights
    /// @return (B, Q, D)
    public NDArray apply(Pass pass, NDArray x, NDArray other, Optional<NDArray> mask, String site, int layer) {
        return over(pass, x, keys(other), values(other), mask, site, layer);
    }

    /// @param other (B, K, D')
    /// @return (B, K, D)
    public NDArray keys(NDArray other) {
        return key.apply(other);
    }

    /// @param other (B, K, D')
    /// @return (B, K, D)
    public NDArray values(NDArray other) {
        return value.apply(other);
    }

    /// As [#apply], with keys and values that are already computed.
    ///
    /// @param keys   (B, K, D)
    /// @param values (B, K, D)
    /// @return (B, Q, D)
    public NDArray over(Pass pass, NDArray x, NDArray keys, NDArray values, Optional<NDArray> mask, String site,
            int layer) {
        return out.apply(attend(pass, query.apply(x), keys, values, heads, mask, dropout, site, layer));
    }

    /// What stands between the projections, for blocks with projections of their own. Where nobody listens it is one fused call; on the readable path the weights
    /// are formed, shown to the probe, and used as the probe returns them.
    ///
    /// @param q    (B, Q, D)
    /// @param k    (B, K, D)
    /// @param v    (B, K, E)
    /// @param mask added to the scores, broadcast to (B, heads, Q, K)
    /// @return (B, Q, E)
    public static NDArray attend(Pass pass, NDArray q, NDArray k, NDArray v, int heads, Optional<NDArray> mask,
            double dropout, String site, int layer) {
        if (pass.mayFuse()) {
            return new AttentionKernel(heads, heads, false, pass.training() ? dropout : 0).apply(q, k, v, mask);
        }
        NDArray scaled = Scalars.times(split(q, heads),
                1 / Math.sqrt((double) q.getShape().get(2) / heads)); // (B, H, Q, d)
        NDArray scores = MatrixProducts.matMul(scaled, split(k, heads).transpose(0, 1, 3, 2)); // (B, H, Q, K)
        NDArray weights = (mask.isPresent() ? scores.add(mask.get()) : scores).softmax(-1);
        NDArray used = Dropout.apply(pass, pass.probe().attention(site, layer, weights), dropout);
        NDArray mixed = MatrixProducts.matMul(used, split(v, heads)).transpose(0, 2, 1, 3); // (B, Q, H, e)
        return mixed.reshape(q.getShape().get(0), q.getShape().get(1), v.getShape().get(2));
    }

    private static NDArray split(NDArray x, int heads) {
        Shape shape = x.getShape();
        return x.reshape(shape.get(0), shape.get(1), heads, shape.get(2) / heads).transpose(0, 2, 1, 3);
    }

    /// @return true while one of the projections is more than its matrix
    public boolean adapted() {
        return query.adapted() || key.adapted() || value.adapted() || out.adapted();
    }

    /// @return q, k, v, out, each weight then bias, as the fused kernels take them
    public List<NDArray> tensors() {
        return List.of(query.weight(), query.bias(), key.weight(), key.bias(), value.weight(), value.bias(),
                out.weight(), out.bias());
    }
}
