package org.diptych.app.catalog;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javafx.css.PseudoClass;
import javafx.scene.control.Label;
import javafx.scene.layout.Region;
import javafx.scene.shape.CubicCurveTo;
import javafx.scene.shape.Line;
import javafx.scene.shape.LineTo;
import javafx.scene.shape.MoveTo;
import javafx.scene.shape.Path;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.ModelCard;
import org.diptych.engine.api.ModelCard.Lane;

/// The families by year, in three lanes, with a line from each to those that build on it. Years without a model stay narrow.
final class Timeline extends Region {
    private record Link(Tile from, Tile to, Path curve) {
    }

    /// Where a tile stands.
    ///
    /// @param column counted over all years
    private record Place(Lane lane, int column) {
    }

    private static final PseudoClass ACTIVE = PseudoClass.getPseudoClass("active");
    private static final Lane[] LANES = {Lane.ONE_STREAM, Lane.TWO_STREAM, Lane.DUAL_OR_BRIDGE};
    private static final double HEAD = 32;
    private static final double LANE_LABEL = 24;
    private static final double EMPTY_YEAR = 44;
    private static final double GAP = 12;
    private static final double LEAST_TILE = 104;
    private static final double MOST_TILE = 196;
    private static final double LEAST_HEIGHT = 137;
    private static final double MOST_HEIGHT = 150;

    private final int firstYear;
    private final int lastYear;
    private final Map<Tile, Place> tiles = new LinkedHashMap<>();
    private final Map<Integer, Label> years = new TreeMap<>();
    private final Map<Integer, Integer> columnsOf = new TreeMap<>();
    private final Map<Integer, Line> rules = new TreeMap<>();
    private final EnumMap<Lane, Label> lanes = new EnumMap<>(Lane.class);
    private final List<Link> links = new ArrayList<>();

    Timeline(I18n i18n, List<ModelCard> cards, int firstYear, Predicate<ModelCard> opens, Consumer<ModelCard> open) {
        this.firstYear = firstYear;
        getStyleClass().add("timeline");
        lastYear = cards.stream().mapToInt(ModelCard::year).max().orElse(firstYear);
        int start = 0;
        for (int year = firstYear; year <= lastYear; year++) {
            int most = 0;
            for (Lane lane : LANES) {
                int column = 0;
                for (ModelCard card : cards) {
                    if (card.year() == year && card.lane() == lane) {
                        tiles.put(new Tile(i18n, card, opens.test(card), open), new Place(lane, start + column++));
                    }
                }
                most = Math.max(most, column);
            }
            columnsOf.put(year, most);
            start += most;
            years.put(year, Ui.styled(new Label(Integer.toString(year)), "strong", "muted"));
            rules.put(year, Ui.styled(new Line(), "timeline-rule"));
        }
        for (Lane lane : LANES) {
            lanes.put(lane, Ui.styled(i18n.label("catalog.lane." + lane.name().toLowerCase(java.util.Locale.ROOT)),
                    "small", "muted", "lane-label"));
        }
        link();
        getChildren().addAll(rules.values());
        links.forEach(l -> getChildren().add(l.curve()));
        getChildren().addAll(years.values());
        getChildren().addAll(lanes.values());
        getChildren().addAll(tiles.keySet());
    }

    private void link() {
        for (Tile child : tiles.keySet()) {
            for (Tile parent : tiles.keySet()) {
                if (child.card().parents().contains(parent.card().id())) {
                    Path curve = Ui.styled(new Path(), "lineage");
                    links.add(new Link(parent, child, curve));
                }
            }
        }
        for (Tile tile : tiles.keySet()) {
            tile.hoverProperty().subscribe(h -> light(tile, h));
            tile.focusedProperty().subscribe(f -> light(tile, f));
        }
    }

    private void light(Tile tile, boolean on) {
        links.stream().filter(l -> l.from() == tile || l.to() == tile).forEach(l -> {
            l.curve().pseudoClassStateChanged(ACTIVE, on);
        });
    }

    private double tileWidth(double width) {
        int columns = columnsOf.values().stream().mapToInt(Integer::intValue).sum();
        long empty = columnsOf.values().stream().filter(c -> c == 0).count();
        double room = width - empty * EMPTY_YEAR;
        return Math.clamp(Math.floor(room / Math.max(1, columns)) - GAP, LEAST_TILE, MOST_TILE);
    }

