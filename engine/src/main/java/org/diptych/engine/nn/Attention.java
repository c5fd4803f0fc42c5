package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;

/// Multi-head attention (Vaswani et al. 2017, section 3.2.2) on the readable path: the weights are formed, shown to the probe, and used as the probe returns them.
public final class Attention extends Module {
    /// How a checkpoint names the four projections.
    public record Names(String query, String key, String value, String out) {
        public static final Names PROJ = new Names("q_proj", "k_proj", "v_proj", "out_proj");
        public static final Names BERT = new Names("self.query", "self.key", "self.value", "output.dense");
    }

    private final int heads;
    private final int headWidth;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;

    /// @param width      D of what asks
    /// @param otherWidth width of what is looked at (D for self-attention)
    public Attention(int width, int otherWidth, int heads, Names names) {
        this.heads = heads;
        headWidth = width / heads;
        query = child(names.query(), new Linear(width, width));
        key = child(names.key(), new Linear(otherWidth, width));
        value = child(names.value(), new Linear(otherWidth, width));
        out = child(names.out(), new Linear(width, width));
    }

    /// @param x     (B, Q, D) what asks
    /// @param other (B, K, D') what is looked at
    /// @param mask  added to the scores, broadcast to (B, heads, Q, K)
    /// @param site  name under which the probe hears the weights
    /// @return (B, Q, D)
    public NDArray apply(Pass pass, NDArray x, NDArray other, Optional<NDArray> mask, String site, int layer) {
        NDArray q = split(query.apply(x)).mul(1 / Math.sqrt(headWidth)); // (B, H, Q, d)
        NDArray k = split(key.apply(other)); // (B, H, K, d)
        NDArray v = split(value.apply(other)); // (B, H, K, d)
        NDArray scores = q.matMul(k.transpose(0, 1, 3, 2)); // (B, H, Q, K)
        NDArray weights = (mask.isPresent() ? scores.add(mask.get()) : scores).softmax(-1);
        NDArray used = pass.probe().attention(site, layer, weights);
        NDArray mixed = used.matMul(v).transpose(0, 2, 1, 3); // (B, Q, H, d)
        return out.apply(mixed.reshape(new Shape(x.getShape().get(0), x.getShape().get(1), (long) heads * headWidth)));
    }

    private NDArray split(NDArray x) {
        Shape shape = x.getShape();
        return x.reshape(shape.get(0), shape.get(1), heads, headWidth).transpose(0, 2, 1, 3);
    }

    /// @return q, k, v, out, each weight then bias, as the fused kernels take them
    public List<NDArray> tensors() {
        return List.of(query.weight(), query.bias(), key.weight(), key.bias(), value.weight(), value.bias(),
                out.weight(), out.bias());
    }
}
