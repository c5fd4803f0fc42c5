package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.List;

/// @param out        folder of the new model
/// @param from       width of the picture tower
/// @param to         width of the language model
/// @param parameters of all
/// @param fits       where shapes had to agree
public record AssembleResult(Path out, int from, int to, long parameters, List<Fit> fits) {
    /// @param name  a tensor of the new model
    /// @param found its shape as it was given
    /// @param made  its shape in the new model
    public record Fit(String name, List<Long> found, List<Long> made) {
    }

    public AssembleResult {
        fits = List.copyOf(fits);
    }
}
