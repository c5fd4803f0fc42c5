package org.diptych.app.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import javafx.beans.value.ObservableValue;
import javafx.geometry.HPos;
import javafx.geometry.Insets;
import javafx.geometry.VPos;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.scene.paint.Color;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.StepCost;

/// What a step of a run costs, objective by objective: forward passes and whose they are, time, memory.
public final class CostPane extends VBox {
    private static final int BACKWARD = 5;
    private static final int REST = 6;
    private static final double ABOVE = 6;

    private final I18n i18n;
    private final ObservableValue<Theme> theme;
    private final Label steps = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final Label none = Ui.styled(Ui.wrapped(new Label()), "hint");
    private final VBox bars = new VBox(8);
    private final GridPane table = new GridPane();
    private final Label shared = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private Optional<RunLog> log = Optional.empty();
    private Optional<StepCost> cost = Optional.empty();
    private int seen = -1;

    public CostPane(I18n i18n, ObservableValue<Theme> theme) {
        super(12);
        this.i18n = i18n;
        this.theme = theme;
        setId("cost");
        table.setId("cost-table");
        table.setHgap(10);
        table.setVgap(2);
        ColumnConstraints mark = new ColumnConstraints();
        ColumnConstraints name = new ColumnConstraints(60, 160, Double.MAX_VALUE, Priority.ALWAYS, HPos.LEFT, true);
        table.getColumnConstraints().addAll(mark, name);
        for (int i = 0; i < 4; i++) {
            ColumnConstraints figure = new ColumnConstraints();
            figure.setHalignment(HPos.RIGHT);
            table.getColumnConstraints().add(figure);
        }
        none.setId("cost-none");
        getChildren().addAll(none, steps, bars, table, shared);
        theme.subscribe(t -> draw());
        i18n.textsProperty().subscribe(t -> draw());
    }

    /// Shows another run's cost, or none.
    public void show(Optional<RunLog> next) {
        log = next;
        seen = -1;
        tick();
    }

    /// Looks for what came into the log since.
    public void tick() {
        int now = log.map(RunLog::size).orElse(0);
        if (now != seen) {
            seen = now;
            cost = log.flatMap(StepCost::of);
            draw();
        }
    }

    /// @return what is shown
    public Optional<StepCost> cost() {
        return cost;
    }

    private void draw() {
        boolean any = cost.filter(c -> !c.parts().isEmpty()).isPresent();
        Ui.show(none, !any);
        for (javafx.scene.Node node : List.of(steps, bars, table, shared)) {
            Ui.show(node, any);
        }
        none.setText(i18n.get(log.isEmpty() ? "cost.none" : cost.isEmpty() ? "cost.soon" : "cost.untold"));
        bars.getChildren().clear();
        table.getChildren().clear();
        if (any) {
            fill(cost.orElseThrow());
        }
    }

    private void fill(StepCost c) {
        boolean copies = c.parts().stream().anyMatch(p -> p.copied() > 0);
        steps.setText(i18n.get(c.drawn() ? "cost.steps.drawn" : "cost.steps", c.from(), c.to()));
        shared.setText(i18n.get("cost.shared") + (copies ? " " + i18n.get("cost.pale") : ""));
        bars.getChildren().add(bar("cost.forwards", number(c.forwards()), forwards(c)));
        bars.getChildren().add(bar("cost.time", i18n.get("cost.ms", number(c.ms())), times(c)));
        c.mib().ifPresent(mib -> bars.getChildren()
                .add(bar("cost.memory", i18n.get("cost.mib", number(mib)), memories(c))));
        int row = 0;
        table.addRow(row++, new Label(), new Label(), head("cost.head.forwards"), head("cost.head.ms"),
                head("cost.head.share"), head("cost.head.mib"));
        for (int i = 0; i < c.parts().size(); i++) {
            StepCost.Part part = c.parts().get(i);
            add(row++, i, Integer.toString(i + 1), name(part.objective()), number(part.forwards()), part.ms(), c,
                    part.mib());
            for (boolean copy : new boolean[]{false, true}) {
                List<String> went = part.stacks().stream().filter(s -> s.copy() == copy)
                        .map(s -> s.name() + " × " + number(s.passes())).toList();
                if (!went.isEmpty()) {
                    Label stacks = Ui.styled(Ui.wrapped(new Label(i18n.get(copy ? "cost.copy" : "cost.own",
                            String.join(", ", went)))), "muted", "small");
                    table.add(stacks, 1, row++, 5, 1);
                }
            }
        }
        add(row++, BACKWARD, mark(BACKWARD), i18n.get("cost.backward"), "", c.backward(), c, OptionalDouble.empty());
        add(row, REST, mark(REST), i18n.get("cost.rest"), "", c.rest(), c, OptionalDouble.empty());
    }

