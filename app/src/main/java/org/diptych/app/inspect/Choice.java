package org.diptych.app.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.app.canvas.TokenStrip;

/// What a person points at: words of the sentence, a patch of the picture, both, or neither.
///
/// @param patch      index in the patch grid, row by row, or of a box; summary positions not counted
/// @param patchFirst true when the patch was chosen after the words: where an attention site knows both, the newest choice asks
record Choice(Optional<TokenStrip.Span> words, Optional<Integer> patch, boolean patchFirst) {
    static final Choice NONE = new Choice(Optional.empty(), Optional.empty(), false);

    /// Who looks.
    enum Asker {
        WORDS, PATCH,
        /// The position that the model reads as the whole; the mean of all where it has none.
        WHOLE
    }

    /// @return who may look, the newest choice first
    List<Asker> askers() {
        List<Asker> askers = new ArrayList<>();
        words.ifPresent(w -> askers.add(Asker.WORDS));
        patch.ifPresent(p -> askers.add(patchFirst ? 0 : askers.size(), Asker.PATCH));
        return askers;
    }
}
