package org.diptych.app.runs;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.ReadOnlyStringWrapper;
import javafx.beans.value.ObservableValue;
import javafx.collections.ListChangeListener;
import javafx.geometry.Pos;
import javafx.scene.control.CheckBox;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.input.KeyCode;
import javafx.scene.shape.Rectangle;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.RunSummary;

/// The runs as a table, newest first. A tick draws a run's curve; the square beside it has the curve's colour.
final class RunsTable extends TableView<RunSummary> {
    private final I18n i18n;
    private final RunsModel model;
    private final ObservableValue<Theme> theme;
    private String last = "";

    RunsTable(I18n i18n, RunsModel model, ObservableValue<Theme> theme) {
        this.i18n = i18n;
        this.model = model;
        this.theme = theme;
        setId("runs-table");
        setMinHeight(120);
        TableColumn<RunSummary, RunSummary> tick = new TableColumn<>();
        tick.textProperty().bind(i18n.text("runs.tick"));
        tick.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue()));
        tick.setCellFactory(column -> new TickCell());
        tick.setSortable(false);
        width(tick, 72);
        getColumns().add(tick);
        text("runs.name", 220, false, RunSummary::id);
        text("runs.model", 130, false, r -> r.header().plan().name());
        text("runs.status", 92, false, r -> i18n.get("finetune.status." + r.status()));
        text("runs.steps", 100, true, r -> r.step() + " / " + r.header().plan().steps());
        text("runs.loss", 76, true, r -> number(r.last().get("loss")));
        text("runs.recall", 76, true, r -> number(r.last().get("validation.r1")));
        text("runs.date", 136, false, RunsTable::date);
        text("runs.duration", 88, true, r -> duration(Duration.ofMillis(Math.round(r.seconds() * 1000))));
        setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_FLEX_LAST_COLUMN);
        setItems(model.runs);
        getSelectionModel().selectedItemProperty().subscribe(r -> {
            if (r != null) {
                last = r.id();
            }
        });
        model.runs.addListener((ListChangeListener<RunSummary>) change -> selectAgain());
        setOnKeyPressed(e -> {
            if (e.getCode() == KeyCode.SPACE) {
                selected().ifPresent(r -> model.tick(r.id(), !model.isTicked(r.id())));
                e.consume();
            }
        });
        model.ticked.subscribe(t -> refresh());
        theme.subscribe(t -> refresh());
        i18n.textsProperty().subscribe(t -> refresh());
    }

    /// A list that was read anew has new rows; the selection stays with its run.
    private void selectAgain() {
        String wanted = last;
        model.runs.stream().filter(r -> r.id().equals(wanted)).findFirst()
                .ifPresentOrElse(getSelectionModel()::select, getSelectionModel()::clearSelection);
    }

    Optional<RunSummary> selected() {
        return Optional.ofNullable(getSelectionModel().getSelectedItem());
    }

    private final class TickCell extends TableCell<RunSummary, RunSummary> {
        private final CheckBox box = new CheckBox();
        private final Rectangle swatch = new Rectangle(12, 12);

        TickCell() {
            box.setGraphic(swatch);
            box.accessibleTextProperty().bind(i18n.text("runs.tick"));
            box.setOnAction(e -> {
                if (getItem() != null) {
                    model.tick(getItem().id(), box.isSelected());
                }
            });
        }

        @Override
        protected void updateItem(RunSummary run, boolean empty) {
            super.updateItem(run, empty);
            setGraphic(empty || run == null ? null : box);
            if (!empty && run != null) {
                Map<String, Integer> ticked = model.ticked.get();
                box.setSelected(ticked.containsKey(run.id()));
                swatch.setVisible(box.isSelected());
                if (box.isSelected()) {
                    swatch.setFill(theme.getValue().line(ticked.get(run.id())));
                }
            }
        }
    }

    private void text(String key, double width, boolean number, Function<RunSummary, String> value) {
        TableColumn<RunSummary, String> column = new TableColumn<>();
        column.textProperty().bind(i18n.text(key));
        column.setCellValueFactory(row -> new ReadOnlyStringWrapper(value.apply(row.getValue())));
        if (number) {
            column.setCellFactory(c -> {
                TableCell<RunSummary, String> cell = new TableCell<>() {
                    @Override
                    protected void updateItem(String text, boolean empty) {
                        super.updateItem(text, empty);
                        setText(empty ? null : text);
                    }
                };
                cell.setAlignment(Pos.CENTER_RIGHT);
                return Ui.styled(cell, "figures");
            });
            column.getStyleClass().add("figures");
        }
        width(column, width);
        getColumns().add(column);
    }

    private static void width(TableColumn<?, ?> column, double width) {
        column.setPrefWidth(width);
        column.setMinWidth(width * 0.75);
    }

    private static String number(Double value) {
        return value == null ? "–" : String.format(Locale.ROOT, "%.3f", value);
    }

    private static String date(RunSummary run) {
        String started = run.header().started().replace('T', ' ');
        return started.substring(0, Math.min(16, started.length()));
    }

    private String duration(Duration took) {
        return took.toSeconds() < 100
                ? i18n.get("runs.seconds", took.toSeconds())
                : i18n.get("runs.minutes", Math.round(took.toSeconds() / 60.0));
    }
}
