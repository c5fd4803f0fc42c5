package org.diptych.engine.api;

import java.nio.file.Path;

/// A run's moments as pictures: the pair with its map, the matrix, and what is known of the step. A path that ends in `.gif` is an animation, any other a
/// folder that gets a PNG for each moment.
///
/// @param run      folder of the run
/// @param pair     place in the probe set, or -1 for the first that is watched
/// @param word     word of the caption whose map is drawn, empty for the whole caption
/// @param millis   that each moment of an animation is shown; the last one stays three times as long
/// @param dark     on a dark ground
/// @param language of what is said, `en` or `zh`
/// @param out      file or folder
public record MomentsRequest(Path run, int pair, String word, int millis, boolean dark, String language, Path out) {
    /// @return the command that does the same
    public String commandLine() {
        return "diptych runs --export-moments " + CommandLine.quote(run.toString())
                + (pair >= 0 ? " --pair " + (pair + 1) : "")
                + (word.isEmpty() ? "" : " --word " + CommandLine.quote(word)) + " --delay " + millis
                + (dark ? " --dark" : "") + " --lang " + language + " --out " + CommandLine.quote(out.toString());
    }
}
