package org.diptych.app.data;

import java.io.File;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javafx.animation.PauseTransition;
import javafx.collections.ListChangeListener;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.MenuButton;
import javafx.scene.control.MenuItem;
import javafx.scene.control.OverrunStyle;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.scene.text.TextAlignment;
import javafx.stage.DirectoryChooser;
import javafx.stage.FileChooser;
import javafx.util.Duration;
import javafx.util.Subscription;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.app.shell.Thumbs;
import org.diptych.engine.api.BrokenRow;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.SetReport;

/// The view: the rows of the open set at the left, the chosen one beside them, what is broken in their place when it is asked for.
final class DataView extends VBox {
    private static final Duration QUIET = Duration.millis(200);
    private static final List<String> FILES = List.of("*.json", "*.jsonl", "*.csv", "*.tsv", "*.txt");
    private static final double NARROW = 560;
    private static final double HINT = 360;
    private static final double SIDE = 320;

    private final AppContext context;
    private final I18n i18n;
    private final DataModel model;
    private final DataController controller;
    private final ErrorBanner banner;
    private final Label name = Ui.styled(new Label(), "strong", "elides");
    private final Label counts = Ui.styled(new Label(), "muted", "small");
    private final Label regions = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final Segments<Filter> filters;
    private final Map<Filter, ToggleButton> buttons = new HashMap<>();
    private final TextField search = new TextField();
    private final ListView<Integer> rows;
    private final ListView<BrokenRow> broken;
    private final Label nothing = Ui.styled(Ui.wrapped(new Label()), "hint");
    private final RowPane row;
    private final Button divide;
    private final Button save;
    private final Button teach;
    private final Label why = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private Subscription changes = Subscription.EMPTY;

    DataView(AppContext context) {
        super(12);
        this.context = context;
        i18n = context.i18n();
        banner = new ErrorBanner(i18n);
        banner.setId("data-error");
        model = new DataModel(i18n, banner::show);
        controller = new DataController(context, model, banner::show);
        filters = new Segments<>(model.filter);
        rows = new ListView<>(model.shown);
        broken = new ListView<>(model.broken);
        row = new RowPane(context, model, controller);
        divide = Ui.button(i18n, "sets.divide", this::divide);
        divide.setId("data-divide");
        save = Ui.button(i18n, "sets.save", this::save);
        save.setId("data-save");
        teach = Ui.primary(i18n, "sets.teach", controller::teach);
        teach.setId("data-teach");
        getStyleClass().add("view");
        Node full = full();
        Node empty = empty();
        Region skeleton = Ui.styled(new Region(), "skeleton");
        skeleton.setId("data-skeleton");
        StackPane body = new StackPane(skeleton, empty, full);
        VBox.setVgrow(body, Priority.ALWAYS);
        getChildren().addAll(banner, body);
        Runnable follow = () -> {
            boolean reads = model.reading.get();
            Ui.show(skeleton, reads);
            Ui.show(empty, !reads && model.sheet.get().isEmpty());
            Ui.show(full, !reads && model.sheet.get().isPresent());
        };
        model.reading.subscribe(r -> {
            follow.run();
            if (r) {
                banner.hide();
            }
        });
        model.sheet.subscribe(now -> {
            changes.unsubscribe();
            search.clear();
            changes = now.map(s -> s.versionProperty().subscribe(v -> changed())).orElse(Subscription.EMPTY);
            follow.run();
        });
        i18n.textsProperty().subscribe(t -> {
            changed();
            rows.refresh();
            broken.refresh();
        });
    }

    DataController controller() {
        return controller;
    }

    private Node empty() {
        Button open = Ui.primary(i18n, "sets.open", this::chooseFile);
        open.setId("data-open-first");
        Label hint = Ui.styled(Ui.wrapped(i18n.label("sets.empty")), "hint");
        hint.setMaxWidth(NARROW);
        hint.setTextAlignment(TextAlignment.CENTER);
        Button toybox = Ui.button(i18n, "sets.toybox", this::chooseToybox);
        toybox.setId("data-toybox");
        HBox ways = Ui.row(8, open, Ui.button(i18n, "sets.open.folder", this::chooseFolder), toybox,
                instructButton("data-instruct-first"));
        ways.setAlignment(Pos.CENTER);
        VBox box = new VBox(16, hint, ways);
        box.setAlignment(Pos.CENTER);
        box.setId("data-empty");
        return box;
    }

