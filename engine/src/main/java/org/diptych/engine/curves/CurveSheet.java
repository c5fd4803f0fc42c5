package org.diptych.engine.curves;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.diptych.engine.api.CurveMath;
import org.diptych.engine.api.CurvesRequest;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.image.Pen;
import org.diptych.engine.image.Pen.Align;
import org.diptych.engine.image.Pen.Ink;

/// A drawing of curves: one panel a value, the runs one over the other, a validation value dashed in the panel of its training value.
final class CurveSheet {
    static final int WIDTH = 1200;
    private static final int PANEL = 250;
    private static final int LEFT = 84;
    private static final int RIGHT = 24;
    private static final int TOP = 36;
    private static final int BOTTOM = 48;
    private static final int LINE = 24;
    /// Share of the values' span that stays free above and below.
    private static final double MARGIN = 0.04;
    private static final String VALIDATION = "validation.";
    /// Colours that people with a colour weakness can tell apart (Okabe and Ito 2008), on white and on black.
    private static final int[] LIGHT = {0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xb58900, 0x56b4e9, 0x444444, 0x8250df};
    private static final int[] DARK = {0x56b4e9, 0xe69f00, 0x2fc79b, 0xe09fc3, 0xf0e442, 0x6ea8ff, 0xbbbbbb, 0xbc8cff};

    private final CurvesRequest request;
    private final List<RunLog> logs;
    /// Title -> values in it.
    private final Map<String, List<String>> panels = new LinkedHashMap<>();

    /// @param values that are to be drawn, each in at least one of the logs
    CurveSheet(CurvesRequest request, List<RunLog> logs, List<String> values) {
        this.request = request;
        this.logs = logs;
        for (String value : values) {
            String training = value.startsWith(VALIDATION) ? value.substring(VALIDATION.length()) : value;
            panels.computeIfAbsent(values.contains(training) ? training : value, p -> new ArrayList<>()).add(value);
        }
    }

    int height() {
        return LINE * (logs.size() + 1) / 2 + LINE + panels.size() * (TOP + PANEL + BOTTOM);
    }

    int ground() {
        return request.dark() ? 0x0d1117 : 0xffffff;
    }

    private int words() {
        return request.dark() ? 0xc9d1d9 : 0x24292f;
    }

    private int colour(int run) {
        int[] colours = request.dark() ? DARK : LIGHT;
        return colours[run % colours.length];
    }

    void draw(Pen pen) {
        for (int i = 0; i < logs.size(); i++) {
            double x = LEFT + i % 2 * (WIDTH - LEFT) / 2.0;
            double y = LINE * (i / 2 + 1);
            pen.line(new double[]{x, x + 24}, new double[]{y - 4, y - 4}, Ink.of(colour(i), 2.5));
            pen.text(x + 32, y, logs.get(i).header().id(), 14, words(), Align.START);
        }
        double top = LINE * (logs.size() + 1) / 2 + LINE;
        for (Map.Entry<String, List<String>> panel : panels.entrySet()) {
            draw(pen, top, panel.getValue());
            top += TOP + PANEL + BOTTOM;
        }
    }

    /// One line of a panel, where it can be drawn: on a logarithmic axis only what is above zero.
    private record Drawn(double[] x, double[] y, int run, boolean dashed) {
    }

    private Drawn drawn(int run, String value) {
        Series series = Series.of(logs.get(run).since(0), value);
        boolean seldom = value.startsWith(VALIDATION);
        double[] y = seldom ? series.values() : CurveMath.smoothed(series.values(), request.smoothing());
        int n = 0;
        double[] x = new double[y.length];
        for (int i = 0; i < y.length; i++) {
            if (!(request.logSteps() && series.steps()[i] <= 0) && !(request.logValues() && y[i] <= 0)) {
                x[n] = place(series.steps()[i], request.logSteps());
                y[n++] = place(y[i], request.logValues());
            }
        }
        return new Drawn(Arrays.copyOf(x, n), Arrays.copyOf(y, n), run, seldom);
    }

