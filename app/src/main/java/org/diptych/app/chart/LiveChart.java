package org.diptych.app.chart;

import java.awt.BasicStroke;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import javafx.animation.AnimationTimer;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.value.ObservableValue;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.Region;
import javax.imageio.ImageIO;
import org.diptych.app.fx.Fonts;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Subscriptions;
import org.diptych.app.fx.Theme;
import org.diptych.engine.api.CurveMath;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.SafeFile;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.fx.ChartViewer;
import org.jfree.chart.fx.interaction.PanHandlerFX;
import org.jfree.chart.plot.IntervalMarker;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.SamplingXYLineRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.DefaultXYDataset;

/// Curves that grow while a run does. The chart pulls new rows from the logs twenty times a second at most, and only while it is in sight; nothing is ever
/// pushed to it. Dragging and the wheel zoom in, a double click zooms out, and with the control key a drag moves what is in sight.
public final class LiveChart extends Region {
    private static final long FRAME_NANOS = 50_000_000L;
    private static final int LEAST_COLUMNS = 400;
    /// Datasets and renderers of the plot: faint unsmoothed lines, lines, dots.
    private static final int RAW = 0;
    private static final int LINES = 1;
    private static final int DOTS = 2;

    private final I18n i18n;
    private final ObservableValue<Theme> theme;
    private final String xKey;
    private final Supplier<String> valueTitle;
    private final DoubleProperty smoothing = new SimpleDoubleProperty(this, "smoothing", 0);
    private final BooleanProperty logScale = new SimpleBooleanProperty(this, "logScale", false);
    private final BooleanProperty logSteps = new SimpleBooleanProperty(this, "logSteps", false);
    private final BooleanProperty clip = new SimpleBooleanProperty(this, "clip", false);
    private final ObjectProperty<OptionalDouble> cursor = new SimpleObjectProperty<>(this, "cursor",
            OptionalDouble.empty());
    private final List<Track> tracks = new ArrayList<>();
    private final DefaultXYDataset[] data = {new DefaultXYDataset(), new DefaultXYDataset(), new DefaultXYDataset()};
    private final XYPlot plot = new XYPlot();
    private final JFreeChart chart = new JFreeChart(null, ChartFonts.bold(14), plot, false);
    private final ChartViewer viewer = new ChartViewer(chart, false);
    private final ChartReadout readout = new ChartReadout();
    private final Subscriptions subscriptions = new Subscriptions();
    private final Subscriptions labels = new Subscriptions();
    private final AnimationTimer clock = new AnimationTimer() {
        private long last;

        @Override
        public void handle(long now) {
            if (now - last >= FRAME_NANOS) {
                last = now;
                pull();
            }
        }
    };
    private IntConsumer pick = step -> {
    };
    private OptionalDouble marker = OptionalDouble.empty();
    private Optional<Evidence> evidence = Optional.empty();
    /// True while the drawn points are not those of what is in sight.
    private boolean stale = true;
    private boolean thinning;
    /// True while the drawing is not of the chart as it is.
    private boolean undrawn = true;
    private final Runnable frame = this::frame;
    private int keys;

    /// Steps that something rests on.
    public record Evidence(double from, double to) {
    }