    private Node full() {
        name.setId("data-name");
        name.setMinWidth(0);
        name.setTextOverrun(OverrunStyle.LEADING_ELLIPSIS);
        RowCell.whole(name);
        HBox.setHgrow(name, Priority.SOMETIMES);
        counts.setMinWidth(USE_PREF_SIZE);
        HBox head = Ui.row(8, name, counts, Ui.spring(), other(), instructButton("data-instruct"), divide, save,
                teach);
        search.setId("data-search");
        search.setPrefWidth(260);
        search.setMinWidth(180);
        search.promptTextProperty().bind(i18n.text("sets.search"));
        search.accessibleTextProperty().bind(i18n.text("sets.search"));
        PauseTransition quiet = new PauseTransition(QUIET);
        quiet.setOnFinished(e -> {
            model.query.set(search.getText());
            model.find();
        });
        search.textProperty().subscribe(t -> quiet.playFromStart());
        filters.setPrefWrapLength(NARROW);
        HBox.setHgrow(filters, Priority.ALWAYS);
        lists();
        StackPane left = new StackPane(rows, broken);
        StackPane right = Ui.styled(new StackPane(row, hint()), "panel");
        left.setMinWidth(SIDE);
        right.setMinWidth(SIDE); // else what is inside moves the divider
        SplitPane both = new SplitPane(left, right);
        both.setDividerPositions(0.58);
        VBox.setVgrow(both, Priority.ALWAYS);
        regions.setId("data-regions");
        return new VBox(12, head, regions, why, Ui.row(16, filters, search), both);
    }

    private void lists() {
        rows.setId("data-rows");
        rows.setFixedCellSize(RowCell.HEIGHT);
        rows.accessibleTextProperty().bind(i18n.text("sets.rows"));
        Thumbs thumbs = new Thumbs(context.engine(), (int) (2 * RowCell.SIDE)); // twice as large, for dense screens
        rows.setCellFactory(l -> new RowCell(i18n, model, context.engine(), thumbs));
        rows.getSelectionModel().selectedItemProperty().subscribe(n -> {
            if (n != null && !model.filling()) {
                model.selected.set(Optional.of(n));
            }
        });
        model.selected.subscribe(n -> select());
        model.shown.addListener((ListChangeListener<Integer>) change -> select());
        rows.setPlaceholder(nothing);
        broken.setId("data-broken");
        broken.setCellFactory(l -> new BrokenCell(i18n));
        broken.accessibleTextProperty().bind(i18n.text("sets.filter.broken"));
        model.filter.subscribe(f -> {
            Ui.show(rows, f != Filter.BROKEN);
            Ui.show(broken, f == Filter.BROKEN);
            if (f == Filter.BROKEN) {
                model.selected.set(Optional.empty());
            }
            said();
        });
    }

    /// The list follows what is looked at.
    private void select() {
        int at = model.selected.get().map(model.shown::indexOf).orElse(-1);
        if (at < 0) {
            rows.getSelectionModel().clearSelection();
        } else if (rows.getSelectionModel().getSelectedIndex() != at) {
            rows.getSelectionModel().clearAndSelect(at);
            rows.scrollTo(Math.max(0, at - 2));
        }
    }

    private Label hint() {
        Label hint = Ui.styled(Ui.wrapped(new Label()), "hint");
        hint.textProperty().bind(i18n.compute(
                () -> i18n.get(model.filter.get() == Filter.BROKEN ? "sets.broken" : "sets.choose"), model.filter));
        hint.setMaxWidth(HINT);
        hint.setTextAlignment(TextAlignment.CENTER);
        row.visibleProperty().subscribe(shown -> Ui.show(hint, !shown));
        return hint;
    }

