package org.diptych.app.canvas;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.Region;
import org.diptych.engine.api.Way;

/// What each input goes through, layer by layer: a lane an input of each way, a cell a layer, and the name of the weights that work there written once over
/// the layers that have the same. A click chooses a layer; so do the arrow keys.
public final class WayStrip extends Region {
    private static final PseudoClass CHOSEN = PseudoClass.getPseudoClass("chosen");
    private static final PseudoClass RUNNING = PseudoClass.getPseudoClass("running");
    private static final double LANE = 24;
    private static final double NUMBERS = 18;
    private static final double LEAST_CELL = 18;
    private static final double GAP = 2;
    private static final double AIR = 8;

    private record Cell(Way way, int layer, Region node) {
    }

    /// The layers from one to another that have the same weights.
    private record Run(Label name, int from, int to) {
    }

    private record Row(Way way, Label name, List<Cell> cells, List<Run> runs) {
    }

    private final List<Row> rows = new ArrayList<>();
    private final List<Label> numbers = new ArrayList<>();
    private BiConsumer<Way, Integer> chosen = (way, layer) -> {
    };
    private String site = "";
    private int layer;

    public WayStrip() {
        getStyleClass().add("way-strip");
        setFocusTraversable(true);
        setMinSize(USE_PREF_SIZE, USE_PREF_SIZE);
        setMaxWidth(USE_PREF_SIZE);
        setOnKeyPressed(this::key);
    }

    /// @param action gets a way and a layer from 0
    public void setOnChoose(BiConsumer<Way, Integer> action) {
        chosen = action;
    }

    /// @param name of a lane, for a person
    /// @param says what a cell of a lane tells on hover, by its layer from 0
    public void show(List<Way> ways, BiFunction<Way, Way.Lane, String> name,
            BiFunction<Way.Lane, Integer, String> says) {
        rows.clear();
        numbers.clear();
        int layers = 0;
        for (Way way : ways) {
            for (Way.Lane lane : way.lanes()) {
                rows.add(row(way, lane, name.apply(way, lane), l -> says.apply(lane, l)));
                layers = Math.max(layers, lane.layers().size());
            }
        }
        for (int l = 1; l <= layers; l++) {
            numbers.add(label(Integer.toString(l), "muted"));
        }
        List<Node> nodes = new ArrayList<>(numbers);
        for (Row row : rows) {
            nodes.add(row.name);
            row.cells.forEach(c -> nodes.add(c.node));
            row.runs.forEach(r -> nodes.add(r.name));
        }
        getChildren().setAll(nodes);
        mark(site, layer);
        requestLayout();
    }

    private Row row(Way way, Way.Lane lane, String named, Function<Integer, String> says) {
        List<Cell> cells = new ArrayList<>();
        List<Run> runs = new ArrayList<>();
        List<String> layers = lane.layers();
        for (int l = 0; l < layers.size(); l++) {
            int at = l;
            Region node = new Region();
            node.getStyleClass().addAll("way-cell", "way-" + plain(layers.get(l)));
            node.setManaged(false);
            node.setOnMouseClicked(e -> {
                requestFocus();
                chosen.accept(way, at);
            });
            Tooltip tip = new Tooltip(says.apply(l));
            Tooltip.install(node, tip);
            node.setAccessibleText(tip.getText());
            cells.add(new Cell(way, l, node));
            if (l == 0 || !layers.get(l).equals(layers.get(l - 1))) {
                int to = l;
                while (to < layers.size() && layers.get(to).equals(layers.get(l))) {
                    to++;
                }
                Label over = label(layers.get(l), "way-run");
                over.setMouseTransparent(true);
                runs.add(new Run(over, l, to));
            }
        }
        Label name = label(named, "way-name");
        name.setAlignment(Pos.CENTER_LEFT);
        return new Row(way, name, cells, runs);
    }

    private static Label label(String text, String style) {
        Label label = new Label(text);
        label.getStyleClass().addAll("small", style);
        label.setAlignment(Pos.CENTER);
        label.setManaged(false);
        return label;
    }

    /// @return weights' name as a part of a key or of a style class: `V-FFN` is `v_ffn`
    public static String plain(String name) {
        return name.toLowerCase(java.util.Locale.ROOT).replaceAll("[^a-z]+", "_");
    }

    /// Marks the layer whose map is shown, in all ways in which its site runs.
    public void mark(String ofSite, int ofLayer) {
        site = ofSite;
        layer = ofLayer;
        for (Row row : rows) {
            boolean runs = row.way.sites().contains(site);
            row.name.pseudoClassStateChanged(RUNNING, runs);
            row.cells.forEach(c -> c.node.pseudoClassStateChanged(CHOSEN, runs && c.layer == layer));
        }
        requestLayout(); // the name of a way that runs is written wider
    }

    private void key(KeyEvent event) {
        int right = switch (event.getCode()) {
            case LEFT -> -1;
            case RIGHT -> 1;
            default -> 0;
        };
        int down = switch (event.getCode()) {
            case UP -> -1;
            case DOWN -> 1;
            default -> 0;
        };
        if (right == 0 && down == 0 || rows.isEmpty()) {
            return;
        }
        event.consume();
        List<Way> ways = rows.stream().map(Row::way).distinct().toList();
        List<Way> running = ways.stream().filter(w -> w.sites().contains(site)).toList();
        int at = running.isEmpty() ? 0 : ways.indexOf(running.getFirst());
        Way way = ways.get(Math.clamp(at + down, 0, ways.size() - 1));
        chosen.accept(way, Math.clamp(layer + right, 0, way.lanes().getFirst().layers().size() - 1));
    }

    /// @return so wide that the name of each stretch of layers fits over it
    private double cell() {
        double width = LEAST_CELL;
        for (Row row : rows) {
            for (Run run : row.runs) {
                width = Math.max(width, Math.ceil((run.name.prefWidth(-1) + AIR) / (run.to - run.from)));
            }
        }
        return width;
    }

    private double names() {
        return AIR + rows.stream().mapToDouble(r -> Math.ceil(r.name.prefWidth(-1))).max().orElse(0);
    }

    @Override
    protected void layoutChildren() {
        double cell = cell();
        double left = names();
        for (int l = 0; l < numbers.size(); l++) {
            numbers.get(l).resizeRelocate(left + l * cell, 0, cell - GAP, NUMBERS);
        }
        double top = NUMBERS;
        for (Row row : rows) {
            double y = top;
            row.name.resizeRelocate(0, y, left, LANE - GAP);
            for (Run run : row.runs) {
                for (Cell each : row.cells.subList(run.from, run.to)) { // no seam goes through the name
                    each.node.resizeRelocate(left + each.layer * cell, y, each.layer == run.to - 1 ? cell - GAP : cell,
                            LANE - GAP);
                }
                run.name.resizeRelocate(left + run.from * cell, y, (run.to - run.from) * cell - GAP, LANE - GAP);
            }
            top += LANE;
        }
    }

    @Override
    protected double computePrefHeight(double width) {
        return NUMBERS + rows.size() * LANE;
    }

    @Override
    protected double computePrefWidth(double height) {
        return names() + numbers.size() * cell();
    }
}