    /// @param xKey key of the horizontal axis' title, with its unit
    /// @param valueTitle title of the vertical axis in the language of the moment, with its unit
    public LiveChart(I18n i18n, ObservableValue<Theme> theme, String xKey, Supplier<String> valueTitle) {
        this.i18n = i18n;
        this.theme = theme;
        this.xKey = xKey;
        this.valueTitle = valueTitle;
        ChartFonts.register();
        getStyleClass().add("live-chart");
        for (int i = 0; i < data.length; i++) {
            plot.setDataset(i, data[i]);
        }
        plot.setRenderer(RAW, new SamplingXYLineRenderer());
        plot.setRenderer(LINES, new SamplingXYLineRenderer());
        plot.setRenderer(DOTS, new XYLineAndShapeRenderer(true, true));
        plot.setDomainAxis(new NumberAxis());
        plot.setRangeAxis(linear());
        plot.addChangeListener(event -> stale |= !thinning);
        plot.setDomainPannable(true);
        plot.setRangePannable(true);
        viewer.getCanvas().addMouseHandler(new PanHandlerFX("move", false, true, false, false)); // the alternative key moves windows on many desktops
        // The canvas would draw at each of the changes that a gesture makes, and once more when other points are in sight: once a frame is enough.
        chart.removeChangeListener(viewer.getCanvas());
        chart.addChangeListener(event -> undrawn = true);
        // Noto's tall lines would clip the legend without room below
        chart.setPadding(new org.jfree.chart.ui.RectangleInsets(4, 4, 8, 8));
        // The canvas takes back its state after each drawing, but the pen still believes its font is set.
        viewer.getCanvas().getGraphicsContext2D().setFont(javafx.scene.text.Font.font(Fonts.FAMILY, 12));
        getChildren().add(viewer);
        getChildren().addAll(readout.nodes());
        setMinSize(200, 140);
        addEventFilter(MouseEvent.MOUSE_MOVED, this::pointed);
        addEventFilter(MouseEvent.MOUSE_DRAGGED, e -> cursor.set(OptionalDouble.empty()));
        addEventFilter(MouseEvent.MOUSE_CLICKED, this::clicked);
        setOnMouseExited(e -> cursor.set(OptionalDouble.empty()));
        cursor.addListener((property, old, now) -> read());
        subscriptions.watch(theme, t -> dress());
        subscriptions.watch(i18n.textsProperty(), t -> dress());
        smoothing.addListener((property, old, next) -> smoothAgain());
        logScale.addListener((property, old, next) -> {
            plot.setRangeAxis(next ? logarithmic() : linear());
            stale = true;
            dress();
        });
        logSteps.addListener((property, old, next) -> {
            plot.setDomainAxis(next ? logarithmicSteps() : new NumberAxis());
            stale = true;
            dress();
        });
        clip.addListener((property, old, next) -> {
            plot.getRangeAxis().setAutoRange(true);
            stale = true;
        });
        sceneProperty().subscribe((old, now) -> {
            if (old != null) {
                old.removePreLayoutPulseListener(frame);
                clock.stop();
            }
            if (now != null) {
                now.addPreLayoutPulseListener(frame);
                clock.start();
            }
        });
    }

    /// What has changed since the last frame comes with this one, events and timers of the same frame included.
    private void frame() {
        if (stale) {
            thin();
        }
        if (undrawn) {
            undrawn = false;
            draw();
        }
    }

    private static NumberAxis linear() {
        NumberAxis axis = new NumberAxis();
        axis.setAutoRangeIncludesZero(false);
        return axis;
    }

    /// Values at or below zero have no place on it and are left out of its range.
    private static LogAxis logarithmic() {
        LogAxis axis = new LogAxis();
        axis.setSmallestValue(1e-9);
        axis.setNumberFormatOverride(new java.text.DecimalFormat("0.####",
                java.text.DecimalFormatSymbols.getInstance(Locale.ROOT)));
        return axis;
    }

    private static LogAxis logarithmicSteps() {
        LogAxis axis = new LogAxis();
        axis.setSmallestValue(0.5);
        axis.setNumberFormatOverride(new java.text.DecimalFormat("0",
                java.text.DecimalFormatSymbols.getInstance(Locale.ROOT)));
        return axis;
    }

    /// 0 = the values as they are, up to 0.99 = a slow exponential mean, drawn over the faint values.
    public DoubleProperty smoothingProperty() {
        return smoothing;
    }

    public BooleanProperty logScaleProperty() {
        return logScale;
    }

    public BooleanProperty logStepsProperty() {
        return logSteps;
    }

    /// Leaves outliers outside of the drawing.
    public BooleanProperty clipOutliersProperty() {
        return clip;
    }

    /// The step under the mouse; charts that share it say their values together.
    public ObjectProperty<OptionalDouble> pointedStepProperty() {
        return cursor;
    }

    /// Marks the steps that something rests on.
    public void setEvidence(Optional<Evidence> steps) {
        evidence = steps;
        dress();
    }

    public Optional<Evidence> evidence() {
        return evidence;
    }

    /// Adds a curve of a run; it grows as the log does.
    public void add(RunLog log, Curve curve) {
        Track track = new Track(log, curve, keys++, smoothing.get());
        tracks.add(track);
        track.pull();
        labels.watch(curve.label(), l -> dress());
        thin();
        dress();
    }

    /// Takes all curves away.
    public void clear() {
        readout.hide();
        labels.close();
        for (Track track : tracks) {
            for (DefaultXYDataset set : data) {
                set.removeSeries(track.key);
            }
        }
        tracks.clear();
        evidence = Optional.empty();
    }

    /// Lets go of theme and language: for a chart that will not be shown again.
    void end() {
        clear();
        subscriptions.close();
    }

    /// A vertical line at a step, for a scrubber.
    public void setMarker(OptionalDouble step) {
        marker = step;
        dress();
    }

