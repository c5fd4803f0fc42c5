package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.List;

/// The runs on this machine. Reading is quick and safe from any thread.
public interface Runs {
    /// @return newest first
    List<RunSummary> list();

    /// @throws EngineException when the run's files cannot be read
    RunLog log(String id) throws EngineException;

    /// Puts a run out of sight; [#undelete] brings it back until the program ends.
    void delete(String id) throws EngineException;

    void undelete(String id) throws EngineException;

    Path folder();
}
