package org.diptych.engine.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What does a model see, and what does it guess, when each of its objectives teaches it one picture and sentence?
///
/// @param model    handle of a loaded model
/// @param picture  what it sees
/// @param text     what it reads
/// @param regions  for a model that reads regions; others pass them over
/// @param scene    the aligned Toybox scene behind the picture, of which answers to questions and the like are known
/// @param seed     of everything drawn: hidden words, hidden regions, foreign texts
/// @param maskings how words and regions are hidden; each objective is shown once for each
public record TasksRequest(String model, Picture picture, String text, Optional<RegionSource> regions,
        OptionalLong scene, long seed, List<TaskView.Masking> maskings) {
    public TasksRequest {
        maskings = List.copyOf(maskings);
    }
}
