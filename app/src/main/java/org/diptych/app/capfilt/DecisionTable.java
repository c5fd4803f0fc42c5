package org.diptych.app.capfilt;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.collections.transformation.SortedList;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.control.CheckBox;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.control.Tooltip;
import javafx.scene.image.ImageView;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseEvent;
import javafx.scene.layout.HBox;
import org.diptych.app.capfilt.CapFiltModel.Chosen;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.Thumbs;
import org.diptych.engine.api.CaptionDecision;
import org.diptych.engine.api.CaptionDecision.Source;
import org.kordamp.ikonli.javafx.FontIcon;

/// The decisions, a picture a row. One of a row's two texts is chosen: left and right go from one to the other, Space overrules it.
final class DecisionTable extends TableView<Pair> {
    private static final double ROW = 52;
    static final double THUMB = 44;
    private static final PseudoClass CHOSEN = PseudoClass.getPseudoClass("chosen-text");
    private static final PseudoClass DROPPED = PseudoClass.getPseudoClass("dropped");

    private final I18n i18n;
    private final CapFiltModel model;
    private final CapFiltController controller;
    private final Thumbs thumbs;
    private final ObservableList<Pair> shown = FXCollections.observableArrayList();
    private boolean filling;

    DecisionTable(I18n i18n, CapFiltModel model, CapFiltController controller, Thumbs thumbs) {
        this.i18n = i18n;
        this.model = model;
        this.controller = controller;
        this.thumbs = thumbs;
        setId("capfilt-table");
        setMinHeight(140);
        setFixedCellSize(ROW);
        TableColumn<Pair, Pair> picture = column("capfilt.picture", 68);
        picture.setMaxWidth(68);
        picture.setCellFactory(c -> new PictureCell());
        picture.setComparator(Comparator.comparingInt(Pair::number));
        for (Source source : Source.values()) {
            String key = "capfilt." + source.name().toLowerCase(Locale.ROOT);
            TableColumn<Pair, Pair> text = column(key, 110);
            text.setPrefWidth(240);
            text.setCellFactory(c -> new TextCell(source));
            text.setComparator(Comparator.comparing(p -> p.of(source).map(CaptionDecision::caption).orElse("")));
            TableColumn<Pair, Pair> keep = column("capfilt.match", 104);
            keep.setMaxWidth(112);
            keep.setCellFactory(c -> new KeepCell(source));
            keep.setComparator(Comparator.comparingDouble(p -> p.of(source).map(CaptionDecision::match).orElse(-1.0)));
        }
        setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_ALL_COLUMNS);
        SortedList<Pair> sorted = new SortedList<>(shown);
        sorted.comparatorProperty().bind(comparatorProperty());
        setItems(sorted);
        addEventFilter(KeyEvent.KEY_PRESSED, this::key);
        getSelectionModel().selectedItemProperty().subscribe(p -> {
            if (p != null && !filling) {
                Source side = model.chosen.get().map(Chosen::source).orElse(Source.WEB);
                choose(p, p.of(side).isPresent() ? side : Source.WEB);
            }
        });
        model.rows.subscribe(r -> fill());
        model.show.subscribe(s -> fill());
        model.query.subscribe(q -> fill());
        model.chosen.subscribe(c -> select());
        i18n.textsProperty().subscribe(t -> refresh());
    }

    private void choose(Pair pair, Source source) {
        model.chosen.set(Optional.of(new Chosen(pair.number(), source)));
    }

    private void key(KeyEvent event) {
        Optional<Chosen> chosen = model.chosen.get();
        if (chosen.isEmpty() || getSelectionModel().getSelectedItem() == null) {
            return;
        }
        switch (event.getCode()) {
            case SPACE -> controller.overrule(chosen.get());
            case LEFT, RIGHT -> {
                Source to = event.getCode() == KeyCode.LEFT ? Source.WEB : Source.SYNTHETIC;
                if (getSelectionModel().getSelectedItem().of(to).isPresent()) {
                    choose(getSelectionModel().getSelectedItem(), to);
                }
            }
            default -> {
                return;
            }
        }
        event.consume();
    }

    /// A text that was just overruled stays in sight, though it may no longer be of the kind that is shown.
    private void fill() {
        String words = model.query.get().strip().toLowerCase(Locale.ROOT);
        int chosen = model.chosen.get().map(Chosen::pair).orElse(-1);
        List<Pair> before = List.copyOf(shown);
        boolean there = before.stream().anyMatch(p -> p.number() == chosen);
        List<Pair> now = model.rows.get().stream()
                .filter(p -> model.show.get().holds.test(p) && (words.isEmpty() || p.says(words))
                        || there && p.number() == chosen && isFocused())
                .toList();
        filling = true;
        if (now.size() == before.size()) {
            for (int i = 0; i < now.size(); i++) {
                if (!now.get(i).equals(before.get(i))) {
                    shown.set(i, now.get(i));
                }
            }
        } else {
            shown.setAll(now);
        }
        filling = false;
        select();
    }

    private void select() {
        filling = true;
        int chosen = model.chosen.get().map(Chosen::pair).orElse(-1);
        getItems().stream().filter(p -> p.number() == chosen).findFirst()
                .ifPresentOrElse(p -> {
                    if (getSelectionModel().getSelectedItem() != p) {
                        getSelectionModel().clearAndSelect(getItems().indexOf(p));
                    }
                }, getSelectionModel()::clearSelection);
        filling = false;
    }

    private TableColumn<Pair, Pair> column(String key, double width) {
        TableColumn<Pair, Pair> column = new TableColumn<>();
        column.textProperty().bind(i18n.text(key));
        column.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue()));
        column.setPrefWidth(width);
        column.setMinWidth(width);
        getColumns().add(column);
        return column;
    }

    /// @return the cell's pair, if it has one
    private static Optional<Pair> there(Pair pair, boolean empty) {
        return empty ? Optional.empty() : Optional.ofNullable(pair);
    }

    private final class PictureCell extends TableCell<Pair, Pair> {
        private final ImageView view = new ImageView();

        PictureCell() {
            view.setFitWidth(THUMB);
            view.setFitHeight(THUMB);
            view.setPreserveRatio(true);
            setAlignment(Pos.CENTER);
        }

        @Override
        protected void updateItem(Pair pair, boolean empty) {
            super.updateItem(pair, empty);
            Optional<Pair> there = there(pair, empty);
            setGraphic(there.isPresent() ? view : null);
            setTooltip(there.map(p -> new Tooltip(p.image().getFileName().toString())).orElse(null));
            there.ifPresent(p -> {
                view.setImage(null);
                thumbs.ask(p.image(), image -> {
                    if (getItem() != null && getItem().image().equals(p.image())) {
                        view.setImage(image);
                    }
                });
            });
        }
    }

    /// A cell that belongs to one of the two texts; a click on it chooses that text.
    private abstract class SideCell extends TableCell<Pair, Pair> {
        final Source source;

        SideCell(Source source) {
            this.source = source;
            addEventFilter(MouseEvent.MOUSE_PRESSED, e -> {
                if (getItem() != null && getItem().of(source).isPresent()) {
                    choose(getItem(), source);
                }
            });
        }

        @Override
        protected final void updateItem(Pair pair, boolean empty) {
            super.updateItem(pair, empty);
            show(there(pair, empty).flatMap(p -> p.of(source)));
        }

        abstract void show(Optional<CaptionDecision> decision);
    }

    private final class TextCell extends SideCell {
        TextCell(Source source) {
            super(source);
            getStyleClass().addAll("elides", "small", "decision-text");
            setWrapText(true);
            model.chosen.subscribe(c -> mark());
        }

        @Override
        void show(Optional<CaptionDecision> decision) {
            setText(decision.map(CaptionDecision::caption).orElse(null));
            setTooltip(decision.map(d -> new Tooltip(d.caption())).orElse(null));
            pseudoClassStateChanged(DROPPED, decision.filter(d -> !d.keep()).isPresent());
            mark();
        }

        private void mark() {
            pseudoClassStateChanged(CHOSEN, getItem() != null && model.chosen.get()
                    .filter(c -> c.pair() == getItem().number() && c.source() == source).isPresent());
        }
    }

    /// Whether the text is kept, how sure the filter is that it fits, and a mark where a person decided.
    private final class KeepCell extends SideCell {
        private final CheckBox box = new CheckBox();
        private final FontIcon person = Ui.icon("mdi2a-account-check-outline");
        private final HBox line = Ui.row(6, box, person);

        KeepCell(Source source) {
            super(source);
            box.setMinWidth(USE_PREF_SIZE);
            box.setFocusTraversable(false);
            box.accessibleTextProperty().bind(i18n.text("capfilt.keep"));
            person.getStyleClass().add("overruled");
            Tooltip.install(person, i18n.tooltip("capfilt.overruled.you"));
            box.setOnAction(e -> {
                box.setSelected(!box.isSelected()); // it follows the decision
                if (getItem() != null) {
                    controller.overrule(new Chosen(getItem().number(), source));
                }
            });
            model.going.subscribe(g -> box.setDisable(g.isPresent()));
        }

        @Override
        void show(Optional<CaptionDecision> decision) {
            setGraphic(decision.isPresent() ? line : null);
            decision.ifPresent(d -> {
                box.setSelected(d.keep());
                box.setText(PairDetail.number(d.match()));
                Ui.show(person, d.overruled());
            });
        }
    }
}
