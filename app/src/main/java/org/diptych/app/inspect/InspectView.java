package org.diptych.app.inspect;

import java.io.File;
import java.nio.file.Path;
import java.util.Optional;
import javafx.animation.PauseTransition;
import javafx.geometry.Orientation;
import javafx.geometry.Pos;
import javafx.scene.Node;
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
import javafx.util.Duration;
import org.diptych.app.canvas.Input;
import org.diptych.app.canvas.Pixels;
import org.diptych.app.chart.Snapshots;
import org.diptych.app.fx.Drops;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.fx.Waiting;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.app.shell.Navigator;
import org.diptych.app.shell.PictureDialog;
import org.diptych.app.shell.RegionChooser;
import org.diptych.engine.api.EngineException;

/// The view: two panels and a hinge, and every layer and head below.
final class InspectView extends StackPane {
    private static final KeyCombination PASTE = new KeyCodeCombination(KeyCode.V, KeyCombination.SHORTCUT_DOWN);
    private static final Duration PATIENCE = Duration.seconds(1);

    private final AppContext context;
    private final I18n i18n;
    private final InspectModel model = new InspectModel();
    private final InspectController controller;
    private final PicturePanel picture;
    private final WordsPanel words;
    private final ErrorBanner banner;
    private final SplitPane panels;
    private final VBox empty;
    private Optional<TimePane> time = Optional.empty();

    InspectView(AppContext context) {
        this.context = context;
        this.i18n = context.i18n();
        banner = new ErrorBanner(i18n);
        controller = new InspectController(context, model, this::failed);
        picture = new PicturePanel(i18n, model);
        words = new WordsPanel(i18n, model, controller);
        new MapPainter(i18n, model, controller, picture, words);
        getStyleClass().add("view");
        ScrollPane right = new ScrollPane(words);
        right.setFitToWidth(true);
        right.setFitToHeight(true);
        right.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        panels = hinged(Orientation.HORIZONTAL, 0.45, picture, right);
        panels.setId("inspect-panels");
        HeadsPanel heads = new HeadsPanel(i18n, model);
        SplitPane whole = hinged(Orientation.VERTICAL, 0.66, panels, heads);
        VBox.setVgrow(whole, Priority.ALWAYS);
        empty = emptyState();
        getChildren().addAll(new VBox(12, toolbar(), banner, whole), empty);
        model.result.subscribe(r -> r.ifPresent(x -> banner.hide()));
        controller.looking().busyProperty().subscribe(busy -> {
            panels.getStyleClass().remove("stale");
            if (busy && model.result.get().isPresent()) {
                panels.getStyleClass().add("stale");
            }
        });
        addEventHandler(KeyEvent.KEY_PRESSED, e -> {
            if (PASTE.match(e) && !(e.getTarget() instanceof TextInputControl)) {
                paste(Clipboard.getSystemClipboard());
                e.consume();
            }
        });
        Drops.onto(this, this::paste);
    }

    /// Two panes whose shares stay as they were when the window changes its size.
    private static SplitPane hinged(Orientation way, double share, Node first, Node second) {
        SplitPane pane = new SplitPane(first, second);
        pane.setOrientation(way);
        double[] kept = {share};
        pane.setDividerPositions(share);
        pane.getDividers().getFirst().positionProperty().subscribe(at -> {
            Node hinge = pane.lookup(".split-pane-divider");
            if (hinge != null && hinge.isPressed()) {
                kept[0] = at.doubleValue();
            }
        });
        (way == Orientation.HORIZONTAL ? pane.widthProperty() : pane.heightProperty())
                .subscribe(size -> pane.setDividerPositions(kept[0]));
        return pane;
    }

    InspectController controller() {
        return controller;
    }

    private void failed(Throwable error) {
        banner.show(error, "inspect.again", () -> {
            banner.hide();
            controller.look();
        });
    }