    /// @param action gets the step that was clicked, one of those that the curves have points of
    public void setOnPick(IntConsumer action) {
        pick = action;
    }

    private void clicked(MouseEvent event) {
        if (event.getButton() == MouseButton.PRIMARY && event.getClickCount() == 1 && event.isStillSincePress()) {
            stepAt(event).ifPresent(x -> pick.accept((int) Math.clamp(Math.round(x),
                    Math.round(tracks.stream().mapToDouble(t -> t.firstStep(false)).min().orElse(0)),
                    Math.round(tracks.stream().mapToDouble(Track::lastStep).max().orElse(0)))));
        }
    }

    /// @return points of all curves, drawn or not
    public int points() {
        return tracks.stream().mapToInt(Track::count).sum();
    }

    /// @return points that are handed to the drawing, never more than its pixels can show
    public int drawnPoints() {
        int sum = 0;
        for (DefaultXYDataset set : data) {
            for (int i = 0; i < set.getSeriesCount(); i++) {
                sum += set.getItemCount(i);
            }
        }
        return sum;
    }

    /// Reads the logs now rather than at the next frame.
    public void pull() {
        boolean changed = false;
        for (Track track : tracks) {
            changed |= track.pull();
        }
        if (changed) {
            thin();
        }
    }

    /// Draws now rather than at the next frame, as a measurement wants it.
    public void draw() {
        viewer.getCanvas().draw();
    }

    /// Hands the points over that are in sight, as many as pixels can show.
    private void thin() {
        thinning = true;
        chart.setNotify(false);
        ValueAxis axis = plot.getDomainAxis();
        boolean log = logSteps.get();
        double from = axis.isAutoRange()
                ? tracks.stream().mapToDouble(t -> t.firstStep(log)).min().orElse(0)
                : axis.getLowerBound();
        double to = axis.isAutoRange()
                ? tracks.stream().mapToDouble(Track::lastStep).max().orElse(0)
                : axis.getUpperBound();
        int columns = (int) Math.max(LEAST_COLUMNS, getWidth());
        for (Track track : tracks) {
            double[][] line = track.points(true, from, to, columns, log);
            data[track.curve.dots() ? DOTS : LINES].addSeries(track.key, line);
            if (!track.curve.dots()) {
                data[RAW].addSeries(track.key, smoothing.get() > 0
                        ? track.points(false, from, to, columns, log)
                        : new double[2][0]);
            }
        }
        if (clip.get() && axis.isAutoRange() && points() > 1) {
            double[] ends = CurveMath.clipped(tracks.stream().flatMapToDouble(t -> DoubleStream.of(t.sample()))
                    .filter(v -> v > 0 || !logScale.get()).toArray());
            if (ends[1] > ends[0]) {
                plot.getRangeAxis().setRange(ends[0], ends[1]);
            }
        }
        chart.setNotify(true);
        thinning = false;
        stale = false;
    }

    private java.awt.geom.Rectangle2D area() {
        return viewer.getRenderingInfo() == null
                ? new java.awt.geom.Rectangle2D.Double()
                : viewer.getRenderingInfo().getPlotInfo().getDataArea();
    }

    private void pointed(MouseEvent event) {
        cursor.set(stepAt(event));
    }

    private OptionalDouble stepAt(MouseEvent event) {
        java.awt.geom.Rectangle2D area = area();
        return points() > 0 && area.contains(event.getX(), event.getY())
                ? OptionalDouble.of(Math
                        .round(plot.getDomainAxis().java2DToValue(event.getX(), area, plot.getDomainAxisEdge())))
                : OptionalDouble.empty();
    }

    /// Says the values at the cursor, which may be in another chart.
    private void read() {
        java.awt.geom.Rectangle2D area = area();
        if (cursor.get().isEmpty() || points() == 0 || area.isEmpty()) {
            readout.hide();
            return;
        }
        long step = Math.round(cursor.get().getAsDouble());
        double x = plot.getDomainAxis().valueToJava2D(step, area, plot.getDomainAxisEdge());
        if (!(x >= area.getMinX() && x <= area.getMaxX())) {
            readout.hide();
            return;
        }
        List<String> lines = new ArrayList<>();
        lines.add(i18n.get(xKey) + " " + step);
        for (Track track : tracks) {
            int point = track.nearest(step);
            if (point >= 0) {
                lines.add(ChartReadout.say(track, point, step));
            }
        }
        readout.show(this, x, area.getMinY(), area.getMaxY(), lines);
    }

    private void smoothAgain() {
        tracks.forEach(t -> t.smoothAgain(smoothing.get()));
        thin();
        dress();
    }