    private double tileHeight(double height) {
        return Math.clamp(Math.floor((height - HEAD) / LANES.length) - LANE_LABEL - GAP, LEAST_HEIGHT, MOST_HEIGHT);
    }

    @Override
    protected void layoutChildren() {
        double width = tileWidth(getWidth());
        double height = tileHeight(getHeight());
        double[] columnX = new double[columnsOf.values().stream().mapToInt(Integer::intValue).sum()];
        double x = 0;
        int column = 0;
        for (int year = firstYear; year <= lastYear; year++) {
            Label label = years.get(year);
            label.autosize();
            label.relocate(x + 2, 4);
            Line rule = rules.get(year);
            rule.setStartX(x - GAP / 2);
            rule.setEndX(x - GAP / 2);
            rule.setStartY(6);
            rule.setEndY(HEAD + LANES.length * (LANE_LABEL + height + GAP) - GAP);
            rule.setVisible(year > firstYear);
            int columns = columnsOf.get(year);
            for (int i = 0; i < columns; i++) {
                columnX[column++] = x + i * (width + GAP);
            }
            x += columns == 0 ? EMPTY_YEAR : columns * (width + GAP);
        }
        for (int i = 0; i < LANES.length; i++) {
            Label label = lanes.get(LANES[i]);
            label.autosize();
            label.relocate(2, HEAD + i * (LANE_LABEL + height + GAP) + 2);
        }
        tiles.forEach((tile, place) -> tile.resizeRelocate(columnX[place.column()],
                HEAD + java.util.Arrays.asList(LANES).indexOf(place.lane()) * (LANE_LABEL + height + GAP) + LANE_LABEL,
                width, height));
        links.forEach(this::route);
    }

    /// From the parent's right side to the child's left one; straight up or down where both stand in one column, and below the tiles where others of the
    /// same lane stand between.
    private void route(Link link) {
        Tile from = link.from();
        Tile to = link.to();
        double fromMiddle = from.getLayoutY() + from.getHeight() / 2;
        double toMiddle = to.getLayoutY() + to.getHeight() / 2;
        Place start = tiles.get(from);
        Place end = tiles.get(to);
        boolean between = start.lane() == end.lane() && tiles.values().stream().anyMatch(
                p -> p.lane() == start.lane() && p.column() > start.column() && p.column() < end.column());
        if (start.column() == end.column()) {
            boolean down = toMiddle > fromMiddle;
            double x = from.getLayoutX() + from.getWidth() * 0.7;
            link.curve().getElements().setAll(new MoveTo(x, from.getLayoutY() + (down ? from.getHeight() : 0)),
                    new LineTo(x, to.getLayoutY() + (down ? 0 : to.getHeight())));
        } else if (between) {
            double bottom = from.getLayoutY() + from.getHeight();
            double startX = from.getLayoutX() + from.getWidth() * 0.7;
            double endX = to.getLayoutX() + to.getWidth() * 0.3;
            link.curve().getElements().setAll(new MoveTo(startX, bottom), new LineTo(startX, bottom + GAP / 2),
                    new LineTo(endX, bottom + GAP / 2), new LineTo(endX, bottom));
        } else {
            double startX = from.getLayoutX() + from.getWidth();
            double endX = to.getLayoutX();
            double pull = Math.max(GAP, (endX - startX) / 2);
            link.curve().getElements().setAll(new MoveTo(startX, fromMiddle),
                    new CubicCurveTo(startX + pull, fromMiddle, endX - pull, toMiddle, endX, toMiddle));
        }
    }

    @Override
    protected double computeMinWidth(double height) {
        return computePrefWidth(height);
    }

    @Override
    protected double computePrefWidth(double height) {
        int columns = columnsOf.values().stream().mapToInt(Integer::intValue).sum();
        long empty = columnsOf.values().stream().filter(c -> c == 0).count();
        return columns * (LEAST_TILE + GAP) + empty * EMPTY_YEAR;
    }

    @Override
    protected double computePrefHeight(double width) {
        return HEAD + LANES.length * (LANE_LABEL + LEAST_HEIGHT + GAP);
    }
}
