package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.stream.LongStream;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Distils;
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

    /// @return the weight's number within its bounds
    public static double held(Weight weight) {
        return Math.clamp(weight.get().toFloatArray()[0], COLDEST, WARMEST);
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
        NDArray toTexts = target(copiedToTexts(), (float) alpha);
        NDArray toPictures = target(copiedToPictures(), (float) alpha);
        return Scalars.over(Losses.softRows(toTexts(), toTexts).mean()
                .add(Losses.softRows(toPictures(), toPictures).mean()), 2);
    }

    /// @return the pictures against the texts, and the texts against the pictures, as [#loss] reads them
    public List<Distils.Soft> soft(double alpha) {
        return List.of(soft(toTexts(), copiedToTexts(), (float) alpha),
                soft(toPictures(), copiedToPictures(), (float) alpha));
    }

    private static Distils.Soft soft(NDArray logits, NDArray copied, float alpha) {
        return new Distils.Soft(logits.softmax(-1), copied.softmax(-1), target(copied, alpha),
                LongStream.range(0, logits.getShape().get(0)).toArray());
    }

    private NDArray copiedToTexts() {
        return copiedPicture.matMul(texts()).div(temperature.stopGradient());
    }

    private NDArray copiedToPictures() {
        return copiedText.matMul(pictures()).div(temperature.stopGradient());
    }

    private static NDArray target(NDArray copied, float alpha) {
        Shape shape = copied.getShape();
        NDArray own = copied.getManager().eye((int) shape.get(0), (int) shape.get(1), 0, DataType.FLOAT32);
        return copied.softmax(-1).mul(alpha).add(own.mul(1 - alpha)).stopGradient();
    }
}
