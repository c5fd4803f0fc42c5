package org.diptych.app.chart;

import java.awt.BasicStroke;
import java.awt.geom.Line2D;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.diptych.app.fx.Theme;
import org.jfree.chart.LegendItem;
import org.jfree.chart.LegendItemCollection;
import org.jfree.chart.block.BlockBorder;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;

/// The legend of a chart: one entry a curve, dashed for the ones drawn with dots; curves that look alike and are called alike share one.
final class Legend {
    private Legend() {
    }

    static LegendTitle of(List<Track> tracks, Theme theme) {
        LegendItemCollection items = new LegendItemCollection();
        Set<List<Object>> named = new HashSet<>();
        for (Track track : tracks) {
            if (!named.add(List.of(track.curve.label().getValue(), track.curve.colour(), track.curve.dots()))) {
                continue;
            }
            BasicStroke stroke = track.curve.dots()
                    ? new BasicStroke(2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f, new float[]{4f, 3f}, 0f)
                    : new BasicStroke(2f);
            LegendItem item = new LegendItem(track.curve.label().getValue(), null, null, null,
                    new Line2D.Double(-9, 0, 9, 0), stroke, LiveChart.awt(theme.line(track.curve.colour())));
            item.setLabelPaint(LiveChart.awt(theme.foreground()));
            items.add(item);
        }
        LegendTitle legend = new LegendTitle(() -> items);
        legend.setPosition(RectangleEdge.TOP);
        legend.setItemFont(ChartFonts.of(12));
        legend.setItemPaint(LiveChart.awt(theme.foreground()));
        legend.setBackgroundPaint(LiveChart.awt(theme.background()));
        legend.setFrame(BlockBorder.NONE);
        legend.setItemLabelPadding(new RectangleInsets(2, 4, 4, 12));
        return legend;
    }
}
