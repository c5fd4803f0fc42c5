package org.diptych.app.tasks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javafx.geometry.Insets;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.TextField;
import javafx.scene.control.TextFormatter;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.fx.Waiting;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.app.shell.Navigator;
import org.diptych.app.shell.PictureDialog;
import org.diptych.app.shell.RegionChooser;
import org.diptych.app.tasks.TasksModel.Hiding;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.TaskView;

/// The view: one card an objective, and what is drawn and hidden for all of them.
final class TasksView extends BorderPane {

    private final AppContext context;
    private final I18n i18n;
    private final TasksModel model;
    private final TasksController controller;
    private final ErrorBanner banner;
    private final CardGrid cards = new CardGrid();
    private final Label reason = Ui.styled(Ui.wrapped(new Label()), "hint");

    TasksView(AppContext context) {
        this.context = context;
        this.i18n = context.i18n();
        model = new TasksModel(context.settings().get().choices());
        banner = new ErrorBanner(i18n);
        controller = new TasksController(context, model, this::failed);
        getStyleClass().add("view");
        HBox hiding = hiding();
        context.model().subscribe(m -> Ui.show(hiding, controller.able()));
        setTop(new VBox(12, input(), hiding, banner));
        StackPane centre = centre();
        BorderPane.setMargin(centre, new Insets(12, 0, 0, 0));
        setCenter(centre);
        model.answer.subscribe(this::show);
        controller.asking().busyProperty().subscribe(busy -> {
            cards.getStyleClass().remove("stale");
            if (busy && model.answer.get().isPresent()) {
                cards.getStyleClass().add("stale");
            }
        });
    }

    TasksController controller() {
        return controller;
    }

    private HBox input() {
        TextField text = new TextField();
        text.setId("tasks-text");
        text.textProperty().bindBidirectional(model.text);
        text.promptTextProperty().bind(i18n.text("tasks.text"));
        text.accessibleTextProperty().bind(i18n.text("tasks.text"));
        HBox.setHgrow(text, Priority.ALWAYS);
        Button scene = Ui.button(i18n, "inspect.scene", controller::anotherScene);
        scene.setId("tasks-scene");
        RegionChooser regions = new RegionChooser(context, "tasks.regions.why", model.regions,
                model.input.map(i -> i.filter(n -> n.scene().isPresent()).isPresent()), model.regions::set,
                controller::openRegions);
        regions.setId("tasks-regions");
        return Ui.row(8, Ui.button(i18n, "inspect.open", this::choose), scene, regions, text,
                Ui.iconButton(i18n, "mdi2c-console", "tasks.command.copy", this::copyCommand));
    }

    private HBox hiding() {
        Button again = Ui.primary(i18n, "tasks.again", controller::drawAgain);
        again.setGraphic(Ui.icon("mdi2d-dice-multiple-outline"));
        again.setTooltip(i18n.tooltip("tasks.again.why"));
        again.setId("tasks-again");
        TextField field = seed();
        Label seed = Ui.styled(i18n.label("tasks.seed"), "muted");
        seed.setMinWidth(USE_PREF_SIZE);
        seed.setLabelFor(field);
        Segments<Hiding> ways = new Segments<>(model.hiding);
        ways.setId("tasks-hiding");
        ways.setMaxWidth(USE_PREF_SIZE);
        ways.show(List.of(Hiding.values()), way -> {
            String key = "tasks.hiding." + way.name().toLowerCase(Locale.ROOT);
            ToggleButton button = Ui.toggle(i18n, key);
            button.setId("tasks-hiding-" + way.name().toLowerCase(Locale.ROOT));
            button.setTooltip(i18n.tooltip(key + ".why"));
            return button;
        });
        Label why = Ui.styled(Ui.wrapped(i18n.label("tasks.hiding.none")), "small", "muted");
        why.setId("tasks-hiding-none");
        context.model().subscribe(m -> {
            ways.setDisable(!controller.hidesBoth());
            Ui.show(why, controller.able() && !controller.hidesBoth());
        });
        HBox.setHgrow(why, Priority.ALWAYS);
        return Ui.row(12, again, Ui.row(6, seed, field), ways, why,
                new Waiting(i18n, controller.asking().busyProperty()));
    }

