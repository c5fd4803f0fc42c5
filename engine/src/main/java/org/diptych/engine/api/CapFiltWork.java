package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What lies in a folder in which captions were cleaned, or still are.
///
/// @param captioner where the model lies that wrote
/// @param filter    where the model lies that decided
/// @param pairs     folder of the pictures and their doubtful captions
/// @param human     folder of captions beyond doubt
/// @param decisions those taken so far, in the order of the pairs
/// @param images    file of each pair's picture
/// @param wrong     pairs of which the set itself says that their caption is wrong
public record CapFiltWork(String captioner, String filter, Path pairs, Optional<Path> human, double topP, int least,
        int most, double threshold, long seed, List<CaptionDecision> decisions, List<Path> images,
        Set<Integer> wrong) {
    /// @return true when a decision was taken about every picture that could be read
    public boolean complete() {
        return !decisions.isEmpty() && decisions.getLast().pair() == images.size() - 1;
    }
}
