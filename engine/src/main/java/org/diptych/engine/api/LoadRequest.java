package org.diptych.engine.api;

/// @param model a bundled model's id, or the path of a checkpoint file or folder
public record LoadRequest(String model) {
    public String commandLine() {
        return "load --model " + CommandLine.quote(model);
    }
}
