package org.diptych.engine.api;

import java.util.List;
import java.util.Optional;

/// A text that is being written. Its words may be read from any thread while they come; cancelling the job ends it between two words.
public interface Generation {
    JobHandle<GenerateResult> job();

    /// @return what the model reads, as soon as it does
    Optional<GenerateResult.Read> read();

    /// @param count words that are known already
    /// @return those behind them, as far as they are written; beams, which may still change their minds, are told at the end only
    List<GenerateResult.Word> since(int count);
}
