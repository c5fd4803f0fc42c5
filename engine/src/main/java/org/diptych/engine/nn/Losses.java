package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
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

    /// As [#crossEntropyRows], with labels that are not wholly sure (Szegedy et al. 2016, section 7; PyTorch's `label_smoothing`).
    ///
    /// @param smoothing share of the target that is spread evenly over all classes
    /// @return (rows)
    public static NDArray smoothedRows(NDArray logits, NDArray labels, long ignore, double smoothing) {
        NDArray sure = crossEntropyRows(logits, labels, ignore);
        if (smoothing == 0) {
            return sure;
        }
        long classes = logits.getShape().get(logits.getShape().dimension() - 1);
        NDArray counts = labels.reshape(new Shape(-1)).neq(ignore).toType(DataType.FLOAT32, false);
        NDArray spread = logits.reshape(new Shape(-1, classes)).logSoftmax(-1).mean(new int[]{-1}).neg().mul(counts);
        return Scalars.times(sure, 1 - smoothing).add(Scalars.times(spread, smoothing));
    }

    /// A language model's loss: what stands at place t tells the word at place t + 1.
    ///
    /// @param logits (B, T, V)
    /// @param labels int64 (B, T) the words themselves
    /// @param ignore label that does not count
    /// @return (B, T - 1)
    public static NDArray nextWordRows(NDArray logits, NDArray labels, long ignore, double smoothing) {
        long t = labels.getShape().get(1);
        return smoothedRows(logits.get(new NDIndex(":, :{}", t - 1)), labels.get(new NDIndex(":, 1:")), ignore,
                smoothing).reshape(-1, t - 1);
    }

    /// @return mean of [#nextWordRows] over the words that count
    public static NDArray nextWord(NDArray logits, NDArray labels, long ignore, double smoothing) {
        NDArray counts = labels.get(new NDIndex(":, 1:")).neq(ignore).toType(DataType.FLOAT32, false);
        return nextWordRows(logits, labels, ignore, smoothing).sum().div(counts.sum());
    }

    /// @param ids int64 (...)
    /// @return the ids as labels, with `ignore` where padding stands
    public static NDArray withoutPadding(NDArray ids, long pad, long ignore) {
        NDArray padding = ids.eq(pad).toType(DataType.INT64, false);
        return ids.mul(padding.neg().add(1)).add(padding.mul(ignore));
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
