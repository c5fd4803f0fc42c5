package org.diptych.engine.api;

import java.nio.file.Path;

/// Where the region features of one picture stand.
///
/// @param file of region features
/// @param at   byte at which the picture's line begins in a table of many, or [#WHOLE]
public record RegionPlace(Path file, long at) {
    /// The file is of this picture alone.
    public static final long WHOLE = -1;

    public static RegionPlace whole(Path file) {
        return new RegionPlace(file, WHOLE);
    }
}
