package org.diptych.app.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.util.List;
import javafx.beans.value.ObservableValue;
import javafx.scene.layout.Region;
import org.diptych.app.fx.Fonts;
import org.diptych.app.fx.Subscriptions;
import org.diptych.app.fx.Theme;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.AxisLocation;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.fx.ChartViewer;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.StackedBarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.category.DefaultCategoryDataset;

/// One bar a row, cut into parts of one unit.
public final class PhaseChart extends Region {
    /// @param name  what the bar is of
    /// @param parts a value for each part
    public record Bar(String name, double[] parts) {
    }

    private static final int TICKS = 8;

    private final ObservableValue<Theme> theme;
    private final DefaultCategoryDataset data = new DefaultCategoryDataset();
    private final NumberAxis values = new NumberAxis();
    private final StackedBarRenderer bars = new StackedBarRenderer();
    private final CategoryPlot plot = new CategoryPlot(data, new CategoryAxis(), values, bars);
    private final JFreeChart chart = new JFreeChart(null, ChartFonts.bold(14), plot, true);
    private final ChartViewer viewer = new ChartViewer(chart, false);
    private final Subscriptions subscriptions = new Subscriptions();
    private String unit = "";
    private int shown;

    public PhaseChart(ObservableValue<Theme> theme) {
        this.theme = theme;
        ChartFonts.register();
        plot.setOrientation(PlotOrientation.HORIZONTAL);
        plot.setRangeAxisLocation(AxisLocation.BOTTOM_OR_LEFT);
        bars.setBarPainter(new StandardBarPainter());
        bars.setShadowVisible(false);
        bars.setMaximumBarWidth(0.12);
        chart.setPadding(new RectangleInsets(4, 4, 8, 16));
        viewer.getCanvas().getGraphicsContext2D().setFont(javafx.scene.text.Font.font(Fonts.FAMILY, 12));
        getChildren().add(viewer);
        subscriptions.watch(theme, t -> dress());
    }

    /// @param parts names of the parts, in the order in which they are drawn
    /// @param axis  title of the axis, with its unit
    public void show(List<Bar> rows, List<String> parts, String axis) {
        unit = axis;
        shown = rows.size();
        double most = rows.stream().mapToDouble(r -> java.util.Arrays.stream(r.parts).sum()).max().orElse(1);
        values.setTickUnit(new NumberTickUnit(step(most / TICKS)));
        chart.setNotify(false);
        data.clear();
        for (Bar row : rows) {
            for (int i = 0; i < parts.size(); i++) {
                data.addValue(row.parts[i], parts.get(i), row.name);
            }
        }
        dress();
        chart.setNotify(true);
    }

    /// @return 1, 2 or 5 times a power of ten, at least `least`
    static double step(double least) {
        double power = Math.pow(10, Math.floor(Math.log10(Math.max(1e-9, least))));
        for (double times : new double[]{1, 2, 5}) {
            if (times * power >= least) {
                return times * power;
            }
        }
        return 10 * power;
    }

    /// @return bars drawn
    public int bars() {
        return shown;
    }

    private void dress() {
        Theme now = theme.getValue();
        Color ground = LiveChart.awt(now.background());
        Color text = LiveChart.awt(now.foreground());
        chart.setBackgroundPaint(ground);
        plot.setBackgroundPaint(ground);
        plot.setOutlineVisible(false);
        plot.setRangeGridlinePaint(LiveChart.awt(now.border()));
        plot.setRangeGridlineStroke(new BasicStroke(0.6f));
        for (int i = 0; i < data.getRowCount(); i++) {
            bars.setSeriesPaint(i, LiveChart.awt(now.line(i)));
        }
        plot.getDomainAxis().setTickLabelFont(ChartFonts.of(12));
        plot.getDomainAxis().setTickLabelPaint(text);
        plot.getDomainAxis().setMaximumCategoryLabelWidthRatio(0.35f);
        plot.getDomainAxis().setAxisLinePaint(LiveChart.awt(now.border()));
        plot.getRangeAxis().setLabel(unit);
        plot.getRangeAxis().setLabelFont(ChartFonts.of(12));
        plot.getRangeAxis().setLabelPaint(LiveChart.awt(now.muted()));
        plot.getRangeAxis().setTickLabelFont(ChartFonts.of(12));
        plot.getRangeAxis().setTickLabelPaint(LiveChart.awt(now.muted()));
        plot.getRangeAxis().setAxisLinePaint(LiveChart.awt(now.border()));
        LegendTitle legend = chart.getLegend();
        legend.setPosition(RectangleEdge.TOP);
        legend.setItemFont(ChartFonts.of(12));
        legend.setItemPaint(text);
        legend.setBackgroundPaint(ground);
        legend.setFrame(BlockBorder.NONE);
        legend.setItemLabelPadding(new RectangleInsets(2, 4, 4, 12));
    }

    @Override
    protected void layoutChildren() {
        viewer.resizeRelocate(0, 0, getWidth(), getHeight());
    }

    @Override
    protected double computePrefWidth(double height) {
        return 640;
    }

    @Override
    protected double computePrefHeight(double width) {
        return 320;
    }
}
