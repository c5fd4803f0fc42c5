package org.diptych.app.fx;

import javafx.application.Platform;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.util.Duration;

/// Whether things may move. Off where the system asks for reduced motion or the person says so.
public final class Motion {
    private static final BooleanProperty WANTED = new SimpleBooleanProperty(true);

    private Motion() {
    }

    /// @return what the person set
    public static BooleanProperty wantedProperty() {
        return WANTED;
    }

    public static boolean allowed() {
        return WANTED.get() && !Platform.getPreferences().isReducedMotion();
    }

    /// @return the duration, or next to none where nothing may move
    public static Duration of(double millis) {
        return Duration.millis(allowed() ? millis : 1);
    }
}
