package org.diptych.engine.api;

import java.util.List;
import java.util.Optional;

/// Run one picture and sentence through a model and keep its attention.
///
/// @param model   handle of a loaded model
/// @param picture what it sees
/// @param text    what it reads
/// @param regions for a model that reads regions; others pass them over
/// @param answers to choose from, for a model that ranks any it is given; empty for its own list, if it has one
public record InspectRequest(String model, Picture picture, String text, TraceSelection selection,
        Optional<RegionSource> regions, List<String> answers) {
    public InspectRequest {
        answers = List.copyOf(answers);
    }

    public InspectRequest(String model, Picture picture, String text, TraceSelection selection,
            Optional<RegionSource> regions) {
        this(model, picture, text, selection, regions, List.of());
    }

    public InspectRequest(String model, Picture picture, String text, TraceSelection selection) {
        this(model, picture, text, selection, Optional.empty());
    }
}
