package org.diptych.app.ask;

import java.io.File;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javafx.collections.ListChangeListener;
import javafx.geometry.Insets;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.SplitPane;
import javafx.scene.control.TextInputControl;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyCodeCombination;
import javafx.scene.input.KeyCombination;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.canvas.Input;
import org.diptych.app.canvas.Pixels;
import org.diptych.app.fx.Drops;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Subscriptions;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.app.shell.Navigator;
import org.diptych.app.shell.PictureDialog;

/// The view: the picture with its map, the transcript over the line where questions are written, and what else a word might have been.
final class AskView extends StackPane {
    private static final KeyCombination PASTE = new KeyCodeCombination(KeyCode.V, KeyCombination.SHORTCUT_DOWN);

    /// Room for a scroll bar, so that it covers no figures.
    private static final Insets BESIDE_BAR = new Insets(0, 12, 0, 0);

    private final AppContext context;
    private final I18n i18n;
    private final AskModel model;
    private final AskController controller;
    private final ErrorBanner banner;
    private final AskBar bar;
    private final AskPicture picture;
    private final VBox turns = new VBox(12);
    private final ScrollPane transcript = new ScrollPane(turns);
    private final Map<Turn, TurnBox> boxes = new HashMap<>();
    private final Map<Turn, Subscriptions> followed = new HashMap<>();

    AskView(AppContext context) {
        this.context = context;
        i18n = context.i18n();
        model = new AskModel(Ways.of(context.settings().get().choices()));
        banner = new ErrorBanner(i18n);
        controller = new AskController(context, model, banner::show);
        bar = new AskBar(context, model, controller);
        picture = new AskPicture(i18n, model);
        getStyleClass().add("view");
        SplitPane panels = new SplitPane(picture, centre());
        Node side = side();
        Runnable follow = () -> besides(panels, side);
        model.mode.subscribe(m -> follow.run());
        model.place.subscribe(p -> follow.run());
        context.model().subscribe(m -> follow.run());
        VBox.setVgrow(panels, Priority.ALWAYS);
        VBox whole = new VBox(12, toolbar(), banner, panels);
        VBox empty = empty();
        getChildren().addAll(whole, empty);
        context.model().subscribe(m -> Ui.show(empty, m.isEmpty()));
        model.turns.addListener((ListChangeListener<Turn>) change -> rows());
        model.going.subscribe(going -> going.ifPresent(g -> banner.hide()));
        rows();
        addEventFilter(KeyEvent.KEY_PRESSED, this::key);
        Drops.onto(this, this::take);
    }

    /// What stands beside a word is there for words that are written, or were.
    private void besides(SplitPane panels, Node side) {
        boolean there = panels.getItems().contains(side);
        boolean word = model.place.get().filter(p -> !p.turn().words.isEmpty()).isPresent();
        if (controller.writes() || word) {
            if (!there) {
                panels.getItems().add(side);
                panels.setDividerPositions(0.3, 0.75);
            }
        } else if (there || panels.getDividerPositions()[0] == 0.5) {
            panels.getItems().remove(side);
            panels.setDividerPositions(0.4);
        }
    }

    private void key(KeyEvent event) {
        if (event.getCode() == KeyCode.ESCAPE && model.going.get().isPresent()) {
            controller.cancel();
            event.consume();
        } else if (PASTE.match(event) && !(event.getTarget() instanceof TextInputControl)) {
            take(Clipboard.getSystemClipboard());
            event.consume();
        }
    }

    private HBox toolbar() {
        return Ui.row(8, Ui.button(i18n, "inspect.open", this::choosePicture),
                named("ask-scene", Ui.button(i18n, "inspect.scene", controller::anotherScene)),
                named("ask-nopicture", Ui.button(i18n, "ask.nopicture", controller::noPicture)), Ui.spring(),
                Ui.iconButton(i18n, "mdi2c-console", "inspect.command", this::copyCommand),
                named("ask-clear", Ui.button(i18n, "ask.clear", controller::clear)));
    }

    private static Node named(String id, Node node) {
        node.setId(id);
        return node;
    }