    private MenuButton other() {
        MenuButton menu = i18n.label(new MenuButton(), "sets.other");
        menu.setId("data-other");
        menu.setMinWidth(USE_PREF_SIZE);
        menu.getItems().addAll(Ui.item(i18n, "sets.open", this::chooseFile),
                Ui.item(i18n, "sets.open.folder", this::chooseFolder),
                Ui.item(i18n, "sets.toybox", this::chooseToybox));
        return menu;
    }

    /// Says again what is counted, and what can be done.
    private void changed() {
        model.sheet.get().ifPresent(s -> {
            SetReport report = s.set().report();
            name.setText(s.set().drawn().map(d -> i18n.get("sets.toybox.name", i18n.get("finetune.world." + d.world()),
                    d.seed(), d.noise())).orElseGet(() -> report.source().toString()));
            counts.setText(i18n.get("sets.counts", i18n.get(report.format()), s.set().rows().size(), s.pictures()));
            regions.setText(report.regions().map(r -> i18n.get("sets.regions", r.told())).orElse(""));
            Ui.show(regions, report.regions().isPresent());
            filters.show(Filter.of(s), f -> buttons.computeIfAbsent(f, this::button));
            buttons.forEach((f, button) -> button.setText(i18n.get("sets.filter.count",
                    i18n.get("sets.filter." + f.name().toLowerCase(Locale.ROOT)), f.count(s))));
        });
        said();
        rows.refresh();
        row.show();
    }

    private ToggleButton button(Filter filter) {
        ToggleButton button = new ToggleButton();
        button.setId("data-filter-" + filter.name().toLowerCase(Locale.ROOT));
        return button;
    }

    /// Why something cannot be done, and what is not shown.
    private void said() {
        Optional<Message> noSave = controller.whyNoSave();
        Optional<Message> noTeach = controller.whyNoTeach();
        boolean some = model.sheet.get().isPresent();
        divide.setDisable(!some || noSave.isPresent());
        save.setDisable(!some || noSave.isPresent());
        teach.setDisable(!some || noTeach.isPresent());
        Optional<String> many = model.sheet.get().map(s -> s.set().report())
                .filter(r -> model.filter.get() == Filter.BROKEN && r.skipped() > r.broken().size())
                .map(r -> i18n.get("sets.why.many", r.broken().size()));
        why.setText(Stream.concat(Stream.of(noSave, noTeach).flatMap(Optional::stream).map(m -> i18n.get(m.key())),
                many.stream()).distinct().collect(Collectors.joining(" ")));
        Ui.show(why, !why.getText().isEmpty());
        nothing.setText(i18n.get(model.filter.get() == Filter.EDITED && search.getText().isBlank()
                ? "sets.none.edited"
                : "sets.none"));
    }

    void chooseFile() {
        FileChooser chooser = new FileChooser();
        chooser.setTitle(i18n.get("sets.open"));
        chooser.getExtensionFilters().add(new FileChooser.ExtensionFilter(i18n.get("sets.files"), FILES));
        Optional.ofNullable(chooser.showOpenDialog(context.window().get())).map(File::toPath)
                .ifPresent(controller::open);
    }

    private void chooseFolder() {
        DirectoryChooser chooser = new DirectoryChooser();
        chooser.setTitle(i18n.get("sets.open.folder"));
        Optional.ofNullable(chooser.showDialog(context.window().get())).map(File::toPath)
                .ifPresent(controller::open);
    }

    private Button instructButton(String id) {
        Button button = Ui.button(i18n, "sets.instruct", this::instruct);
        button.setId(id);
        return button;
    }

    void instruct() {
        row.take();
        new Instructing(context, model, controller::open, banner::show).ask();
    }

    void chooseToybox() {
        new ToyboxDialog(context).showAndWait().ifPresent(controller::draw);
    }

    void divide() {
        if (!divide.isDisabled()) {
            new DivideDialog(context).showAndWait().ifPresent(c -> controller.divide(c.share(), c.seed()));
        }
    }

    void save() {
        if (!save.isDisabled()) {
            row.take();
            model.sheet.get().flatMap(s -> SaveDialog.of(context, s.set()).showAndWait())
                    .ifPresent(controller::save);
        }
    }

    void teach() {
        teach.fire();
    }
}
