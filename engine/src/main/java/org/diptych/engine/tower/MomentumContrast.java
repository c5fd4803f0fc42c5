package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Losses;

/// Contrast against what a following copy makes of this batch and of those before it, with the copy's own answers as a part of the targets (ALBEF sections 3.2 and 3.3; BLIP section 3.2).
///
/// @param picture       (B, E) of unit length
/// @param text          (B, E) of unit length
/// @param copiedPicture (B, E) of the copy, without gradient
/// @param copiedText    (B, E) of the copy, without gradient
/// @param temperature   scalar
public record MomentumContrast(NDArray picture, NDArray text, NDArray copiedPicture, NDArray copiedText,
        NDArray temperature, FeatureQueue queue) {
    private static final double COLDEST = 0.001;
    private static final double WARMEST = 0.5;

    /// @return the weight, held within its bounds as the references do at every forward; its gradient is that of the value inside
    public static NDArray temperature(Weight weight, NDArray near) {
        NDArray own = near.getManager().create(0f).add(weight.get());
        NDArray held = own.stopGradient().maximum((float) COLDEST).minimum((float) WARMEST);
        return own.add(held.sub(own.stopGradient()));
    }

    /// @return (B, B + Q) the pictures against the copied texts of this batch and of those before
    public NDArray toTexts() {
        return picture.matMul(texts()).div(temperature);
    }

    /// @return (B, B + Q) the texts against the copied pictures
    public NDArray toPictures() {
        return text.matMul(pictures()).div(temperature);
    }

    private NDArray texts() {
        return copiedText.transpose().concat(queue.texts().get(), 1);
    }

    private NDArray pictures() {
        return copiedPicture.transpose().concat(queue.pictures().get(), 1);
    }

    /// Targets are the own pair and, by `alpha`, what the copy thinks.
    ///
    /// @return scalar, the mean of both directions
    public NDArray loss(double alpha) {
        NDArray fixed = temperature.stopGradient();
        NDArray toTexts = soft(copiedPicture.matMul(texts()).div(fixed), (float) alpha);
        NDArray toPictures = soft(copiedText.matMul(pictures()).div(fixed), (float) alpha);
        return Scalars.over(Losses.softRows(toTexts(), toTexts).mean()
                .add(Losses.softRows(toPictures(), toPictures).mean()), 2);
    }

    private static NDArray soft(NDArray logits, float alpha) {
        Shape shape = logits.getShape();
        NDArray own = logits.getManager().eye((int) shape.get(0), (int) shape.get(1), 0, DataType.FLOAT32);
        return logits.softmax(-1).mul(alpha).add(own.mul(1 - alpha)).stopGradient();
    }
}
