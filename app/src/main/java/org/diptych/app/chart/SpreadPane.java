package org.diptych.app.chart;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javafx.beans.value.ObservableValue;
import javafx.geometry.Insets;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Spread;

/// How large the weights and gradients of each part of a model are, over the steps of a run.
public final class SpreadPane extends VBox {
    private static final double AXIS = 38;
    private static final String EVALUATION = "validation.";

    private final I18n i18n;
    private final ObservableValue<Theme> theme;
    private final Label none = Ui.styled(Ui.wrapped(new Label()), "hint");
    private final Label how = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final VBox parts = new VBox(14);
    private Optional<RunLog> log = Optional.empty();
    private int rows = -1;
    private int seen = -1;

    public SpreadPane(I18n i18n, ObservableValue<Theme> theme) {
        super(12);
        this.i18n = i18n;
        this.theme = theme;
        setId("spread");
        none.setId("spread-none");
        getChildren().addAll(none, how, parts);
        i18n.textsProperty().subscribe(t -> draw());
    }

    /// Shows another run, or none.
    public void show(Optional<RunLog> next) {
        log = next;
        seen = -1;
        tick();
    }

    /// Looks for what came into the log since.
    public void tick() {
        int size = log.map(RunLog::size).orElse(0);
        int now = spreads().size();
        if (now != seen || now == 0 && size != rows) {
            rows = size;
            seen = now;
            draw();
        }
    }

    private List<Spread> spreads() {
        return log.map(RunLog::spreads).orElse(List.of());
    }

    private void draw() {
        List<Spread> spreads = spreads();
        Ui.show(none, spreads.isEmpty());
        Ui.show(how, !spreads.isEmpty());
        Ui.show(parts, !spreads.isEmpty());
        none.setText(i18n.get(log.isEmpty() ? "spread.none" : evaluated() ? "spread.untold" : "spread.soon"));
        parts.getChildren().clear();
        if (spreads.isEmpty()) {
            return;
        }
        how.setText(i18n.get("spread.how"));
        Set<String> names = new LinkedHashSet<>();
        spreads.forEach(s -> names.addAll(s.parts().keySet()));
        names.forEach(name -> parts.getChildren().add(part(name, spreads)));
    }

    private boolean evaluated() {
        return log.stream().flatMap(l -> l.since(0).stream())
                .anyMatch(row -> row.values().keySet().stream().anyMatch(v -> v.startsWith(EVALUATION)));
    }

    private VBox part(String name, List<Spread> spreads) {
        GridPane both = new GridPane(14, 2);
        for (int i = 0; i < 2; i++) {
            ColumnConstraints half = new ColumnConstraints();
            half.setPercentWidth(50);
            both.getColumnConstraints().add(half);
        }
        List<Spread> with = spreads.stream().filter(s -> s.parts().containsKey(name)).toList();
        strip(both, 0, name, "spread.gradients", Spread.Scale.GRADIENTS, with.stream()
                .map(s -> new HeatStrip.Column(s.step(), s.parts().get(name).gradients()))
                .filter(c -> !c.bins().counts().isEmpty()).toList());
        strip(both, 1, name, "spread.weights", Spread.Scale.WEIGHTS,
                with.stream().map(s -> new HeatStrip.Column(s.step(), s.parts().get(name).weights())).toList());
        return new VBox(4, Ui.styled(new Label(name), "small", "strong"), both);
    }

    /// Fills one side: what it is, the strip with its ends, the steps.
    private void strip(GridPane both, int side, String part, String key, Spread.Scale scale,
            List<HeatStrip.Column> columns) {
        if (columns.isEmpty()) {
            both.add(Ui.styled(Ui.wrapped(new Label(i18n.get(key + ".none"))), "muted", "small"), side, 0);
            return;
        }
        String norms = i18n.get(key, figure(columns.getFirst().bins().norm()),
                figure(columns.getLast().bins().norm()));
        HeatStrip strip = new HeatStrip(theme, 1 - side, (column, bin) -> i18n.get("spread.cell", column.step(),
                figure(scale.lower(bin)), bin == scale.bins() - 1 ? "∞" : figure(scale.upper(bin)),
                percent(column.bins().share(bin)), figure(column.bins().norm())));
        strip.getStyleClass().add("heat-strip");
        strip.setAccessibleText(part + ": " + norms);
        strip.show(columns);
        HBox.setHgrow(strip, Priority.ALWAYS);
        String top = strip.highest() == scale.bins() - 1 ? "∞" : figure(scale.upper(strip.highest()));
        VBox axis = Ui.column(0, small(top), Ui.spring(), small(figure(scale.lower(strip.lowest()))));
        axis.setMinWidth(AXIS);
        axis.setMaxWidth(AXIS);
        VBox.setVgrow(axis.getChildren().get(1), Priority.ALWAYS);
        HBox steps = Ui.row(0, small(Integer.toString(columns.getFirst().step())), Ui.spring(),
                small(columns.size() == 1 ? "" : Integer.toString(columns.getLast().step())));
        steps.setPadding(new Insets(0, 0, 0, AXIS));
        both.addColumn(side, Ui.styled(Ui.wrapped(new Label(norms)), "muted", "small"), new HBox(axis, strip), steps);
    }

    private static Label small(String text) {
        Label label = Ui.styled(new Label(text), "muted", "small");
        label.setMinWidth(USE_PREF_SIZE);
        return label;
    }

    /// @return three figures at most: `0`, `1e-7`, `0.056`, `12.3`
    static String figure(double value) {
        if (value == 0) {
            return "0";
        }
        if (value < 1e-3 || value >= 1e4) {
            return String.format(Locale.ROOT, "%.1e", value).replace(".0e", "e").replaceFirst("e([+-])0", "e$1")
                    .replace("e+", "e");
        }
        return String.format(Locale.ROOT, value < 0.1 ? "%.3f" : value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f",
                value);
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, share > 0 && share < 0.001 ? "%.3f" : "%.1f", 100 * share);
    }
}