    private static double place(double value, boolean log) {
        return log ? Math.log10(value) : value;
    }

    private void draw(Pen pen, double top, List<String> values) {
        List<Drawn> lines = new ArrayList<>();
        for (String value : values) {
            for (int run = 0; run < logs.size(); run++) {
                lines.add(drawn(run, value));
            }
        }
        double[] xs = lines.stream().flatMapToDouble(l -> DoubleStream.of(l.x)).toArray();
        double[] ys = lines.stream().flatMapToDouble(l -> DoubleStream.of(l.y)).toArray();
        double[] across = span(xs, false, 0);
        double[] up = span(ys, request.clip(), MARGIN);
        double width = WIDTH - LEFT - RIGHT;
        double above = top + TOP;
        pen.text(LEFT, above - 14, String.join("   - - ", values), 14, words(), Align.START);
        axes(pen, above, across, up);
        pen.inside(LEFT, above, width, PANEL);
        for (Drawn line : lines) {
            int[] kept = CurveMath.thinned(line.x, line.y, line.x.length, across[0], across[1], (int) width);
            double[] x = Arrays.stream(kept)
                    .mapToDouble(i -> LEFT + (line.x[i] - across[0]) / (across[1] - across[0]) * width)
                    .toArray();
            double[] y = Arrays.stream(kept).mapToDouble(i -> above + (up[1] - line.y[i]) / (up[1] - up[0]) * PANEL)
                    .toArray();
            boolean dashed = line.dashed && values.size() > 1;
            pen.line(x, y, new Ink(colour(line.run), 1, 1.8, dashed ? Optional.of(6.0) : Optional.empty()));
            for (int i = 0; line.dashed && i < x.length; i++) {
                pen.dot(x[i], y[i], 3, colour(line.run));
            }
        }
        pen.everywhere();
    }

    /// @return the ends of what is shown, never the same
    private static double[] span(double[] values, boolean clip, double margin) {
        if (values.length == 0) {
            return new double[]{0, 1};
        }
        double[] ends = clip
                ? CurveMath.clipped(values)
                : new double[]{Arrays.stream(values).min().orElseThrow(), Arrays.stream(values).max().orElseThrow()};
        double room = ends[1] > ends[0] ? margin * (ends[1] - ends[0]) : Math.max(1e-9, 0.05 * Math.abs(ends[0]));
        return new double[]{ends[0] - room, ends[1] + room};
    }

    private void axes(Pen pen, double above, double[] across, double[] up) {
        int grid = request.dark() ? 0x30363d : 0xd0d7de;
        int muted = request.dark() ? 0x8b949e : 0x57606a;
        double width = WIDTH - LEFT - RIGHT;
        Ticks values = ticks(up, request.logValues());
        for (int i = 0; i < values.at().length; i++) {
            double y = above + (up[1] - place(values.at()[i], request.logValues())) / (up[1] - up[0]) * PANEL;
            pen.line(new double[]{LEFT, LEFT + width}, new double[]{y, y}, Ink.of(grid, 0.7));
            pen.text(LEFT - 8, y + 4, values.labels()[i], 12, muted, Align.END);
        }
        Ticks steps = ticks(across, request.logSteps());
        for (int i = 0; i < steps.at().length; i++) {
            double x = LEFT + (place(steps.at()[i], request.logSteps()) - across[0]) / (across[1] - across[0]) * width;
            pen.line(new double[]{x, x}, new double[]{above, above + PANEL}, Ink.of(grid, 0.7));
            pen.text(x, above + PANEL + 18, steps.labels()[i], 12, muted, Align.MIDDLE);
        }
        pen.text(LEFT + width, above + PANEL + 36, "step", 12, muted, Align.END);
    }

    private static Ticks ticks(double[] span, boolean log) {
        return log ? Ticks.of(Math.pow(10, span[0]), Math.pow(10, span[1]), true) : Ticks.of(span[0], span[1], false);
    }
}
