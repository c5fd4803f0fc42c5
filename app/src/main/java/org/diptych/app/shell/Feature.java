package org.diptych.app.shell;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import javafx.scene.Node;

/// One view of the window, reached from the rail.
public interface Feature {
    /// @return short name, as remembered in the settings
    String id();

    /// @return Material Design 2 icon, as `mdi2e-eye-outline`
    String icon();

    /// @return key of the name on the rail
    String titleKey();

    /// @return the view; asked for once, at its first showing
    Node view();

    /// The view comes in sight.
    default void onShow() {
    }

    /// The view goes out of sight.
    default void onHide() {
    }

    /// @return what the command palette offers besides showing this view
    default List<Command> commands() {
        return List.of();
    }

    /// Files were dropped on the window or opened while this view is in sight.
    ///
    /// @return true when this view took them; otherwise the next one is asked
    default boolean open(List<Path> files) {
        return false;
    }

    /// A set is to be learnt from. Only the view that teaches takes it.
    ///
    /// @param set file or folder that was read as one
    default void learn(Path set) {
    }

    /// A run is to be gone on with. Only the view that teaches takes it.
    ///
    /// @param run  its id
    /// @param more steps that a branch of it takes beyond what it has done; nothing to go on with the run itself
    default void goOn(String run, OptionalInt more) {
    }
}
