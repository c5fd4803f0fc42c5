package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// A run as the list of runs shows it.
///
/// @param id     name of its folder
/// @param folder where it lives
/// @param status how it stands
/// @param step   optimiser steps done
/// @param seconds wall time so far, pauses left out
/// @param last   newest value of every name in its log
/// @param kept   folder of the kept weights, as a Hugging Face folder
public record RunSummary(String id, Path folder, RunLog.Header header, Status status, int step,
        double seconds, Map<String, Double> last, Optional<Path> kept) {
    public enum Status {
        RUNNING, PAUSED, FINISHED, STOPPED, FAILED, INTERRUPTED
    }
}