    private void add(int row, int colour, String mark, String what, String forwards, double ms, StepCost whole,
            OptionalDouble mib) {
        Label swatch = Ui.styled(new Label(mark), "bar-swatch");
        swatch.setStyle("-fx-background-color: " + web(colour(colour)) + "; -fx-text-fill: "
                + web(theme.getValue().background()) + ";");
        Label title = Ui.wrapped(new Label(what));
        GridPane.setValignment(swatch, VPos.TOP);
        GridPane.setMargin(swatch, new Insets(ABOVE, 0, 0, 0));
        GridPane.setMargin(title, new Insets(ABOVE, 0, 0, 0));
        table.addRow(row, swatch, title, figure(forwards), figure(number(ms)),
                figure(whole.ms() > 0 ? Math.round(100 * ms / whole.ms()) + " %" : ""),
                figure(mib.isPresent() ? number(mib.getAsDouble()) : ""));
    }

    private static Label figure(String text) {
        Label label = Ui.styled(new Label(text), "small");
        label.setMinWidth(USE_PREF_SIZE);
        GridPane.setValignment(label, VPos.TOP);
        GridPane.setMargin(label, new Insets(ABOVE + 2, 0, 0, 0)); // on the line of the larger name
        return label;
    }

    private Label head(String key) {
        Label label = Ui.styled(new Label(i18n.get(key)), "muted", "small");
        label.setMinWidth(USE_PREF_SIZE);
        return label;
    }

    private VBox bar(String key, String total, List<StackedBar.Part> parts) {
        StackedBar bar = new StackedBar();
        bar.setId(key.replace('.', '-'));
        bar.show(parts, theme.getValue().background());
        return new VBox(4, Ui.row(8, Ui.styled(new Label(i18n.get(key)), "muted", "small"), Ui.spring(),
                Ui.styled(new Label(total), "small")), bar);
    }

    private List<StackedBar.Part> forwards(StepCost c) {
        List<StackedBar.Part> out = new ArrayList<>();
        for (int i = 0; i < c.parts().size(); i++) {
            StepCost.Part part = c.parts().get(i);
            String mark = Integer.toString(i + 1);
            double own = part.forwards() - part.copied();
            out.add(new StackedBar.Part(own, colour(i), false, mark,
                    i18n.get("cost.tip.own", name(part.objective()), number(own))));
            if (part.copied() > 0) {
                out.add(new StackedBar.Part(part.copied(), colour(i), true, mark,
                        i18n.get("cost.tip.copy", name(part.objective()), number(part.copied()))));
            }
        }
        return out;
    }

    private List<StackedBar.Part> times(StepCost c) {
        List<StackedBar.Part> out = new ArrayList<>();
        for (int i = 0; i < c.parts().size(); i++) {
            StepCost.Part part = c.parts().get(i);
            out.add(time(part.ms(), i, Integer.toString(i + 1), name(part.objective())));
        }
        out.add(time(c.backward(), BACKWARD, mark(BACKWARD), i18n.get("cost.backward")));
        out.add(time(c.rest(), REST, mark(REST), i18n.get("cost.rest")));
        return out;
    }

    private StackedBar.Part time(double ms, int colour, String mark, String what) {
        return new StackedBar.Part(ms, colour(colour), false, mark, i18n.get("cost.tip.ms", what, number(ms)));
    }

    private List<StackedBar.Part> memories(StepCost c) {
        List<StackedBar.Part> out = new ArrayList<>();
        for (StepCost.Part part : c.holding()) {
            int i = c.parts().indexOf(part);
            double mib = part.mib().orElseThrow();
            out.add(new StackedBar.Part(mib, colour(i), false, Integer.toString(i + 1),
                    i18n.get("cost.tip.mib", name(part.objective()), number(mib))));
        }
        return out;
    }

    /// @return the mark of what is no objective
    private static String mark(int colour) {
        return colour == BACKWARD ? "←" : "…";
    }

    private Color colour(int i) {
        return i == REST ? theme.getValue().muted() : theme.getValue().line(i);
    }

    private static String web(Color colour) {
        return String.format(Locale.ROOT, "#%02x%02x%02x", Math.round(colour.getRed() * 255),
                Math.round(colour.getGreen() * 255), Math.round(colour.getBlue() * 255));
    }

    private String name(String objective) {
        String key = "finetune.task." + objective;
        return i18n.texts().has(key) ? i18n.get(key) : objective;
    }

    private static String number(double value) {
        double size = Math.abs(value);
        String text = String.format(Locale.ROOT, size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }
}
