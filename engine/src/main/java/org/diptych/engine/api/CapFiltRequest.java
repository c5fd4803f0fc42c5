package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.Optional;

/// Clean a set of pictures with doubtful captions: write a caption for each picture, and let a filter decide about both (Li et al. 2022, section 4).
///
/// @param captioner handle of a loaded model that writes
/// @param filter    handle of a loaded model that tells matches
/// @param pairs     folder with pictures and `captions.jsonl`
/// @param human     folder of the same form whose captions are beyond doubt; they go into the cleaned set as they are
/// @param out       folder of the results; work that was begun there goes on
/// @param topP      smallest probability that the words of a draw have together
/// @param least     shortest caption in tokens, the beginning counted
/// @param most      longest caption in tokens, the beginning counted
/// @param threshold least probability of a match with which a caption is kept
/// @param seed      of the draws; each picture has its own
public record CapFiltRequest(String captioner, String filter, Path pairs, Optional<Path> human, Path out, double topP,
        int least, int most, double threshold, long seed) {
    /// As published: nucleus sampling with 0.9, five to twenty tokens, and what the filter's two classes decide.
    public static CapFiltRequest usual(String captioner, String filter, Path pairs, Path out) {
        return new CapFiltRequest(captioner, filter, pairs, Optional.empty(), out, 0.9, 5, 20, 0.5, 0);
    }
}
