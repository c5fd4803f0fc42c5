package org.diptych.engine.data;

import java.util.List;
import java.util.Optional;

/// What a set of a person's own knows of an example beyond picture and caption.
record OwnMore(List<Asked> questions, Optional<Labelled> regions) implements More {
    static More of(List<Asked> questions, Optional<Labelled> regions) {
        return questions.isEmpty() && regions.isEmpty() ? NONE : new OwnMore(questions, regions);
    }
}
