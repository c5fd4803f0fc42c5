package org.diptych.engine.models.vlmo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.Optional;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.tower.AnswerHead;
import org.diptych.engine.tower.WordHead;

/// What stands on the transformer, by task (microsoft/unilm `vlmo/vlmo/modules/heads.py`).
final class VlmoHeads extends Module {
    private static final double TEXT_EPSILON = 1e-12;
    private static final double HEAD_EPSILON = 1e-5;

    /// Projections of the two towers into the shared space, and the logarithm of what multiplies the cosines.
    record Contrast(Linear picture, Linear text, Weight scale) {
        /// @param states (B, 1 + N, D) of a picture
        /// @return (B, D) of unit length
        NDArray ofPicture(NDArray states) {
            return unit(picture, states);
        }

        /// @param states (B, T, D) of a text
        /// @return (B, D) of unit length
        NDArray ofText(NDArray states) {
            return unit(text, states);
        }

        private static NDArray unit(Linear projection, NDArray states) {
            NDArray x = projection.apply(states.get(new NDIndex(":, 0")));
            return x.div(x.norm(new int[]{-1}, true));
        }

        /// @return (N, M) cosines times the scale
        NDArray similarity(NDArray pictures, NDArray texts) {
            return pictures.matMul(texts.transpose()).mul(Scalars.of(pictures, 0).add(scale.get()).exp());
        }
    }

    private final Linear pooler;
    private final Optional<WordHead> words;
    private final Optional<Linear> match;
    private final Optional<Contrast> contrast;
    private final Optional<Contrast> branch;
    private final Optional<AnswerHead> answer;
    private final Optional<AnswerHead> pair;

    VlmoHeads(VlmoConfig config) {
        int width = config.width();
        VlmoConfig.Heads parts = config.parts();
        pooler = child("pooler.dense", new Linear(width, width));
        words = parts.words()
                ? Optional.of(child("mlm_score", new WordHead(width, TEXT_EPSILON, Activations.GELU,
                        config.vocabulary(), WordHead.Names.BERT)))
                : Optional.empty();
        match = parts.match() ? Optional.of(child("itm_score.fc", new Linear(width, 2))) : Optional.empty();
        contrast = parts.contrast() ? Optional.of(contrast(width, "itc_", "logit_scale")) : Optional.empty();
        branch = parts.branch() ? Optional.of(contrast(width, "itc_vl_", "logit_vl_scale")) : Optional.empty();
        answer = parts.answers() > 0
                ? Optional.of(child("vqa_classifier",
                        new AnswerHead(width, 2 * width, parts.answers(), HEAD_EPSILON, true)))
                : Optional.empty();
        pair = parts.pair()
                ? Optional.of(child("nlvr2_classifier", new AnswerHead(2 * width, 2 * width, 2, HEAD_EPSILON, true)))
                : Optional.empty();
    }

    private Contrast contrast(int width, String prefix, String scale) {
        return new Contrast(child(prefix + "image_proj.fc", new Linear(width, width, false)),
                child(prefix + "text_proj.fc", new Linear(width, width, false)), weight(scale));
    }

    /// @param states (B, T + 1 + N, D)
    /// @return (B, D) of the text's first position, through a tanh
    NDArray pooled(Pass pass, NDArray states) {
        NDArray pooled = pooler.apply(states.get(new NDIndex(":, 0"))).tanh();
        pass.probe().value("pooler", pooled);
        return pooled;
    }

    /// @param states (B, T, D)
    /// @return (B, T, V)
    NDArray words(NDArray states) {
        return words.orElseThrow().apply(states);
    }

    /// @param pooled (B, D)
    /// @return (B, 2) logits of mismatch and match
    NDArray match(NDArray pooled) {
        return match.orElseThrow().apply(pooled);
    }

    /// @param pooled (B, D)
    /// @return (B, A)
    NDArray answer(NDArray pooled) {
        return answer.orElseThrow().apply(pooled);
    }

    /// @param pooled (B, 2 D) of the text with the one and with the other picture
    /// @return (B, 2)
    NDArray pair(NDArray pooled) {
        return pair.orElseThrow().apply(pooled);
    }

    /// Of the towers' own endings.
    Contrast contrast() {
        return contrast.orElseThrow();
    }

    /// Of their endings through the experts for pairs.
    Contrast branch() {
        return branch.orElseThrow();
    }
}
