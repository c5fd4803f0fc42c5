package org.diptych.engine.api;

/// Run one picture and sentence through a model and keep its attention.
///
/// @param model   handle of a loaded model
/// @param picture what it sees
/// @param text    what it reads
public record InspectRequest(String model, Picture picture, String text, TraceSelection selection) {
}
