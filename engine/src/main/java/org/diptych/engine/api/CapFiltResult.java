package org.diptych.engine.api;

import java.nio.file.Path;

/// What became of a set's captions.
///
/// @param decisions   file with every decision, a line each
/// @param cleaned     folder with what was kept, as training reads it
/// @param web         captions that were found
/// @param webKept     of them kept
/// @param synthetic   captions that were written
/// @param syntheticKept of them kept
/// @param overruled   decisions of a person
/// @param unreadable  pictures that could not be read, and are left out
/// @param wrong       found captions of which the set itself says that they are wrong
/// @param wrongKept   of them kept
/// @param human       captions beyond doubt that were added
public record CapFiltResult(Path decisions, Path cleaned, int web, int webKept, int synthetic, int syntheticKept,
        int overruled, int unreadable, int wrong, int wrongKept, int human) {
}