    private HBox toolbar() {
        Waiting waiting = new Waiting(i18n,
                controller.looking().busyProperty().or(controller.asking().busyProperty()));
        var open = Ui.button(i18n, "inspect.open", this::choosePicture);
        var scene = Ui.button(i18n, "inspect.scene", controller::anotherScene);
        scene.setId("inspect-scene");
        RegionChooser regions = new RegionChooser(context, "inspect.regions.why", model.regions,
                model.input.map(i -> i.flatMap(Input::scene).isPresent()), controller::chooseRegions,
                controller::openRegions);
        regions.setId("inspect-regions");
        return Ui.row(8, open, scene, regions, waiting, Ui.spring(),
                Ui.iconButton(i18n, "mdi2t-timer-outline", "inspect.time", this::showTime),
                Ui.iconButton(i18n, "mdi2c-console", "inspect.command", this::copyCommand),
                Ui.iconButton(i18n, "mdi2i-image-move", "inspect.export", this::export));
    }

    /// What is seen while no model is in memory and none is on its way.
    private VBox emptyState() {
        VBox box = new VBox(16, Ui.styled(i18n.label("inspect.empty"), "hint"),
                Ui.primary(i18n, "inspect.empty.models", () -> context.navigator().show(Navigator.MODELS)));
        box.setAlignment(Pos.CENTER);
        box.getStyleClass().add("view");
        box.setId("inspect-empty");
        Ui.show(box, false);
        PauseTransition patience = new PauseTransition(PATIENCE);
        patience.setOnFinished(e -> Ui.show(box, context.model().get().isEmpty()));
        context.model().subscribe(m -> {
            patience.stop();
            if (m.isPresent()) {
                Ui.show(box, false);
            } else {
                waitForModel(patience);
            }
        });
        return box;
    }

    private void waitForModel(PauseTransition patience) {
        patience.setOnFinished(e -> {
            if (context.jobs().running().isEmpty()) {
                Ui.show(empty, context.model().get().isEmpty());
            } else {
                patience.playFromStart();
            }
        });
        patience.playFromStart();
    }

    /// Over the view, so that picture and sentence stay as they are.
    void showTime() {
        if (time.isEmpty()) {
            TimePane pane = new TimePane(context, controller, this::failed,
                    () -> time.ifPresent(p -> Ui.show(p, false)));
            time = Optional.of(pane);
            getChildren().add(pane);
        }
        Ui.show(time.get(), true);
        time.get().measure();
    }

    void focus() {
        picture.focus();
    }

    /// Puts the cursor into the sentence.
    void write() {
        words.write();
    }

    void choosePicture() {
        PictureDialog.one(context).ifPresent(this::open);
    }

    void open(Path file) {
        controller.open(file);
    }

    /// Takes a picture, a picture's file or a sentence.
    ///
    /// @return true when there was something of use
    boolean paste(Clipboard from) {
        Optional<Path> file = from.hasFiles()
                ? from.getFiles().stream().map(File::toPath).filter(Input::picture).findFirst()
                : Optional.empty();
        if (file.isPresent()) {
            controller.open(file.get());
        } else if (from.hasImage()) {
            controller.open(Pixels.picture(from.getImage(), "pasted.png"));
        } else if (from.hasString() && !from.getString().isBlank()) {
            controller.say(from.getString());
        } else {
            return false;
        }
        return true;
    }

    void copyCommand() {
        ClipboardContent content = new ClipboardContent();
        content.putString(controller.command());
        Clipboard.getSystemClipboard().setContent(content);
        boolean loose = model.input.get().filter(i -> i.scene().isEmpty() && i.file().isEmpty()).isPresent();
        context.notices().info(loose ? "inspect.copied.loose" : "inspect.copied");
    }

    void export() {
        context.places().file("diptych-look", "png").ifPresent(this::save);
    }

    /// Writes both panels as they are seen.
    void save(Path file) {
        try {
            Snapshots.png(panels, context.theme().get().background(), file);
            context.notices().info("inspect.exported", file.getFileName());
        } catch (EngineException e) {
            failed(e);
        }
    }
}
