package org.diptych.app.capfilt;

import javafx.scene.layout.Region;
import org.diptych.app.fx.Ui;

/// A probability as a bar, with a line at the threshold that it is held against.
final class ScoreBar extends Region {
    private static final double HEIGHT = 8;
    private static final double MARK = 2;
    private final Region track = Ui.styled(new Region(), "guess-track");
    private final Region bar = Ui.styled(new Region(), "guess-bar");
    private final Region mark = Ui.styled(new Region(), "score-mark");
    private double value;
    private double threshold;

    ScoreBar() {
        getChildren().addAll(track, bar, mark);
        setMinSize(80, HEIGHT + 8);
        setPrefHeight(HEIGHT + 8);
        setMaxHeight(HEIGHT + 8);
    }

    void show(double probability, double least) {
        value = Math.clamp(probability, 0, 1);
        threshold = Math.clamp(least, 0, 1);
        bar.getStyleClass().remove("right");
        if (probability >= least) {
            bar.getStyleClass().add("right");
        }
        requestLayout();
    }

    @Override
    protected void layoutChildren() {
        double w = getWidth();
        track.resizeRelocate(0, 4, w, HEIGHT);
        bar.resizeRelocate(0, 4, w * value, HEIGHT);
        mark.resizeRelocate(Math.clamp(w * threshold - MARK / 2, 0, Math.max(0, w - MARK)), 0, MARK, HEIGHT + 8);
    }
}
