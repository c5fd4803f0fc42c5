package org.diptych.app.canvas;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.geometry.Rectangle2D;
import javafx.scene.control.Label;
import javafx.scene.image.ImageView;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import javafx.scene.shape.Rectangle;
import javafx.scene.text.Text;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.ColorMap;

/// Every layer and head as a small map: rows are layers, columns heads and, last, their mean. All of them are one image, so that hundreds cost one draw.
/// Arrow keys move the choice, a click makes it.
public final class HeadGrid extends Region {
    /// @param layer from 0
    /// @param head  from 0, or [AttentionTrace#HEAD_MEAN]
    public record Cell(int layer, int head) {
    }

    /// What to draw.
    ///
    /// @param maps `[layer][column]` -> (rows * cols), the last column the mean over heads; an empty array is a head that was not kept
    public record Maps(int rows, int cols, float[][][] maps) {
        public int layers() {
            return maps.length;
        }

        /// @return heads and the mean
        public int columns() {
            return maps.length == 0 ? 0 : maps[0].length;
        }
    }

    private static final double LEFT = 36;
    private static final double TOP = 22;
    private static final int GAP = 4;
    private static final int LEAST = 10;
    private static final int MOST = 72;
    private static final int READABLE = 36;
    private static final Color ACCENT = Color.web("#ffb000");

    private final ObjectProperty<Optional<Cell>> selection = new SimpleObjectProperty<>(this, "selection",
            Optional.empty());
    private final ReadOnlyObjectWrapper<Optional<Cell>> pointed = new ReadOnlyObjectWrapper<>(this, "pointed",
            Optional.empty());
    private final ObjectProperty<ColorMap> colorMap = new SimpleObjectProperty<>(this, "colorMap",
            ColorMap.of(ColorMap.IDS.getFirst()));
    private final DoubleProperty room = new SimpleDoubleProperty(this, "room", Double.MAX_VALUE);
    private final BooleanProperty common = new SimpleBooleanProperty(this, "common", false);
    private final ImageView view = new ImageView();
    private final Rectangle chosen = new Rectangle();
    private final Rectangle under = new Rectangle();
    private final Label readout = new Label();
    private final List<Text> labels = new ArrayList<>();
    private Function<Cell, Optional<String>> says = c -> Optional.empty();
    private String mean = "";
    private Maps maps = new Maps(1, 1, new float[0][][]);
    private int tile;

    public HeadGrid() {
        getStyleClass().add("head-grid");
        setFocusTraversable(true);
        outline(under, Color.WHITE, 1.5);
        outline(chosen, ACCENT, 2.5);
        readout.getStyleClass().add("readout");
        readout.setManaged(false);
        readout.setMouseTransparent(true);
        readout.setVisible(false);
        view.setManaged(false);
        getChildren().addAll(view, under, chosen, readout);
        selection.subscribe(s -> mark(chosen, s));
        pointed.subscribe(s -> mark(under, s));
        colorMap.subscribe(c -> paint());
        common.subscribe(c -> paint());
        room.subscribe(r -> requestLayout());
        setOnMouseMoved(this::moved);
        setOnMouseExited(e -> {
            pointed.set(Optional.empty());
            readout.setVisible(false);
        });
        setOnMousePressed(e -> {
            requestFocus();
            cellAt(e.getX(), e.getY()).ifPresent(c -> selection.set(Optional.of(c)));
        });
        setOnKeyPressed(this::key);
    }

    private static void outline(Rectangle rectangle, Color colour, double width) {
        rectangle.setFill(Color.TRANSPARENT);
        rectangle.setStroke(colour);
        rectangle.setStrokeWidth(width);
        rectangle.setManaged(false);
        rectangle.setMouseTransparent(true);
        rectangle.setVisible(false);
    }

    public ObjectProperty<Optional<Cell>> selectionProperty() {
        return selection;
    }

