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
import java.util.OptionalDouble;
import javafx.animation.AnimationTimer;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.value.ObservableValue;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.Region;
import javax.imageio.ImageIO;
import org.diptych.app.fx.Fonts;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Subscriptions;
import org.diptych.app.fx.Theme;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.SafeFile;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.fx.ChartViewer;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.SamplingXYLineRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeriesCollection;

/// Curves that grow while a run does. The chart pulls new rows from the logs twenty times a second at most, and only while it is in sight; nothing is ever
/// pushed to it. Dragging zooms in, a double click zooms out.
public final class LiveChart extends Region {
    private static final long FRAME_NANOS = 50_000_000L;
    /// Datasets and renderers of the plot: faint unsmoothed lines, lines, dots.
    private static final int RAW = 0;
    private static final int LINES = 1;
    private static final int DOTS = 2;

    private final I18n i18n;
    private final ObservableValue<Theme> theme;
    private final String xKey;
    private String yKey;
    private final DoubleProperty smoothing = new SimpleDoubleProperty(this, "smoothing", 0);
    private final BooleanProperty logScale = new SimpleBooleanProperty(this, "logScale", false);
    private final List<Track> tracks = new ArrayList<>();
    private final XYSeriesCollection[] data = {new XYSeriesCollection(), new XYSeriesCollection(),
            new XYSeriesCollection()};
    private final XYPlot plot = new XYPlot();
    private final JFreeChart chart = new JFreeChart(null, ChartFonts.bold(14), plot, false);
    private final ChartViewer viewer = new ChartViewer(chart, false);
    private final ChartReadout readout = new ChartReadout();
    private final Subscriptions subscriptions = new Subscriptions();
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
    private OptionalDouble marker = OptionalDouble.empty();
    private int keys;

    /// @param xKey key of the horizontal axis' title, with its unit
    /// @param yKey key of the vertical axis' title, with its unit
    public LiveChart(I18n i18n, ObservableValue<Theme> theme, String xKey, String yKey) {
        this.i18n = i18n;
        this.theme = theme;
        this.xKey = xKey;
        this.yKey = yKey;
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
        // Noto's tall lines would clip the legend without room below
        chart.setPadding(new org.jfree.chart.ui.RectangleInsets(4, 4, 8, 8));
        // The canvas takes back its state after each drawing, but the pen still believes its font is set.
        viewer.getCanvas().getGraphicsContext2D().setFont(javafx.scene.text.Font.font(Fonts.FAMILY, 12));
        getChildren().add(viewer);
        getChildren().addAll(readout.nodes());
        setMinSize(200, 140);
        addEventFilter(MouseEvent.MOUSE_MOVED, this::pointed);
        addEventFilter(MouseEvent.MOUSE_DRAGGED, e -> readout.hide());
        setOnMouseExited(e -> readout.hide());
        subscriptions.watch(theme, t -> dress());
        subscriptions.watch(i18n.textsProperty(), t -> dress());
        smoothing.addListener((property, old, next) -> smoothAgain());
        logScale.addListener((property, old, next) -> {
            plot.setRangeAxis(next ? logarithmic() : linear());
            dress();
        });
        sceneProperty().subscribe(s -> {
            if (s != null) {
                clock.start();
            } else {
                clock.stop();
            }
        });
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

    /// 0 = the values as they are, up to 0.99 = a slow exponential mean, drawn over the faint values.
    public DoubleProperty smoothingProperty() {
        return smoothing;
    }

    public BooleanProperty logScaleProperty() {
        return logScale;
    }

    /// Gives the vertical axis another title, with its unit.
    public void setValueAxis(String key) {
        yKey = key;
        dress();
    }

    /// Adds a curve of a run; it grows as the log does.
    public void add(RunLog log, Curve curve) {
        Track track = new Track(log, curve, keys++);
        tracks.add(track);
        track.pull(smoothing.get());
        data[curve.dots() ? DOTS : LINES].addSeries(track.shown);
        if (!curve.dots()) {
            data[RAW].addSeries(track.raw);
        }
        subscriptions.watch(curve.label(), l -> dress());
        dress();
    }

    /// Takes all curves away.
    public void clear() {
        readout.hide();
        tracks.clear();
        for (XYSeriesCollection collection : data) {
            collection.removeAllSeries();
        }
    }

    /// A vertical line at a step, for a scrubber.
    public void setMarker(OptionalDouble step) {
        marker = step;
        dress();
    }

    /// @return points drawn of all curves
    public int points() {
        return tracks.stream().mapToInt(t -> t.shown.getItemCount()).sum();
    }

    /// Reads the logs now rather than at the next frame.
    public void pull() {
        boolean changed = false;
        for (Track track : tracks) {
            changed |= track.pull(smoothing.get());
        }
        if (changed) {
            tracks.forEach(t -> t.shown.fireSeriesChanged());
            if (smoothing.get() > 0) {
                tracks.forEach(t -> t.raw.fireSeriesChanged());
            }
        }
    }

    private void pointed(MouseEvent event) {
        if (viewer.getRenderingInfo() == null || points() == 0) {
            readout.hide();
            return;
        }
        java.awt.geom.Rectangle2D area = viewer.getRenderingInfo().getPlotInfo().getDataArea();
        if (!area.contains(event.getX(), event.getY())) {
            readout.hide();
            return;
        }
        long step = Math
                .round(plot.getDomainAxis().java2DToValue(event.getX(), area, plot.getDomainAxisEdge()));
        List<String> lines = new ArrayList<>();
        lines.add(i18n.get(xKey) + " " + step);
        for (Track track : tracks) {
            ChartReadout.nearest(track.raw, step)
                    .ifPresent(point -> lines.add(ChartReadout.say(track, point, step)));
        }
        readout.show(this, event.getX(), area.getMinY(), area.getMaxY(), lines);
    }

    private void smoothAgain() {
        tracks.forEach(t -> t.smoothAgain(smoothing.get()));
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
        dress(plot.getRangeAxis(), i18n.get(yKey), now);
        plot.clearDomainMarkers();
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
            for (int i = 0; i < track.raw.getItemCount(); i++) {
                csv.append(Csv.cell(track.curve.label().getValue())).append(',').append(track.raw.getX(i).intValue())
                        .append(',').append(track.raw.getY(i)).append('\n');
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
