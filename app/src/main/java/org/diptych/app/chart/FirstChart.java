package org.diptych.app.chart;

import java.awt.BasicStroke;
import java.awt.geom.Rectangle2D;
import javafx.scene.canvas.Canvas;
import org.diptych.app.fx.Theme;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.SamplingXYLineRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.jfree.fx.FXGraphics2D;

/// A chart that nobody sees. The first drawing loads hundreds of classes and the fonts' measures, which takes a fifth of a second: too long for the window's
/// thread at the moment when the first step of a run has come.
public final class FirstChart {
    private static final int WIDTH = 320;
    private static final int HEIGHT = 240;

    private FirstChart() {
    }

    /// Draws it; not on JavaFX's thread.
    public static void draw() {
        ChartFonts.register();
        XYPlot plot = new XYPlot();
        plot.setDataset(0, points());
        plot.setDataset(1, points());
        plot.setRenderer(0, new SamplingXYLineRenderer());
        XYLineAndShapeRenderer dots = new XYLineAndShapeRenderer(true, true);
        dots.setSeriesStroke(0, new BasicStroke(1.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 1f,
                new float[]{5f, 4f}, 0f));
        plot.setRenderer(1, dots);
        plot.setDomainAxis(axis());
        plot.setRangeAxis(axis());
        JFreeChart chart = new JFreeChart(null, ChartFonts.bold(14), plot, true);
        chart.setBackgroundPaint(LiveChart.awt(Theme.LIGHT.background()));
        Canvas canvas = new Canvas(WIDTH, HEIGHT); // in no scene, so that any thread may draw on it
        chart.draw(new FXGraphics2D(canvas.getGraphicsContext2D()), new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
    }

    private static NumberAxis axis() {
        NumberAxis axis = new NumberAxis("0");
        axis.setLabelFont(ChartFonts.of(12));
        axis.setTickLabelFont(ChartFonts.of(12));
        return axis;
    }

    private static XYSeriesCollection points() {
        XYSeries series = new XYSeries("0");
        series.add(0, 1);
        series.add(1, 0);
        return new XYSeriesCollection(series);
    }
}
