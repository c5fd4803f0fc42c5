package org.diptych.engine.models.uniter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.Optional;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Attention;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Masks;

/// Two pictures against one sentence: each side looks at the other, then each is pooled by learned weights (ChenRocks/UNITER `model/nlvr2.py`, `UniterForNlvr2PairedAttn`).
final class PairHead extends Module {
    private static final Attention.Names NAMES = new Attention.Names("query", "key", "value", "out_proj");
    private static final float NOT_POOLED = -10000;

    private final double dropout;
    private final Attention leftAsks;
    private final Attention rightAsks;
    private final Linear mix;
    private final Linear pool;
    private final Linear out;

    PairHead(UniterConfig config) {
        dropout = config.dropout();
        int width = config.width();
        leftAsks = child("attn1", new Attention(width, width, config.heads(), dropout, NAMES));
        rightAsks = child("attn2", new Attention(width, width, config.heads(), dropout, NAMES));
        mix = child("fc.0", new Linear(2L * width, width));
        pool = child("attn_pool.fc.0", new Linear(width, 1));
        out = child("nlvr2_output", new Linear(2L * width, 2));
    }

    /// @param states   (2 P, L, D) rows 2k and 2k + 1 are a pair
    /// @param attended (2 P, L) 1 for what is there
    /// @return (P, 2)
    NDArray apply(Pass pass, NDArray states, NDArray attended) {
        NDArray left = states.get("0::2");
        NDArray right = states.get("1::2");
        NDArray leftMask = attended.get("0::2");
        NDArray rightMask = attended.get("1::2");
        NDArray fromRight = leftAsks.apply(pass, left, right, Optional.of(closed(rightMask)), "attn1", 0);
        NDArray fromLeft = rightAsks.apply(pass, right, left, Optional.of(closed(leftMask)), "attn2", 0);
        return out.apply(NDArrays.concat(new NDList(pooled(pass, fromRight, left, leftMask),
                pooled(pass, fromLeft, right, rightMask)), 1));
    }

    private static NDArray closed(NDArray attended) {
        return Masks.padding(attended, -Float.MAX_VALUE);
    }

    private NDArray pooled(Pass pass, NDArray seen, NDArray own, NDArray attended) {
        NDArray both = Dropout.apply(pass,
                Activations.RELU.apply(mix.apply(NDArrays.concat(new NDList(seen, own), 2))), dropout); // (P, L, D)
        NDArray score = Activations.RELU.apply(pool.apply(both)).squeeze(2); // (P, L)
        NDArray hidden = attended.toType(DataType.FLOAT32, false).neg().add(1f).mul(NOT_POOLED);
        NDArray weights = Dropout.apply(pass, score.add(hidden).softmax(1), dropout);
        return weights.expandDims(1).matMul(both).squeeze(1);
    }
}
