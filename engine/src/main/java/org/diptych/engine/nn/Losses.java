package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.kernel.Scalars;

/// Loss functions as the reference implementations reduce them.
public final class Losses {
    private Losses() {
    }

    /// @param logits (..., C)
    /// @param labels int64 (...), one class each
    /// @param ignore label whose rows do not count
    /// @return mean over the rows that count; 0 / 0 = NaN when none does, as in PyTorch
    public static NDArray crossEntropy(NDArray logits, NDArray labels, long ignore) {
        NDArray each = crossEntropyRows(logits, labels, ignore);
        return each.sum().div(labels.neq(ignore).toType(DataType.FLOAT32, false).sum());
    }

    /// @return (rows) the loss of each row, 0 for those that do not count
    public static NDArray crossEntropyRows(NDArray logits, NDArray labels, long ignore) {
        long classes = logits.getShape().get(logits.getShape().dimension() - 1);
        NDArray flat = labels.reshape(new Shape(-1)).toType(DataType.INT64, false);
        NDArray counts = flat.neq(ignore);
        NDArray safe = flat.mul(counts.toType(DataType.INT64, false));
        NDArray chosen = logits.reshape(new Shape(-1, classes)).logSoftmax(-1).gather(safe.expandDims(1), 1).squeeze(1);
        return chosen.mul(counts.toType(DataType.FLOAT32, false)).neg();
    }

    /// @param logits  (...)
    /// @param targets (...) probabilities
    /// @return (...) binary cross-entropy of each value: max(x, 0) - x y + log(1 + exp(-|x|))
    public static NDArray binaryRows(NDArray logits, NDArray targets) {
        return Activations.RELU.apply(logits).sub(logits.mul(targets)).add(logits.abs().neg().exp().add(1f).log());
    }

    /// @return (...) Huber's function with threshold 1: x^2 / 2 below it, |x| - 1/2 above
    public static NDArray smoothL1Rows(NDArray got, NDArray wanted) {
        NDArray distance = got.sub(wanted).abs();
        NDArray inner = Scalars.atMost(distance, 1);
        return Scalars.times(inner.square(), 0.5).add(distance.sub(inner));
    }

    /// @param logits  (..., C) of the prediction
    /// @param targets (..., C) probabilities
    /// @return (..., C) terms p (log p - log q), 0 where p is 0
    public static NDArray klTerms(NDArray logits, NDArray targets) {
        NDArray safe = targets.maximum(Float.MIN_NORMAL);
        return targets.mul(safe.log().sub(logits.logSoftmax(-1)));
    }

    /// @param logits  (..., C)
    /// @param targets (..., C) probabilities
    /// @return (...) cross-entropy of each row against soft targets
    public static NDArray softRows(NDArray logits, NDArray targets) {
        return logits.logSoftmax(-1).mul(targets).sum(new int[]{-1}).neg();
    }
}
