package org.diptych.app.chart;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.value.ObservableValue;
import javafx.scene.Node;
import javafx.scene.canvas.Canvas;
import javafx.scene.canvas.GraphicsContext;
import javafx.scene.control.Label;
import javafx.scene.image.ImageView;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import javafx.scene.shape.Rectangle;
import javafx.scene.text.Font;
import javafx.scene.text.TextAlignment;
import org.diptych.app.fx.Fonts;
import org.diptych.app.fx.Theme;
import org.diptych.engine.api.ColorMap;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.SafeFile;

/// N rows against M columns, one coloured cell a pair, as it is or as probabilities along rows or columns. The cells are one image, so that a 256 x 256
/// matrix follows a dragged temperature.
public final class MatrixChart extends Region {
    /// What a cell shows.
    public enum Show {
        /// The values as they came.
        RAW,
        /// Softmax along each row: which column fits this row?
        ROWS,
        /// Softmax along each column: which row fits this column?
        COLUMNS
    }

    /// @param row   index of the item, whatever the order on the screen
    /// @param col   the same for the column
    /// @param value what the cell shows
    public record Cell(int row, int col, float value) {
    }

    /// The values at the two ends of the colour scale.
    public record Ends(double low, double high) {
    }

    private static final double LARGEST_CELL = 96;
    private static final double HEADER_CELL = 18;
    private static final double NUMBER_CELL = 34;

    private final ObservableValue<Theme> theme;
    private final ObjectProperty<Show> show = new SimpleObjectProperty<>(this, "show", Show.RAW);
    private final DoubleProperty temperature = new SimpleDoubleProperty(this, "temperature", 1);
    private final ObjectProperty<ColorMap> colorMap = new SimpleObjectProperty<>(this, "colorMap",
            ColorMap.of(ColorMap.IDS.getFirst()));
    private final ReadOnlyObjectWrapper<Ends> ends = new ReadOnlyObjectWrapper<>(this, "ends", new Ends(0, 1));
    private final ReadOnlyObjectWrapper<Optional<Cell>> pointed = new ReadOnlyObjectWrapper<>(this, "pointed",
            Optional.empty());
    private final ObjectProperty<Optional<Cell>> selection = new SimpleObjectProperty<>(this, "selection",
            Optional.empty());
    private final ImageView view = new ImageView();
    private final Canvas numbers = new Canvas();
    private final Rectangle chosen = new Rectangle();
    private final Label readout = new Label();
    private final List<Node> headers = new ArrayList<>();
    private Function<Cell, Optional<String>> says = c -> Optional.empty();
    private IntFunction<Optional<Node>> rowHeader = i -> Optional.empty();
    private IntFunction<Optional<Node>> colHeader = i -> Optional.empty();
    private double left;
    private double top;
    private double cell;
    private int rows;
    private int cols;
    private float[] values = {};
    private float[] shown = {};
    private int[] rowOrder = {};
    private int[] colOrder = {};
    private boolean headersStale = true;
    private boolean stale = true;

    public MatrixChart(ObservableValue<Theme> theme) {
        this.theme = theme;
        getStyleClass().add("matrix-chart");
        setFocusTraversable(true);
        setMinSize(120, 120);
        view.setManaged(false);
        view.setSmooth(false);
        numbers.setManaged(false);
        numbers.setMouseTransparent(true);
        chosen.setManaged(false);
        chosen.setMouseTransparent(true);
        chosen.setFill(Color.TRANSPARENT);
        chosen.setStroke(Color.web("#ffb000"));
        chosen.setStrokeWidth(2.5);
        readout.getStyleClass().add("readout");
        readout.setManaged(false);
        readout.setMouseTransparent(true);
        readout.setVisible(false);
        getChildren().addAll(view, numbers, chosen, readout);
        show.subscribe(s -> repaint());
        temperature.subscribe(t -> {
            if (show.get() != Show.RAW) {
                repaint();
            }
        });
        colorMap.subscribe(c -> repaint());
        selection.subscribe(s -> requestLayout());
        theme.subscribe(t -> requestLayout());
        setOnMouseMoved(this::moved);
        setOnMouseExited(e -> leave());
        setOnMousePressed(e -> {
            requestFocus();
            at(e.getX(), e.getY()).ifPresent(c -> selection.set(Optional.of(c)));
        });
        setOnKeyPressed(this::key);
    }

    public ObjectProperty<Show> showProperty() {
        return show;
    }

    /// What values are divided by before a softmax; 1 = as they came. Raw cells are not touched by it.
    public DoubleProperty temperatureProperty() {
        return temperature;
    }

    public ObjectProperty<ColorMap> colorMapProperty() {
        return colorMap;
    }

    /// What the colours mean now; probabilities always span 0 to 1.
    public ReadOnlyObjectProperty<Ends> endsProperty() {
        return ends.getReadOnlyProperty();
    }

