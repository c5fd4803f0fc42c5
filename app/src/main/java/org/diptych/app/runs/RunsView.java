package org.diptych.app.runs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.geometry.Orientation;
import javafx.scene.control.Button;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.control.cell.CheckBoxTableCell;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.util.StringConverter;
import org.diptych.app.chart.Curve;
import org.diptych.app.chart.LiveChart;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Navigator;
import org.diptych.engine.api.CommandLine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;

/// The view: a table of runs, their curves one over the other, and what differs between them.
final class RunsView extends VBox {
    private static final List<String> SERIES = List.of("loss", "validation.loss", "validation.r1.image_to_text", "rate",
            "temperature");

    private final AppContext context;
    private final I18n i18n;
    private final TableView<RunSummary> table = new TableView<>();
    private final Map<String, BooleanProperty> ticked = new LinkedHashMap<>();
    private final LiveChart chart;
    private final ChoiceBox<String> series = new ChoiceBox<>();
    private final Label differences = Ui.wrapped(new Label());
    private final VBox empty;
    private final SplitPane full;

    RunsView(AppContext context) {
        super(12);
        this.context = context;
        this.i18n = context.i18n();
        getStyleClass().add("view");
        chart = new LiveChart(i18n, context.theme(), "runs.axis.step", "runs.axis.value");
        table.setId("runs-table");
        columns();
        series.setConverter(new StringConverter<>() {
            @Override
            public String toString(String name) {
                return name == null ? "" : i18n.get("runs.series." + name);
            }

            @Override
            public String fromString(String text) {
                return text;
            }
        });
        series.getItems().setAll(SERIES);
        series.setValue(SERIES.getFirst());
        series.setMinWidth(200);
        series.valueProperty().subscribe(s -> draw());
        VBox.setVgrow(chart, Priority.ALWAYS);
        VBox below = new VBox(8, Ui.row(12, i18n.label("runs.series"), series), chart,
                Ui.styled(i18n.label("runs.differ"), "strong"), differences);
        full = new SplitPane(new VBox(8, actions(), table), Ui.styled(below, "panel"));
        full.setOrientation(Orientation.VERTICAL);
        full.setDividerPositions(0.42);
        VBox.setVgrow(table, Priority.ALWAYS);
        VBox.setVgrow(full, Priority.ALWAYS);
        empty = new VBox(12, Ui.styled(i18n.label("runs.empty"), "hint"),
                Ui.primary(i18n, "runs.empty.go", () -> context.navigator().show(Navigator.TEACH)));
        getChildren().addAll(empty, full);
        i18n.textsProperty().subscribe(t -> {
            series.getItems().setAll(SERIES);
            series.setValue(series.getValue() == null ? SERIES.getFirst() : series.getValue());
            table.refresh();
            draw();
        });
    }

    void refresh() {
        List<RunSummary> runs = context.engine().runs().list();
        String selected = Optional.ofNullable(table.getSelectionModel().getSelectedItem()).map(RunSummary::id)
                .orElse("");
        table.getItems().setAll(runs);
        runs.stream().filter(r -> r.id().equals(selected)).findFirst()
                .ifPresent(r -> table.getSelectionModel().select(r));
        if (!runs.isEmpty() && ticked.values().stream().noneMatch(BooleanProperty::get)) {
            tick(runs.getFirst()).set(true);
        }
        Ui.show(empty, runs.isEmpty());
        Ui.show(full, !runs.isEmpty());
        draw();
    }

    private BooleanProperty tick(RunSummary run) {
        return ticked.computeIfAbsent(run.id(), id -> {
            BooleanProperty property = new SimpleBooleanProperty();
            property.subscribe((old, now) -> draw());
            return property;
        });
    }

