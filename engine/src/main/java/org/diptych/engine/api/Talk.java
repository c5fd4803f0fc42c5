package org.diptych.engine.api;

import java.util.List;
import java.util.Optional;

/// How one may speak with a model, beside what it is able to do.
///
/// @param alone     true when it writes about a picture without being given words
/// @param asked     true when it writes answers to questions; false when it only goes on with the words it is given. One that does both is told by the form which of them a text is: see [#question()]
/// @param templates forms of conversation it reads, its own first; empty for a model that holds none
/// @param ranks     true when it chooses among any answers it is given
/// @param lists     true when it has a list of answers of its own
/// @param mask      what stands for a masked word in a text; empty when it fills no gaps, or came without the tokenizer that has one
public record Talk(boolean alone, boolean asked, List<String> templates, boolean ranks, boolean lists,
        Optional<String> mask) {
    public Talk {
        templates = List.copyOf(templates);
    }

    /// @return the form that makes a text a single question, of a model that would else go on with it; empty for one to which every text is a question
    public Optional<Said> question() {
        return alone && asked ? Optional.of(new Said(templates.getFirst(), List.of())) : Optional.empty();
    }
}