    /// The cell under the mouse.
    public ReadOnlyObjectProperty<Optional<Cell>> pointedProperty() {
        return pointed.getReadOnlyProperty();
    }

    public ObjectProperty<Optional<Cell>> selectionProperty() {
        return selection;
    }

    /// What to say beside the mouse.
    public void setReadout(Function<Cell, Optional<String>> text) {
        says = text;
    }

    /// What stands beside rows and above columns; it is asked for only where cells are large enough to tell which is whose.
    ///
    /// @param width  room at the left
    /// @param height room at the top
    public void setHeaders(IntFunction<Optional<Node>> row, double width, IntFunction<Optional<Node>> col,
            double height) {
        rowHeader = row;
        colHeader = col;
        left = width;
        top = height;
        headersStale = true;
        requestLayout();
    }

    /// Shows new values; the order of rows and columns stays when the size does.
    ///
    /// @param next (n * m) row by row, not to be changed afterwards
    public void setValues(int n, int m, float[] next) {
        if (next.length != n * m) {
            throw new IllegalArgumentException(next.length + " values for " + n + "x" + m);
        }
        if (n != rows || m != cols) {
            rowOrder = IntStream.range(0, n).toArray();
            colOrder = IntStream.range(0, m).toArray();
            selection.set(Optional.empty());
        }
        rows = n;
        cols = m;
        values = next;
        headersStale = true;
        repaint();
    }

    /// Sorts.
    ///
    /// @param rowAt  rowAt[i] = the item in the i-th row from the top
    /// @param colAt  colAt[j] = the item in the j-th column from the left
    public void setOrder(int[] rowAt, int[] colAt) {
        rowOrder = rowAt.clone();
        colOrder = colAt.clone();
        headersStale = true;
        repaint();
    }

    /// @return (n * m) what the cells show, in the items' own order
    public float[] shown() {
        return shown.clone();
    }

    private void repaint() {
        shown = show.get() == Show.RAW
                ? values
                : MatrixMath.softmax(values, rows, cols, 1 / temperature.get(), show.get() == Show.ROWS);
        MatrixPixels.Range range = range();
        ends.set(values.length == 0 ? new Ends(0, 1) : new Ends(range.low(), range.high()));
        stale = true;
        selection.set(selection.get().map(c -> new Cell(c.row(), c.col(), shown[c.row() * cols + c.col()])));
        requestLayout();
    }

    private void paint() {
        view.setImage(cell == 0
                ? null
                : MatrixPixels.image(shown, rowOrder, colOrder, range(), colorMap.get(), (int) Math.max(1, cell)));
    }

    /// Probabilities always span 0 to 1, so that two matrices can be compared.
    private MatrixPixels.Range range() {
        return show.get() == Show.RAW ? MatrixPixels.Range.of(shown) : new MatrixPixels.Range(0, 1);
    }

    private Optional<Cell> at(double x, double y) {
        int c = (int) Math.floor((x - left) / cell);
        int r = (int) Math.floor((y - top) / cell);
        return cell > 0 && r >= 0 && c >= 0 && r < rows && c < cols ? Optional.of(item(r, c)) : Optional.empty();
    }

    private Cell item(int screenRow, int screenCol) {
        int row = rowOrder[screenRow];
        int col = colOrder[screenCol];
        return new Cell(row, col, shown[row * cols + col]);
    }

    private void moved(MouseEvent event) {
        Optional<Cell> now = at(event.getX(), event.getY());
        pointed.set(now);
        Optional<String> text = now.flatMap(says);
        readout.setVisible(text.isPresent());
        text.ifPresent(t -> {
            readout.setText(t);
            readout.applyCss();
            readout.autosize();
            double x = Math.min(event.getX() + 14, getWidth() - readout.getWidth() - 2);
            double y = event.getY() + 18 + readout.getHeight() > getHeight()
                    ? event.getY() - readout.getHeight() - 8
                    : event.getY() + 18;
            readout.relocate(Math.max(2, x), Math.max(2, y));
        });
    }

    private void leave() {
        pointed.set(Optional.empty());
        readout.setVisible(false);
    }

    private void key(KeyEvent event) {
        int down = 0;
        int right = 0;
        switch (event.getCode()) {
            case UP -> down = -1;
            case DOWN -> down = 1;
            case LEFT -> right = -1;
            case RIGHT -> right = 1;
            default -> {
                return;
            }
        }
        if (rows > 0 && cols > 0) {
            int r = selection.get().map(c -> place(rowOrder, c.row())).orElse(0);
            int c = selection.get().map(s -> place(colOrder, s.col())).orElse(0);
            selection.set(Optional.of(item(Math.clamp(r + down, 0, rows - 1), Math.clamp(c + right, 0, cols - 1))));
        }
        event.consume();
    }

