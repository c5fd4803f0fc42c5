package org.diptych.app.shell;

import java.util.Optional;
import javafx.scene.input.KeyCombination;

/// Something a person can do by name (Ctrl+K) or key.
///
/// @param titleKey its name
/// @param icon     Material Design 2 icon
/// @param keys     its keys, anywhere in the window
/// @param run      does it
public record Command(String titleKey, String icon, Optional<KeyCombination> keys, Runnable run) {
    public static Command of(String titleKey, String icon, Runnable run) {
        return new Command(titleKey, icon, Optional.empty(), run);
    }

    /// @param keys as `Shortcut+K`
    public static Command of(String titleKey, String icon, String keys, Runnable run) {
        return new Command(titleKey, icon, Optional.of(KeyCombination.keyCombination(keys)), run);
    }
}
