package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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

    /// @return the run's controls while it is in this program's memory
    Optional<TrainingControl> control(String id);

    /// @return why nobody can go on with the run; nothing when one can, from its last checkpoint or where it waits in this program
    Optional<Message> noResume(String id);

    /// @return why nothing can branch off the run; nothing when it can
    Optional<Message> noBranch(String id);
}
