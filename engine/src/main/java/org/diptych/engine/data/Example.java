package org.diptych.engine.data;

import org.diptych.engine.api.Picture;

/// One pair to learn from.
///
/// @param id      says which, for logs and for a person to find it again
/// @param caption as it is trained with; a noisy set may hold wrong ones
/// @param right   false when the caption was made wrong on purpose
/// @param more    what else is known
public record Example(String id, Picture picture, String caption, boolean right, More more) {
    public Example(String id, Picture picture, String caption, boolean right) {
        this(id, picture, caption, right, More.NONE);
    }
}
