package org.diptych.engine.model;

/// Two towers that can be trained on pairs: what the contrastive objective needs beyond [EncodesImage] and [EncodesText].
public interface LearnsContrast extends EncodesImage, EncodesText {
    /// @return the scalar weight whose exponential multiplies the cosines
    Weight logScale();
}