    private void columns() {
        TableColumn<RunSummary, Boolean> tick = new TableColumn<>();
        tick.setCellValueFactory(row -> tick(row.getValue()));
        tick.setCellFactory(CheckBoxTableCell.forTableColumn(tick));
        tick.setEditable(true);
        tick.setPrefWidth(40);
        table.setEditable(true);
        table.getColumns().add(tick);
        text("runs.name", 230, RunSummary::id);
        text("runs.model", 120, r -> r.header().plan().model());
        text("runs.status", 100, r -> i18n.get("finetune.status." + r.status()));
        text("runs.steps", 90, r -> r.step() + " / " + r.header().plan().steps());
        text("runs.loss", 80, r -> number(r.last().get("loss")));
        text("runs.recall", 80, r -> number(r.last().get("validation.r1.image_to_text")));
        text("runs.date", 160,
                r -> r.header().started().replace('T', ' ').substring(0, Math.min(16, r.header().started().length())));
        table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_FLEX_LAST_COLUMN);
    }

    private static String number(Double value) {
        return value == null ? "–" : String.format(Locale.ROOT, "%.3f", value);
    }

    private void text(String key, double width, Function<RunSummary, String> value) {
        TableColumn<RunSummary, String> column = new TableColumn<>();
        column.textProperty().bind(i18n.text(key));
        column.setCellValueFactory(row -> new SimpleStringProperty(value.apply(row.getValue())));
        column.setPrefWidth(width);
        table.getColumns().add(column);
    }

    private HBox actions() {
        Button open = Ui.button(i18n, "runs.open",
                () -> selected().ifPresent(r -> context.folders().accept(r.folder())));
        Button load = Ui.button(i18n, "runs.load",
                () -> selected().flatMap(RunSummary::kept).ifPresent(kept -> context.jobs()
                        .run(context.engine().load(new LoadRequest(kept.toString())), model -> {
                            context.models().add(model);
                            context.notices().info("runs.loaded", model.title());
                        })));
        Button command = Ui.button(i18n, "runs.command", () -> selected().ifPresent(r -> {
            ClipboardContent content = new ClipboardContent();
            content.putString("diptych train --plan " + CommandLine.quote(r.folder().resolve("plan.json").toString())
                    + " --out run");
            Clipboard.getSystemClipboard().setContent(content);
            context.notices().info("runs.copied");
        }));
        Button delete = Ui.button(i18n, "runs.delete", () -> selected().ifPresent(this::delete));
        delete.setId("runs-delete");
        table.getSelectionModel().selectedItemProperty().subscribe(run -> {
            for (Button button : List.of(open, command, delete)) {
                button.setDisable(run == null);
                button.setTooltip(run == null ? i18n.tooltip("runs.why.none") : null);
            }
            boolean kept = run != null && run.kept().isPresent();
            load.setDisable(!kept);
            load.setTooltip(kept ? null : i18n.tooltip(run == null ? "runs.why.none" : "runs.why.nokept"));
        });
        return Ui.row(8, open, load, command, delete, Ui.spring(), Ui.button(i18n, "runs.refresh", this::refresh));
    }

    private Optional<RunSummary> selected() {
        return Optional.ofNullable(table.getSelectionModel().getSelectedItem());
    }

    private void delete(RunSummary run) {
        try {
            context.engine().runs().delete(run.id());
            Runnable back = () -> {
                try {
                    context.engine().runs().undelete(run.id());
                    refresh();
                } catch (EngineException e) {
                    context.notices().error(e);
                }
            };
            context.undo().push("runs.undelete", back);
            context.notices().undoable("runs.deleted", () -> context.undo().undo(), run.id());
            refresh();
        } catch (EngineException e) {
            context.notices().error(e);
        }
    }

    private List<RunSummary> chosen() {
        return table.getItems().stream().filter(r -> ticked.containsKey(r.id()) && ticked.get(r.id()).get()).toList();
    }

    private void draw() {
        chart.clear();
        int colour = 0;
        for (RunSummary run : chosen()) {
            try {
                RunLog log = context.engine().runs().log(run.id());
                String name = series.getValue() == null ? SERIES.getFirst() : series.getValue();
                chart.add(log,
                        new Curve(name, new SimpleStringProperty(run.id()), colour++, name.startsWith("validation")));
            } catch (EngineException e) {
                context.notices().error(e);
            }
        }
        differences();
    }

    private void differences() {
        List<RunSummary> runs = chosen();
        if (runs.size() < 2) {
            differences.setText(i18n.get("runs.differ.none"));
            return;
        }
        List<Map<String, String>> settings = runs.stream().map(r -> settings(r)).toList();
        Set<String> keys = new LinkedHashSet<>();
        settings.forEach(s -> keys.addAll(s.keySet()));
        List<String> lines = new ArrayList<>();
        for (String key : keys) {
            List<String> values = settings.stream().map(s -> s.getOrDefault(key, "–")).toList();
            if (values.stream().distinct().count() > 1) {
                lines.add(key + ":  " + String.join("  |  ", values));
            }
        }
        differences.setText(lines.isEmpty() ? i18n.get("runs.differ.same") : String.join("\n", lines));
    }

    /// The plan, flat: `optimizer.rate` -> `0.001`. The plan's own JSON says what its keys are called.
    private Map<String, String> settings(RunSummary run) {
        Map<String, String> out = new TreeMap<>();
        List<String> path = new ArrayList<>();
        for (String line : context.engine().planJson(run.header().plan()).lines().map(String::strip).toList()) {
            if (line.startsWith("}") || line.startsWith("]")) {
                if (!path.isEmpty()) {
                    path.removeLast();
                }
            } else if (line.endsWith("{") || line.endsWith("[")) {
                path.add(line.contains("\"") ? line.split("\"")[1] : "");
            } else if (line.contains(":")) {
                String key = line.split("\"")[1];
                String value = line.substring(line.indexOf(':') + 1).strip().replaceAll(",$", "");
                out.put(String.join(".", path).replaceAll("^\\.+", "") + (path.size() > 1 ? "." : "") + key, value);
            }
        }
        return out;
    }
}