    public ReadOnlyObjectProperty<Optional<Cell>> pointedProperty() {
        return pointed.getReadOnlyProperty();
    }

    public ObjectProperty<ColorMap> colorMapProperty() {
        return colorMap;
    }

    /// True: all maps share one colour scale, so that they can be compared; false: each has its own, so that its shape shows.
    public BooleanProperty commonScaleProperty() {
        return common;
    }

    /// The height within which all layers should fit, as long as maps stay large enough to be read; beyond it the grid grows taller.
    public DoubleProperty roomProperty() {
        return room;
    }

    /// What to say beside the mouse.
    public void setReadout(Function<Cell, Optional<String>> text) {
        says = text;
    }

    /// The word over the column of means.
    public void setMeanLabel(String text) {
        mean = text;
        relabel();
    }

    public void show(Maps next) {
        maps = next;
        tile = 0;
        selection.set(selection.get().filter(c -> c.layer() < next.layers() && c.head() < next.columns() - 1));
        relabel();
        requestLayout();
    }

    private int headOf(int column) {
        return column == maps.columns() - 1 ? AttentionTrace.HEAD_MEAN : column;
    }

    private int columnOf(Cell cell) {
        return cell.head() == AttentionTrace.HEAD_MEAN ? maps.columns() - 1 : cell.head();
    }

    private Optional<Cell> cellAt(double x, double y) {
        int col = (int) Math.floor((x - LEFT) / (tile + GAP));
        int row = (int) Math.floor((y - TOP) / (tile + GAP));
        return tile > 0 && x >= LEFT && y >= TOP && col < maps.columns() && row < maps.layers()
                ? Optional.of(new Cell(row, headOf(col)))
                : Optional.empty();
    }

    private void moved(MouseEvent event) {
        Optional<Cell> cell = cellAt(event.getX(), event.getY());
        pointed.set(cell);
        Optional<String> text = cell.flatMap(says);
        readout.setVisible(text.isPresent());
        text.ifPresent(t -> {
            readout.setText(t);
            readout.applyCss();
            readout.autosize();
            double x = Math.min(event.getX() + 14, getWidth() - readout.getWidth() - 2);
            double y = event.getY() + 18 + readout.getHeight() > getHeight() ? event.getY() - 28 : event.getY() + 18;
            readout.relocate(Math.max(2, x), Math.max(2, y));
        });
    }

    private void key(KeyEvent event) {
        int rowStep = 0;
        int colStep = 0;
        switch (event.getCode()) {
            case UP -> rowStep = -1;
            case DOWN -> rowStep = 1;
            case LEFT -> colStep = -1;
            case RIGHT -> colStep = 1;
            default -> {
                return;
            }
        }
        if (maps.layers() > 0) {
            Cell from = selection.get().orElse(new Cell(maps.layers() - 1, AttentionTrace.HEAD_MEAN));
            int row = Math.clamp(from.layer() + rowStep, 0, maps.layers() - 1);
            int col = Math.clamp(columnOf(from) + colStep, 0, maps.columns() - 1);
            selection.set(Optional.of(new Cell(row, headOf(col))));
        }
        event.consume();
    }

    private void mark(Rectangle rectangle, Optional<Cell> cell) {
        rectangle.setVisible(cell.isPresent() && tile > 0);
        cell.ifPresent(c -> {
            rectangle.setX(LEFT + columnOf(c) * (tile + GAP) - 1);
            rectangle.setY(TOP + c.layer() * (tile + GAP) - 1);
            rectangle.setWidth(tile + 2);
            rectangle.setHeight(tile + 2);
        });
    }

    private void relabel() {
        getChildren().removeAll(labels);
        labels.clear();
        for (int r = 0; r < maps.layers(); r++) {
            labels.add(text("L" + (r + 1)));
        }
        for (int c = 0; c < maps.columns(); c++) {
            labels.add(text(c == maps.columns() - 1 ? mean : "h" + (c + 1)));
        }
        getChildren().addAll(labels);
        readout.toFront();
        requestLayout();
    }

