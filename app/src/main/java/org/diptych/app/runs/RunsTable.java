package org.diptych.app.runs;

import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.value.ObservableValue;
import javafx.collections.transformation.SortedList;
import javafx.geometry.Pos;
import javafx.scene.control.CheckBox;
import javafx.scene.control.OverrunStyle;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.control.Tooltip;
import javafx.scene.input.KeyCode;
import javafx.scene.shape.Rectangle;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.fx.Theme;
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
        TableColumn<RunSummary, RunSummary> tick = column("runs.tick", 72);
        tick.setCellFactory(column -> new TickCell());
        tick.setSortable(false);
        TableColumn<RunSummary, RunSummary> name = text("runs.name", 220, RunSummary::id);
        name.setMinWidth(116);
        name.setCellFactory(c -> Ui.styled(new NameCell(), "elides"));
        text("runs.model", 130, r -> r.header().plan().name()).setMinWidth(96);
        text("runs.status", 92, r -> i18n.get("finetune.status." + r.status()));
        figure("runs.steps", 100, r -> (double) r.step(), r -> r.step() + " / " + r.header().plan().steps());
        text("runs.precision", 86, r -> r.header().plan().precision());
        figure("runs.loss", 76, value("loss"), r -> number(value("loss").apply(r)));
        figure("runs.recall", 76, value("validation.r1"), r -> number(value("validation.r1").apply(r)));
        text("runs.date", 128, RunsTable::date);
        figure("runs.duration", 88, RunSummary::seconds, r -> duration(Math.round(r.seconds())));
        setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_FLEX_LAST_COLUMN);
        SortedList<RunSummary> sorted = new SortedList<>(model.runs);
        sorted.comparatorProperty().bind(comparatorProperty());
        setItems(sorted);
        getSelectionModel().selectedItemProperty().subscribe(r -> {
            if (r != null && !model.reading.get()) {
                last = r.id();
            }
        });
        model.reading.subscribe(reading -> {
            if (!reading) {
                selectAgain();
            }
        });
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

    /// A run's name, set in below the run it branched off from.
    private final class NameCell extends TableCell<RunSummary, RunSummary> {
        NameCell() {
            setTextOverrun(OverrunStyle.CENTER_ELLIPSIS); // names differ at their ends
        }

        @Override
        protected void updateItem(RunSummary run, boolean empty) {
            super.updateItem(run, empty);
            if (empty || run == null) {
                setText(null);
                setTooltip(null);
                return;
            }
            int depth = model.depth(run.id());
            setText(depth == 0 ? run.id() : "\u2003".repeat(depth - 1) + "└ " + run.id());
            setTooltip(new Tooltip(run.header().parent().isEmpty()
                    ? getText()
                    : getText() + "\n" + i18n.get("runs.branched", run.header().parent(), run.header().branched())));
        }
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

    private TableColumn<RunSummary, RunSummary> column(String key, double width) {
        TableColumn<RunSummary, RunSummary> column = new TableColumn<>();
        column.textProperty().bind(i18n.text(key));
        column.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue()));
        column.setPrefWidth(width);
        column.setMinWidth(width);
        getColumns().add(column);
        return column;
    }

    private TableColumn<RunSummary, RunSummary> text(String key, double width, Function<RunSummary, String> text) {
        TableColumn<RunSummary, RunSummary> column = column(key, width);
        column.setComparator(Comparator.comparing(text));
        column.setCellFactory(c -> Ui.styled(cell(text), "elides"));
        return column;
    }

    /// A column of numbers: sorted by value, aligned at the right; runs without the number come first.
    private void figure(String key, double width, Function<RunSummary, Double> value,
            Function<RunSummary, String> text) {
        TableColumn<RunSummary, RunSummary> column = column(key, width);
        column.setComparator(Comparator.comparing(value, Comparator.nullsFirst(Comparator.naturalOrder())));
        column.getStyleClass().add("figures");
        column.setCellFactory(c -> {
            TableCell<RunSummary, RunSummary> cell = cell(text);
            cell.setAlignment(Pos.CENTER_RIGHT);
            return cell;
        });
    }

    private static TableCell<RunSummary, RunSummary> cell(Function<RunSummary, String> text) {
        return new TableCell<>() {
            @Override
            protected void updateItem(RunSummary run, boolean empty) {
                super.updateItem(run, empty);
                setText(empty || run == null ? null : text.apply(run));
                setTooltip(getText() == null ? null : new Tooltip(getText()));
            }
        };
    }

    private static Function<RunSummary, Double> value(String name) {
        return r -> r.last().get(name);
    }

    private static String number(Double value) {
        return value == null ? "–" : String.format(Locale.ROOT, "%.3f", value);
    }

    private static String date(RunSummary run) {
        String started = run.header().started().replace('T', ' ');
        return started.substring(0, Math.min(16, started.length()));
    }

    private String duration(long seconds) {
        return seconds < 100
                ? i18n.get("runs.seconds", seconds)
                : i18n.get("runs.minutes", Math.round(seconds / 60.0));
    }
}
