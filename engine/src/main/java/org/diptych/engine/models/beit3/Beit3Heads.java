package org.diptych.engine.models.beit3;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.tower.AnswerHead;

/// What stands on the transformer, by task (microsoft/unilm `beit3/modeling_finetune.py`). Of the pre-training only the language head is public; the head of the visual
/// codes is one linear layer beside it.
final class Beit3Heads extends Module {
    private static final double EPSILON = 1e-5;

    private record Contrast(Linear picture, Linear text, Weight scale) {
    }

    private record Pooled(LayerNorm norm, Linear dense, AnswerHead head) {
    }

    /// Norm, linear, norm, GELU, linear.
    private record Compare(LayerNorm norm1, Linear dense1, LayerNorm norm2, Linear dense2) {
    }

    private record Classes(LayerNorm norm, Linear head) {
    }

    private final Optional<Linear> words;
    private final Optional<Linear> codes;
    private final Optional<Contrast> contrast;
    private final Optional<Pooled> answers;
    private final Optional<Compare> pair;
    private final Optional<Classes> classes;

    Beit3Heads(Beit3Config config) {
        int width = config.width();
        Beit3Config.Heads parts = config.parts();
        words = parts.words()
                ? Optional.of(child("mlm_head", new Linear(width, config.vocabulary())))
                : Optional.empty();
        codes = parts.codes() > 0 ? Optional.of(child("mim_head", new Linear(width, parts.codes()))) : Optional.empty();
        contrast = parts.contrast()
                ? Optional.of(new Contrast(child("vision_head", new Linear(width, width, false)),
                        child("language_head", new Linear(width, width, false)), weight("logit_scale")))
                : Optional.empty();
        answers = parts.answers() > 0
                ? Optional.of(new Pooled(child("pooler.norm", new LayerNorm(width, EPSILON)),
                        child("pooler.dense", new Linear(width, width)),
                        child("head", new AnswerHead(width, 2 * width, parts.answers(), EPSILON, true))))
                : Optional.empty();
        pair = parts.pair()
                ? Optional.of(new Compare(child("head.norm1", new LayerNorm(4L * width, EPSILON)),
                        child("head.dense1", new Linear(4L * width, 2L * width)),
                        child("head.norm2", new LayerNorm(2L * width, EPSILON)),
                        child("head.dense2", new Linear(2L * width, 2))))
                : Optional.empty();
        classes = parts.classes() > 0
                ? Optional.of(new Classes(child("fc_norm", new LayerNorm(width, EPSILON)),
                        child("head", new Linear(width, parts.classes()))))
                : Optional.empty();
    }

    /// @param states (..., D)
    /// @return (..., V)
    NDArray words(NDArray states) {
        return words.orElseThrow().apply(states);
    }

    /// @param states (..., D) of patches
    /// @return (..., codes)
    NDArray codes(NDArray states) {
        return codes.orElseThrow().apply(states);
    }

    /// @param first (B, D) the picture's class row
    /// @return (B, D) of unit length
    NDArray picture(NDArray first) {
        return unit(contrast.orElseThrow().picture.apply(first));
    }

    /// @param first (B, D) the text's first row
    /// @return (B, D) of unit length
    NDArray text(NDArray first) {
        return unit(contrast.orElseThrow().text.apply(first));
    }

    private static NDArray unit(NDArray x) {
        return x.div(Scalars.atLeast(x.norm(new int[]{-1}, true), 1e-12));
    }

    Weight logScale() {
        return contrast.orElseThrow().scale;
    }

    /// @param first (B, D) the picture's class row
    /// @return (B, A)
    NDArray answers(NDArray first) {
        Pooled p = answers.orElseThrow();
        return p.head.apply(p.dense.apply(p.norm.apply(first)).tanh());
    }

    /// @param firsts (B, 4 D)
    /// @return (B, 2)
    NDArray pair(NDArray firsts) {
        Compare c = pair.orElseThrow();
        return c.dense2.apply(Activations.GELU.apply(c.norm2.apply(c.dense1.apply(c.norm1.apply(firsts)))));
    }

    /// @param mean (B, D) of the patches
    /// @return (B, C)
    NDArray classes(NDArray mean) {
        Classes c = classes.orElseThrow();
        return c.head.apply(c.norm.apply(mean));
    }
}