    private static Text text(String string) {
        Text text = new Text(string);
        text.getStyleClass().add("map-label");
        text.setManaged(false);
        return text;
    }

    private void paint() {
        if (tile == 0 || maps.layers() == 0) {
            view.setImage(null);
            return;
        }
        int width = maps.columns() * (tile + GAP);
        int height = maps.layers() * (tile + GAP);
        int[] out = new int[width * height];
        Optional<Range> shared = common.get() ? Optional.of(Range.of(all())) : Optional.empty();
        for (int layer = 0; layer < maps.layers(); layer++) {
            for (int col = 0; col < maps.columns(); col++) {
                float[] values = maps.maps()[layer][col];
                if (values.length > 0) {
                    fill(out, width, layer * (tile + GAP), col * (tile + GAP), values,
                            shared.orElseGet(() -> Range.of(values)));
                }
            }
        }
        view.setImage(Pixels.image(width, height, out));
        view.relocate(LEFT, TOP);
    }

    private float[] all() {
        List<float[]> parts = Stream.of(maps.maps()).flatMap(Stream::of).toList();
        float[] all = new float[parts.stream().mapToInt(p -> p.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    private void fill(int[] out, int width, int top, int left, float[] values, Range range) {
        ColorMap map = colorMap.get();
        for (int y = 0; y < tile; y++) {
            int row = y * maps.rows() / tile;
            for (int x = 0; x < tile; x++) {
                float value = values[row * maps.cols() + x * maps.cols() / tile];
                out[(top + y) * width + left + x] = 0xff000000 | range.rgb(value, map);
            }
        }
    }

    /// @return where a cell lies, in this region's units
    public Rectangle2D bounds(Cell cell) {
        return new Rectangle2D(LEFT + columnOf(cell) * (tile + GAP), TOP + cell.layer() * (tile + GAP), tile, tile);
    }

    private int tileFor(double width) {
        if (maps.columns() == 0) {
            return 0;
        }
        double wide = Math.clamp(Math.floor((width - LEFT) / maps.columns()) - GAP, LEAST, MOST);
        double tall = Math.max(READABLE, Math.floor((room.get() - TOP) / maps.layers()) - GAP);
        return (int) Math.min(wide, tall);
    }

    @Override
    protected void layoutChildren() {
        int wanted = tileFor(getWidth());
        if (wanted != tile) {
            tile = wanted;
            paint();
            mark(chosen, selection.get());
            mark(under, pointed.get());
        }
        for (int i = 0; i < labels.size(); i++) {
            Text text = labels.get(i);
            boolean row = i < maps.layers();
            int index = row ? i : i - maps.layers();
            double at = index * (tile + GAP);
            double w = text.getLayoutBounds().getWidth();
            // where tiles are narrower than a label, every second or third keeps its own
            int every = row ? Math.ceilDiv(14, tile + GAP) : Math.ceilDiv((int) w + 4, tile + GAP);
            text.setVisible(index % Math.max(1, every) == 0 || !row && index == maps.columns() - 1);
            if (row) {
                text.relocate(0, TOP + at + (tile - text.getLayoutBounds().getHeight()) / 2);
            } else {
                text.relocate(LEFT + at + Math.max(0, (tile - w) / 2), 0);
            }
        }
    }

    @Override
    protected double computePrefWidth(double height) {
        return LEFT + maps.columns() * (48 + GAP);
    }

    @Override
    protected double computeMinWidth(double height) {
        return LEFT + maps.columns() * (LEAST + GAP);
    }

    @Override
    protected double computePrefHeight(double width) {
        int side = tileFor(width < 0 ? getWidth() : width);
        return TOP + maps.layers() * (side + GAP);
    }

    @Override
    public javafx.geometry.Orientation getContentBias() {
        return javafx.geometry.Orientation.HORIZONTAL;
    }
}
