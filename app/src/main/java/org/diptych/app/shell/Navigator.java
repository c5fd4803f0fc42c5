package org.diptych.app.shell;

import java.nio.file.Path;
import java.util.OptionalInt;

/// Goes to another view.
public interface Navigator {
    /// The views' names: what a view passes to [#show] without knowing the other.
    String MODELS = "models";
    String LOOK = "look";
    String ASK = "ask";
    String CONTRAST = "contrast";
    String TASKS = "tasks";
    String DATA = "data";
    String TEACH = "teach";
    String CAPFILT = "capfilt";
    String RUNS = "runs";
    String SETTINGS = "settings";

    /// Shows the view with this name; nothing happens when there is none.
    void show(String feature);

    /// Shows a view and hands it a file, as if it had been dropped there.
    void open(String feature, Path file);

    /// Goes to where models are taught, with that set as what is learnt from.
    ///
    /// @param set file or folder that was read as one
    void learn(Path set);

    /// Goes to where models are taught, and goes on with a run there.
    ///
    /// @param run  its id
    /// @param more steps that a branch of it takes beyond what it has done; nothing to go on with the run itself
    void goOn(String run, OptionalInt more);
}
