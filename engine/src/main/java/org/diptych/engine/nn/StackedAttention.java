package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.kernel.MatrixProducts;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;

/// Self-attention with one stacked matrix for queries, keys and values, as BEiT and what came of it keep it (microsoft/unilm `beit/modeling_finetune.py`). Queries and values have a bias, keys
/// have none: it would add the same to all scores of a query.
public final class StackedAttention extends Module {
    private record Biases(Weight query, Weight value) {
    }

    private final int heads;
    private final Weight stacked;
    private final Optional<Biases> biases;
    private final Linear out;

    public StackedAttention(int width, int heads, boolean biased) {
        this.heads = heads;
        stacked = weight("qkv.weight", 3L * width, width);
        biases = biased
                ? Optional.of(new Biases(weight("q_bias", width), weight("v_bias", width)))
                : Optional.empty();
        out = child("proj", new Linear(width, width));
    }

    /// @return true while its output projection is more than its matrix
    public boolean adapted() {
        return out.adapted();
    }

    /// @return the stacked weight, then weight and bias of the output projection, as [org.diptych.engine.kernel.StackedKernel] takes them
    public List<NDArray> tensors() {
        return List.of(stacked.get(), out.weight(), out.bias());
    }

    /// @return of queries and of values, or nothing
    public List<NDArray> biases() {
        return biases.map(b -> List.of(b.query.get(), b.value.get())).orElseGet(List::of);
    }

    /// @param x    (B, T, D)
    /// @param mask added to the scores, broadcast to (B, heads, T, T): relative positions and what hides padding
    /// @return (B, T, D)
    public NDArray apply(Pass pass, NDArray x, Optional<NDArray> mask, String site, int layer) {
        long width = x.getShape().get(2);
        NDArray bias = biases.map(b -> {
            NDArray none = x.getManager().zeros(new Shape(width));
            return NDArrays.concat(new NDList(none.add(b.query.get()), none, none.add(b.value.get())));
        }).orElse(null);
        NDArray all = MatrixProducts.linear(x, stacked.get(), bias); // (B, T, 3 D)
        NDList parts = all.split(3, 2);
        return out.apply(Attention.attend(pass, parts.get(0), parts.get(1), parts.get(2), heads, mask, 0, site, layer));
    }
}