    private static int place(int[] order, int item) {
        return IntStream.range(0, order.length).filter(i -> order[i] == item).findFirst().orElse(0);
    }

    @Override
    protected void layoutChildren() {
        double before = cell;
        cell = rows == 0 || cols == 0
                ? 0
                : Math.min(LARGEST_CELL, Math.min((getWidth() - left) / cols, (getHeight() - top) / rows));
        cell = cell >= 1 ? Math.floor(cell) : Math.max(0, cell);
        if (stale || cell != before) {
            stale = false;
            paint();
        }
        view.setX(left);
        view.setY(top);
        view.setFitWidth(cell * cols);
        view.setFitHeight(cell * rows);
        if (headersStale || before >= HEADER_CELL != cell >= HEADER_CELL) {
            makeHeaders();
        }
        placeHeaders();
        drawNumbers();
        chosen.setVisible(selection.get().isPresent() && cell > 0);
        selection.get().ifPresent(c -> {
            chosen.setX(left + place(colOrder, c.col()) * cell);
            chosen.setY(top + place(rowOrder, c.row()) * cell);
            chosen.setWidth(cell);
            chosen.setHeight(cell);
        });
    }

    private void makeHeaders() {
        headersStale = false;
        getChildren().removeAll(headers);
        headers.clear();
        if (cell >= HEADER_CELL) {
            for (int i = 0; i < rows + cols; i++) {
                Optional<Node> node = i < rows ? rowHeader.apply(rowOrder[i]) : colHeader.apply(colOrder[i - rows]);
                int index = i;
                node.ifPresent(n -> {
                    n.setManaged(false);
                    n.getProperties().put(MatrixChart.class, index);
                    headers.add(n);
                });
            }
        }
        getChildren().addAll(0, headers);
    }

    private void placeHeaders() {
        for (Node node : headers) {
            int index = (int) node.getProperties().get(MatrixChart.class);
            boolean row = index < rows;
            double x = row ? 0 : left + (index - rows) * cell;
            double y = row ? top + index * cell : 0;
            node.resizeRelocate(x, y, row ? left - 4 : cell - 6, row ? cell : top - 4);
        }
    }

    /// Numbers only where they can be read.
    private void drawNumbers() {
        boolean readable = cell >= NUMBER_CELL;
        numbers.setVisible(readable);
        if (!readable) {
            return;
        }
        numbers.setWidth(cell * cols);
        numbers.setHeight(cell * rows);
        numbers.relocate(left, top);
        GraphicsContext g = numbers.getGraphicsContext2D();
        g.clearRect(0, 0, numbers.getWidth(), numbers.getHeight());
        g.setFont(Font.font(Fonts.FAMILY, 12));
        g.setTextAlign(TextAlignment.CENTER);
        g.setStroke(theme.getValue().background());
        g.setLineWidth(1);
        MatrixPixels.Range range = range();
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < cols; c++) {
                Cell item = item(r, c);
                int rgb = colorMap.get().rgb(range.place(item.value()));
                g.setFill(luma(rgb) > 140 ? Color.BLACK : Color.WHITE);
                g.fillText(number(item.value()), (c + 0.5) * cell, (r + 0.5) * cell + 4);
                g.strokeRect(c * cell, r * cell, cell, cell);
            }
        }
    }

    private static double luma(int rgb) {
        return 0.299 * (rgb >> 16 & 255) + 0.587 * (rgb >> 8 & 255) + 0.114 * (rgb & 255);
    }

    private static String number(float value) {
        return String.format(java.util.Locale.ROOT, Math.abs(value) >= 10 ? "%.1f" : "%.2f", value);
    }

    /// Writes what the cells show, with names of rows and columns.
    ///
    /// @throws EngineException when the file cannot be written
    public void exportCsv(Path file, List<String> rowNames, List<String> colNames) throws EngineException {
        StringBuilder csv = new StringBuilder();
        for (int c : colOrder) {
            csv.append(',').append(Csv.cell(colNames.get(c)));
        }
        for (int r : rowOrder) {
            csv.append('\n').append(Csv.cell(rowNames.get(r)));
            for (int c : colOrder) {
                csv.append(',').append(shown[r * cols + c]);
            }
        }
        SafeFile.write(file, csv.append('\n').toString());
    }

    /// Writes the matrix with its headers.
    ///
    /// @throws EngineException when the file cannot be written
    public void exportPng(Path file) throws EngineException {
        Snapshots.png(this, theme.getValue().background(), file);
    }

    @Override
    protected double computePrefWidth(double height) {
        return left + Math.min(640, Math.max(1, cols) * 48.0);
    }

    @Override
    protected double computePrefHeight(double width) {
        return top + Math.min(640, Math.max(1, rows) * 48.0);
    }
}
