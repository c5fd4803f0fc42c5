package org.diptych.app.canvas;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import javafx.css.PseudoClass;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.Region;
import javafx.scene.shape.Line;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.AttentionTrace.Step;
import org.diptych.engine.api.Axis;

/// The layers of a model from left to right in the order in which it ran them, words above, picture below: which look at their own kind, where the two streams
/// cross, and where there is one stream only. A click chooses a layer.
public final class StreamMap extends Region {
    private static final PseudoClass CROSSES = PseudoClass.getPseudoClass("crosses");
    private static final PseudoClass CHOSEN = PseudoClass.getPseudoClass("chosen");
    private static final double CELL = 14;
    private static final double GAP = 4;
    private static final double LANE = 22;

    private enum Lane {
        WORDS, PICTURE, BOTH
    }

    private record Block(Step step, Lane asks, boolean crosses, Region node, Optional<Line> link) {
    }

    private final List<Block> blocks = new ArrayList<>();
    private final Label words = new Label();
    private final Label picture = new Label();
    private Consumer<Step> chosen = s -> {
    };
    private Function<Step, String> says = s -> "";

    public StreamMap() {
        getStyleClass().add("stream-map");
        setMinWidth(USE_PREF_SIZE);
        words.getStyleClass().addAll("small", "muted");
        picture.getStyleClass().addAll("small", "muted");
    }

    /// @param ofWords   name of the upper lane
    /// @param ofPicture name of the lower lane
    public void setNames(String ofWords, String ofPicture) {
        words.setText(ofWords);
        picture.setText(ofPicture);
        requestLayout();
    }

    public void setOnChoose(Consumer<Step> action) {
        chosen = action;
    }

    /// What to say of a layer on hover.
    public void setReadout(Function<Step, String> text) {
        says = text;
    }

    /// @return false when there is nothing to tell: one site alone
    public boolean show(AttentionTrace trace) {
        blocks.clear();
        List<Node> nodes = new ArrayList<>(List.of(words, picture));
        for (Step step : trace.steps()) {
            AttentionSite site = trace.site(step.site()).orElseThrow().site();
            boolean crosses = site.kind() == AttentionSite.Kind.CROSS;
            Region node = new Region();
            node.getStyleClass().add("stream-layer");
            node.pseudoClassStateChanged(CROSSES, crosses);
            node.setManaged(false);
            node.setOnMouseClicked(e -> chosen.accept(step));
            Tooltip tip = new Tooltip();
            tip.setOnShowing(e -> tip.setText(says.apply(step)));
            Tooltip.install(node, tip);
            Optional<Line> link = crosses ? Optional.of(new Line()) : Optional.empty();
            link.ifPresent(l -> {
                l.getStyleClass().add("stream-link");
                l.setManaged(false);
                nodes.add(l);
            });
            nodes.add(node);
            blocks.add(new Block(step, lane(site.query()), crosses, node, link));
        }
        getChildren().setAll(nodes);
        requestLayout();
        return trace.sites().size() > 1;
    }

    /// Marks the layer that is shown.
    public void mark(String site, int layer) {
        for (Block block : blocks) {
            block.node.pseudoClassStateChanged(CHOSEN, block.step.equals(new Step(site, layer)));
        }
    }

    private static Lane lane(Axis axis) {
        return switch (axis) {
            case Axis.Text text -> Lane.WORDS;
            case Axis.Patches patches -> Lane.PICTURE;
            case Axis.Boxes boxes -> Lane.PICTURE;
            case Axis.Queries queries -> Lane.PICTURE;
            case Axis.Joined joined -> Lane.BOTH;
        };
    }

    @Override
    protected void layoutChildren() {
        double left = 8 + Math.max(words.prefWidth(-1), picture.prefWidth(-1));
        words.resizeRelocate(0, (LANE - words.prefHeight(-1)) / 2, left, words.prefHeight(-1));
        picture.resizeRelocate(0, LANE + (LANE - picture.prefHeight(-1)) / 2, left, picture.prefHeight(-1));
        double[] free = {left, left}; // where each lane goes on
        double at = left;
        for (Block block : blocks) {
            int lane = block.asks == Lane.PICTURE ? 1 : 0;
            if (block.crosses || block.asks == Lane.BOTH) {
                double both = Math.max(free[0], free[1]);
                at = block.crosses && pairs(block) ? at : both;
            } else {
                at = free[lane];
            }
            double top = block.asks == Lane.PICTURE ? LANE : 0;
            double height = block.asks == Lane.BOTH ? 2 * LANE : LANE;
            block.node.resizeRelocate(at, top + 4, CELL, height - 8);
            double middle = at + CELL / 2;
            block.link.ifPresent(l -> {
                l.setStartX(middle);
                l.setEndX(middle);
                l.setStartY(LANE - 4);
                l.setEndY(LANE + 4);
            });
            double next = at + CELL + GAP;
            if (block.crosses || block.asks == Lane.BOTH) {
                free[0] = Math.max(free[0], next);
                free[1] = Math.max(free[1], next);
            } else {
                free[lane] = next;
            }
        }
    }

    /// The second of two looks of one layer stands under the first: both streams look at once.
    private boolean pairs(Block block) {
        int i = blocks.indexOf(block);
        return i > 0 && blocks.get(i - 1).crosses && blocks.get(i - 1).asks != block.asks
                && blocks.get(i - 1).step.layer() == block.step.layer();
    }

    @Override
    protected double computePrefHeight(double width) {
        return 2 * LANE;
    }

    @Override
    protected double computePrefWidth(double height) {
        return 8 + Math.max(words.prefWidth(-1), picture.prefWidth(-1)) + blocks.size() * (CELL + GAP);
    }
}
