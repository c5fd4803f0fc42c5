package org.diptych.engine.api;

import java.util.Optional;

/// Run one picture and sentence through a model and keep its attention.
///
/// @param model   handle of a loaded model
/// @param picture what it sees
/// @param text    what it reads
/// @param regions for a model that reads regions; others pass them over
public record InspectRequest(String model, Picture picture, String text, TraceSelection selection,
        Optional<RegionSource> regions) {
    public InspectRequest(String model, Picture picture, String text, TraceSelection selection) {
        this(model, picture, text, selection, Optional.empty());
    }
}