    /// Colours, fonts and titles of this moment's theme and language.
    private void dress() {
        chart.setNotify(false);
        Theme now = theme.getValue();
        chart.setBackgroundPaint(awt(now.background()));
        plot.setBackgroundPaint(awt(now.background()));
        plot.setOutlineVisible(false);
        plot.setDomainGridlinePaint(awt(now.border()));
        plot.setRangeGridlinePaint(awt(now.border()));
        plot.setDomainGridlineStroke(new BasicStroke(0.6f));
        plot.setRangeGridlineStroke(new BasicStroke(0.6f));
        dress(plot.getDomainAxis(), i18n.get(xKey), now);
        dress(plot.getRangeAxis(), valueTitle.get(), now);
        plot.clearDomainMarkers();
        evidence.ifPresent(e -> {
            java.awt.Color accent = awt(now.accent());
            plot.addDomainMarker(new IntervalMarker(e.from, Math.max(e.to, e.from + 1e-9), accent,
                    new BasicStroke(1f), accent, new BasicStroke(1f), 0.16f));
        });
        marker.ifPresent(
                m -> plot.addDomainMarker(new ValueMarker(m, awt(now.accent()), new BasicStroke(1.5f))));
        paintCurves(now);
        chart.removeLegend();
        if (tracks.size() > 1) {
            chart.addSubtitle(Legend.of(tracks, now));
        }
        chart.setNotify(true);
    }

    private void paintCurves(Theme now) {
        int line = 0;
        int dots = 0;
        for (Track track : tracks) {
            java.awt.Color colour = awt(now.line(track.curve.colour()));
            if (track.curve.dots()) {
                var renderer = (XYLineAndShapeRenderer) plot.getRenderer(DOTS);
                renderer.setSeriesPaint(dots, colour);
                renderer.setSeriesShape(dots, new java.awt.geom.Ellipse2D.Double(-3, -3, 6, 6));
                renderer.setSeriesStroke(dots, new BasicStroke(1.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1f,
                        new float[]{5f, 4f}, 0f));
                dots++;
            } else {
                plot.getRenderer(LINES).setSeriesPaint(line, colour);
                plot.getRenderer(LINES).setSeriesStroke(line, new BasicStroke(1.8f));
                plot.getRenderer(RAW).setSeriesPaint(line,
                        new java.awt.Color(colour.getRed(), colour.getGreen(), colour.getBlue(), 70));
                line++;
            }
        }
        plot.getRenderer(RAW).setDefaultSeriesVisible(smoothing.get() > 0);
    }

    private static void dress(ValueAxis axis, String title, Theme now) {
        axis.setLabel(title);
        axis.setLabelFont(ChartFonts.of(12));
        axis.setTickLabelFont(ChartFonts.of(12));
        axis.setLabelPaint(awt(now.muted()));
        axis.setTickLabelPaint(awt(now.muted()));
        axis.setAxisLinePaint(awt(now.border()));
        axis.setTickMarkPaint(awt(now.border()));
    }

    static java.awt.Color awt(javafx.scene.paint.Color colour) {
        return new java.awt.Color((float) colour.getRed(), (float) colour.getGreen(), (float) colour.getBlue(),
                (float) colour.getOpacity());
    }

    /// Writes the chart as it is, at twice its size.
    ///
    /// @throws EngineException when the file cannot be written
    public void exportPng(Path file) throws EngineException {
        int w = (int) Math.max(400, getWidth());
        int h = (int) Math.max(240, getHeight());
        BufferedImage image = chart.createBufferedImage(2 * w, 2 * h, w, h, null);
        SafeFile.write(file, png(image));
    }

    static byte[] png(BufferedImage image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// Writes the unsmoothed values: `curve,step,value`.
    ///
    /// @throws EngineException when the file cannot be written
    public void exportCsv(Path file) throws EngineException {
        StringBuilder csv = new StringBuilder("curve,step,value\n");
        for (Track track : tracks) {
            for (int i = 0; i < track.count(); i++) {
                csv.append(Csv.cell(track.curve.label().getValue())).append(',').append((long) track.step(i))
                        .append(',').append(track.value(i)).append('\n');
            }
        }
        SafeFile.write(file, csv.toString());
    }

    @Override
    protected void layoutChildren() {
        viewer.resizeRelocate(0, 0, getWidth(), getHeight());
    }

    @Override
    protected double computePrefWidth(double height) {
        return 480;
    }

    @Override
    protected double computePrefHeight(double width) {
        return 260;
    }
}
