package org.diptych.app.fx;

import javafx.animation.PauseTransition;
import javafx.beans.value.ObservableValue;
import javafx.scene.control.ProgressIndicator;
import javafx.scene.layout.StackPane;
import javafx.scene.shape.Circle;
import javafx.util.Duration;

/// Says that what is shown is older than what was asked: a dot at once, a turning wheel after a second.
public final class Waiting extends StackPane {
    private static final Duration PATIENCE = Duration.seconds(1);

    private final ObservableValue<Boolean> busy; // kept: a binding that nobody holds is collected
    private final Circle dot = new Circle(4);
    private final ProgressIndicator wheel = new ProgressIndicator();
    private final PauseTransition patience = new PauseTransition(PATIENCE);

    /// @param busy observable for as long as this is
    public Waiting(I18n i18n, ObservableValue<Boolean> busy) {
        this.busy = busy;
        dot.getStyleClass().add("stale-dot");
        wheel.setPrefSize(20, 20);
        wheel.setMaxSize(20, 20);
        wheel.accessibleTextProperty().bind(i18n.text("shell.waiting"));
        setMinSize(24, 24);
        getChildren().addAll(dot, wheel);
        patience.setOnFinished(e -> {
            dot.setVisible(false);
            wheel.setVisible(true);
        });
        this.busy.subscribe(now -> {
            patience.stop();
            dot.setVisible(now);
            wheel.setVisible(false);
            if (now) {
                patience.playFromStart();
            }
        });
    }
}
