package org.diptych.app.finetune;

import java.util.Locale;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import org.diptych.app.fx.Ui;

/// One share as a bar with its number.
final class ShareBar extends HBox {
    private static final double HEIGHT = 8;
    private static final double NUMBER = 48;

    /// @param value 0 to 1
    /// @param style class of the bar
    ShareBar(double value, String style) {
        super(6);
        setAlignment(Pos.CENTER_LEFT);
        Region fill = Ui.styled(new Region(), style);
        Region track = new Region() {
            {
                getChildren().add(fill);
            }

            @Override
            protected void layoutChildren() {
                fill.resizeRelocate(0, 0, Math.max(value > 0 ? 1 : 0, value * getWidth()), getHeight());
            }
        };
        track.getStyleClass().add("share-track");
        track.setMinSize(24, HEIGHT);
        track.setPrefHeight(HEIGHT);
        track.setMaxHeight(HEIGHT);
        HBox.setHgrow(track, Priority.ALWAYS);
        Label number = Ui.styled(new Label(percent(value)), "small");
        number.setMinWidth(NUMBER);
        number.setAlignment(Pos.CENTER_RIGHT);
        getChildren().addAll(track, number);
    }

    /// @return a share with as many figures as matter
    static String percent(double value) {
        if (value == 0) {
            return "0 %";
        }
        double percent = 100 * value;
        return percent < 0.1
                ? "< 0.1 %"
                : String.format(Locale.ROOT, percent < 10 && percent > 0 ? "%.1f %%" : "%.0f %%", percent);
    }
}