    /// Digits alone; an emptied field keeps the last seed and shows it again when it is left.
    private TextField seed() {
        TextField field = new TextField();
        field.setId("tasks-seed");
        field.setPrefColumnCount(6);
        field.setMinWidth(USE_PREF_SIZE);
        field.setTooltip(i18n.tooltip("tasks.seed.why"));
        field.accessibleTextProperty().bind(i18n.text("tasks.seed.why"));
        field.setTextFormatter(new TextFormatter<>(
                change -> change.getControlNewText().matches("\\d{0," + TasksModel.SEED_DIGITS + "}") ? change : null));
        model.seed.subscribe(seed -> {
            if (!field.getText().matches("0*" + seed)) {
                field.setText(Long.toString(seed));
            }
        });
        field.textProperty().subscribe(text -> {
            if (!text.isEmpty()) {
                model.seed.set(Long.parseLong(text));
            }
        });
        field.focusedProperty().subscribe(focused -> {
            if (!focused) {
                field.setText(Long.toString(model.seed.get()));
            }
        });
        return field;
    }

    private StackPane centre() {
        ScrollPane scroll = new ScrollPane(cards);
        scroll.setFitToWidth(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        cards.setId("tasks-cards");
        reason.setMaxWidth(420);
        reason.setId("tasks-reason");
        reason.textProperty().bind(i18n.compute(this::why, context.model(), model.text));
        VBox empty = new VBox(16, reason, Ui.primary(i18n, "inspect.empty.models",
                () -> context.navigator().show(Navigator.MODELS)));
        empty.setAlignment(Pos.CENTER);
        empty.setId("tasks-empty");
        VBox skeleton = new VBox(Ui.styled(new StackPane(), "skeleton"));
        VBox.setVgrow(skeleton.getChildren().getFirst(), Priority.ALWAYS);
        skeleton.setId("tasks-skeleton");
        Runnable follow = () -> {
            boolean there = model.answer.get().isPresent();
            boolean busy = controller.asking().busyProperty().get();
            Ui.show(scroll, there);
            Ui.show(skeleton, !there && busy);
            Ui.show(empty, !there && !busy && !why().isEmpty());
            Ui.show(empty.getChildren().getLast(), !controller.able());
        };
        model.answer.subscribe(a -> follow.run());
        controller.asking().busyProperty().subscribe(b -> follow.run());
        context.model().subscribe(m -> follow.run());
        model.text.subscribe(t -> follow.run());
        return new StackPane(scroll, skeleton, empty);
    }

    /// @return why there are no cards, and what to do
    private String why() {
        if (context.model().get().isEmpty()) {
            return i18n.get("tasks.empty");
        }
        if (!controller.able()) {
            return i18n.get("tasks.none", context.model().get().get().title());
        }
        return model.text.get().isBlank() ? i18n.get("tasks.empty.text") : "";
    }

    private void show(Optional<TasksModel.Answer> answer) {
        answer.ifPresent(a -> {
            banner.hide();
            Map<Task, List<TaskView>> tasks = new LinkedHashMap<>();
            a.views().forEach(v -> tasks.computeIfAbsent(v.task(), _ -> new ArrayList<>()).add(v));
            // what is shown twice comes first, so that no gaps are left between
            cards.show(tasks.values().stream().sorted(Comparator.comparingInt(v -> -v.size()))
                    .map(v -> new TaskCard(i18n, a.input(), v)).toList());
        });
    }

    private void failed(Throwable error) {
        banner.show(error, "tasks.retry", () -> {
            banner.hide();
            controller.ask();
        });
    }

    void choose() {
        PictureDialog.one(context).ifPresent(controller::open);
    }

    void copyCommand() {
        ClipboardContent content = new ClipboardContent();
        content.putString(controller.command());
        Clipboard.getSystemClipboard().setContent(content);
        context.notices().info("inspect.copied");
    }
}
