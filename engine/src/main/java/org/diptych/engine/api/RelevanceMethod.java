package org.diptych.engine.api;

/// Ways to say which parts of an input a score rests on.
public enum RelevanceMethod {
    /// The attention of the summary row, as it is.
    RAW,
    /// Attention rollout: products of (A + I)/2 over layers (Abnar and Zuidema 2020, section 3).
    ROLLOUT,
    /// ReLU(gradient x attention) of the summary row, summed over layers and heads.
    GRAD_ATTENTION,
    /// Generic attention relevance (Chefer, Gur and Wolf 2021, sections 3.1 and 3.2).
    CHEFER,
    /// Attention of the words over the picture in the middle layer where they look at it, times the positive part of its gradient, mean over heads (Grad-CAM
    /// on cross-attention, as ALBEF's authors draw it); of learned queries where these look in the words' place (BLIP-2), mean over them.
    GRAD_CAM,
    /// Cosine between each patch, projected, and the text embedding.
    PATCH_TEXT,
    /// How much the score falls when a patch or a word is covered.
    OCCLUSION
}