    private VBox centre() {
        turns.setPadding(BESIDE_BAR);
        transcript.setFitToWidth(true);
        transcript.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        transcript.setId("ask-transcript");
        Label hint = Ui.styled(Ui.wrapped(new Label()), "hint");
        hint.setId("ask-hint");
        hint.textProperty().bind(i18n.compute(() -> i18n.get(switch (model.mode.get()) {
            case MATCH -> "ask.empty.match";
            case FILL -> "ask.empty.fill";
            default -> "ask.empty";
        }), model.mode));
        hint.setMaxWidth(360);
        StackPane hinted = new StackPane(hint, transcript);
        VBox.setVgrow(hinted, Priority.ALWAYS);
        model.turns.addListener((ListChangeListener<Turn>) change -> Ui.show(hint, model.turns.isEmpty()));
        turns.heightProperty().subscribe(h -> {
            if (model.going.get().isPresent()) {
                transcript.setVvalue(1); // what is being written stays in sight
            }
        });
        VBox centre = new VBox(12, hinted, bar);
        centre.setMinWidth(320);
        return Ui.styled(centre, "panel");
    }

    private Node side() {
        VBox side = new VBox(24, new RivalsPane(i18n, model), new WaysPane(i18n, model));
        side.setPadding(BESIDE_BAR);
        ScrollPane scroll = new ScrollPane(side);
        scroll.setFitToWidth(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        StackPane panel = new StackPane(scroll);
        panel.setMinWidth(240);
        return Ui.styled(panel, "panel");
    }

    /// What is seen while no model is open.
    private VBox empty() {
        VBox box = new VBox(16, Ui.styled(i18n.label("ask.empty.model"), "hint"),
                Ui.primary(i18n, "inspect.empty.models", () -> context.navigator().show(Navigator.MODELS)));
        box.setAlignment(Pos.CENTER);
        box.getStyleClass().add("view");
        box.setId("ask-empty");
        return box;
    }

    /// One box a turn; boxes that are there already stay.
    private void rows() {
        for (Turn gone : List.copyOf(boxes.keySet())) {
            if (!model.turns.contains(gone)) {
                boxes.remove(gone);
                followed.remove(gone).close();
            }
        }
        for (Turn turn : model.turns) {
            if (!boxes.containsKey(turn)) {
                TurnBox box = new TurnBox(i18n, model, controller, turn);
                Subscriptions until = new Subscriptions();
                box.follow(until);
                until.add(turn.rests.subscribe(r -> picture.draw()));
                boxes.put(turn, box);
                followed.put(turn, until);
            }
        }
        turns.getChildren().setAll(model.turns.stream().map(boxes::get).toList());
    }

    AskController controller() {
        return controller;
    }

    /// Puts the cursor where questions are written.
    void write() {
        bar.write();
    }

    void choosePicture() {
        PictureDialog.one(context).ifPresent(controller::open);
    }

    /// The command of the turn that is looked at, or of the last one.
    void copyCommand() {
        Optional<Turn> turn = model.place.get().map(AskModel.Place::turn)
                .or(() -> model.turns.isEmpty() ? Optional.empty() : Optional.of(model.turns.getLast()));
        turn.ifPresentOrElse(t -> {
            ClipboardContent content = new ClipboardContent();
            content.putString(AskCommands.of(t));
            Clipboard.getSystemClipboard().setContent(content);
            boolean loose = t.input().filter(i -> i.scene().isEmpty() && i.file().isEmpty()).isPresent();
            context.notices().info(loose ? "inspect.copied.loose" : "inspect.copied");
        }, () -> context.notices().info("ask.command.none"));
    }

    /// Takes a picture, a picture's file or a question.
    ///
    /// @return true when there was something of use
    boolean take(Clipboard from) {
        Optional<Path> file = from.hasFiles()
                ? from.getFiles().stream().map(File::toPath).filter(Input::picture).findFirst()
                : Optional.empty();
        if (file.isPresent()) {
            controller.open(file.get());
        } else if (from.hasImage()) {
            controller.open(Pixels.picture(from.getImage(), "pasted.png"));
        } else if (from.hasString() && !from.getString().isBlank()) {
            model.text.set(from.getString().replaceAll("\\s+", " ").strip());
        } else {
            return false;
        }
        return true;
    }
}
