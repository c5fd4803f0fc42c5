package org.diptych.app.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.app.canvas.TokenStrip;

/// What a person points at: words of the sentence, a patch of the picture, one of a model's queries, several of them, or none.
///
/// @param patch      index in the patch grid, row by row, or of a box; summary positions not counted
/// @param query      number of a learned query, from 0
/// @param patchFirst true when the patch was chosen after the words: where an attention site knows both, the newest choice asks
record Choice(Optional<TokenStrip.Span> words, Optional<Integer> patch, Optional<Integer> query,
        boolean patchFirst) {
    static final Choice NONE = new Choice(Optional.empty(), Optional.empty(), Optional.empty(), false);

    /// Who looks.
    enum Asker {
        WORDS, PATCH, QUERY,
        /// The position that the model reads as the whole; the mean of all where it has none.
        WHOLE
    }

    /// @return who may look, the newest choice first
    List<Asker> askers() {
        List<Asker> askers = new ArrayList<>();
        query.ifPresent(q -> askers.add(Asker.QUERY)); // chosen on purpose, and taken back before anything else is asked
        words.ifPresent(w -> askers.add(Asker.WORDS));
        patch.ifPresent(p -> askers.add(patchFirst ? askers.indexOf(Asker.QUERY) + 1 : askers.size(), Asker.PATCH));
        return askers;
    }
}
