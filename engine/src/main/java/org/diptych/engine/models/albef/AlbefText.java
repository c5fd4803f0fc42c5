package org.diptych.engine.models.albef;

import ai.djl.ndarray.NDArray;
import java.util.Optional;
import org.diptych.engine.model.Pass;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.FusionText;

/// One BERT in three modes (section 3.1): its first layers read text alone, the later ones text and picture, or all at once.
///
/// @param fusion first layer that looks at the picture
record AlbefText(FusionText bert, int fusion) {
    /// @return (B, T, D) after the layers that read text alone
    NDArray text(Pass pass, NDArray ids, NDArray attended) {
        return bert.part(pass, bert.embedded(pass, ids), attended, Optional.empty(), 0, fusion);
    }

    /// @param states (B, T, D) of [#text]
    /// @param seen   (B, I, D') the picture
    /// @return (B, T, D)
    NDArray fused(Pass pass, NDArray states, NDArray attended, NDArray seen) {
        return bert.part(pass, states, attended, Optional.of(new Encoder.Other(seen, Optional.empty())), fusion,
                bert.facts().layers());
    }

    /// @return (B, T, D) through all layers
    NDArray all(Pass pass, NDArray ids, NDArray attended, NDArray seen) {
        return bert.looking(pass, ids, attended, seen, Optional.empty());
    }

    /// Two pictures: one fusion layer looks at the first, the next at the second.
    NDArray pair(Pass pass, NDArray ids, NDArray attended, NDArray first, NDArray second) {
        NDArray x = text(pass, ids, attended);
        for (int i = fusion; i < bert.facts().layers(); i++) {
            NDArray seen = (i - fusion) % 2 == 0 ? first : second;
            x = bert.part(pass, x, attended, Optional.of(new Encoder.Other(seen, Optional.empty())), i, i + 1);
        }
        return x;
    }

    /// @return (B, T, V)
    NDArray words(Pass pass, NDArray states) {
        return bert.words(pass, states);
    }
}
