package org.diptych.app.shell;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import javafx.animation.FadeTransition;
import javafx.scene.Node;
import javafx.scene.Scene;
import javafx.scene.input.DragEvent;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.TransferMode;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.StackPane;
import javafx.stage.Stage;
import org.diptych.app.fx.Motion;
import org.diptych.engine.api.EngineStatus;

/// The window's inside: header, rail, the view in sight, status bar.
public final class Shell extends BorderPane implements Navigator {
    private static final double NARROW = 1200;
    /// Views have the keys 1 to 9 and 0.
    private static final int KEYS = 10;

    /// What a text field does itself.
    private static final Set<String> OWN = Set.of("shell.undo", "shell.redo");

    private final AppContext context;
    private final Map<String, Feature> features = new LinkedHashMap<>();
    private final Map<String, Node> built = new LinkedHashMap<>();
    private final StackPane stage = new StackPane();
    private final Palette palette;
    private final Header header;
    private final Rail rail;
    private final StatusBar status;
    private Optional<Feature> shown = Optional.empty();

    /// @param engine quick to ask
    public Shell(AppContext context, List<Feature> features, Supplier<EngineStatus> engine) {
        this.context = context;
        features.forEach(f -> this.features.put(f.id(), f));
        getStyleClass().add("shell");
        stage.getStyleClass().add("stage");
        palette = new Palette(context.i18n());
        header = new Header(context, this::openPalette);
        rail = new Rail(context.i18n(), features, this::show);
        status = new StatusBar(context.i18n(), context.jobs(), engine);
        setTop(header);
        setLeft(rail);
        setCenter(stage);
        setBottom(status);
        palette.add(commands(features));
        widthProperty().subscribe(w -> rail.setNarrow(w.doubleValue() < NARROW));
        setOnDragOver(this::dragOver);
        setOnDragDropped(this::dropped);
        addEventFilter(KeyEvent.KEY_PRESSED, this::key);
        sceneProperty().subscribe(s -> running(s));
    }

    private void running(Scene scene) {
        if (scene != null) {
            status.start();
        } else {
            status.stop();
        }
    }

    private List<Command> commands(List<Feature> features) {
        List<Command> all = new ArrayList<>();
        for (int i = 0; i < features.size(); i++) {
            Feature feature = features.get(i);
            all.add(Command.of(feature.titleKey(), feature.icon(), "Shortcut+" + (i + 1) % KEYS,
                    () -> show(feature.id())));
        }
        features.forEach(f -> all.addAll(f.commands()));
        all.add(Command.of("shell.find.command", "mdi2m-magnify", "Shortcut+K", this::openPalette));
        all.add(Command.of("shell.undo", "mdi2u-undo", "Shortcut+Z", this::undo));
        all.add(Command.of("shell.redo", "mdi2r-redo", "Shortcut+Shift+Z", this::redo));
        all.add(Command.of("shell.fullscreen", "mdi2f-fullscreen", "F11", this::fullScreen));
        all.add(Command.of("shell.language.switch", "mdi2t-translate", context.i18n()::toggle));
        all.add(Command.of("shell.theme.switch", "mdi2t-theme-light-dark",
                () -> context.theme().set(context.theme().get().other())));
        return all;
    }

    public Palette palette() {
        return palette;
    }

    public Optional<Feature> shown() {
        return shown;
    }

    @Override
    public void show(String id) {
        Feature feature = features.get(id);
        if (feature == null || shown.filter(f -> f == feature).isPresent()) {
            return;
        }
        shown.ifPresent(Feature::onHide);
        Node view = built.computeIfAbsent(id, k -> feature.view());
        shown = Optional.of(feature);
        header.setTitle(feature.titleKey());
        rail.select(id);
        stage.getChildren().setAll(view);
        if (Motion.allowed()) {
            FadeTransition fade = new FadeTransition(Motion.of(120), view);
            fade.setFromValue(0.4);
            fade.setToValue(1);
            fade.play();
        }
        feature.onShow();
        context.settings().update(v -> v.withFeature(id));
    }

    @Override
    public void open(String id, Path file) {
        show(id);
        features.get(id).open(List.of(file));
    }

    @Override
    public void learn(Path set) {
        show(TEACH);
        features.get(TEACH).learn(set);
    }

    @Override
    public void goOn(String run, OptionalInt more) {
        show(TEACH);
        features.get(TEACH).goOn(run, more);
    }

    private void openPalette() {
        if (!palette.isOpen()) {
            palette.open(this);
        }
    }

    private void undo() {
        context.undo().undo().ifPresentOrElse(
                s -> context.notices().info("shell.undone", context.i18n().get(s.titleKey())),
                () -> context.notices().info("shell.undo.nothing"));
    }

    private void redo() {
        context.undo().redo().ifPresentOrElse(
                s -> context.notices().info("shell.redone", context.i18n().get(s.titleKey())),
                () -> context.notices().info("shell.redo.nothing"));
    }

    private void fullScreen() {
        if (getScene().getWindow() instanceof Stage window) {
            window.setFullScreen(!window.isFullScreen());
        }
    }

    /// Commands' keys work anywhere, except that a text field keeps its own undo.
    private void key(KeyEvent event) {
        boolean typing = event.getTarget() instanceof javafx.scene.control.TextInputControl;
        for (Command command : palette.commands()) {
            boolean undo = OWN.contains(command.titleKey());
            if (command.keys().filter(k -> k.match(event)).isPresent() && !(typing && undo)) {
                command.run().run();
                event.consume();
                return;
            }
        }
    }

    private void dragOver(DragEvent event) {
        if (event.getDragboard().hasFiles()) {
            event.acceptTransferModes(TransferMode.COPY);
            event.consume();
        }
    }

    private void dropped(DragEvent event) {
        List<Path> files = event.getDragboard().getFiles().stream().map(File::toPath).toList();
        event.setDropCompleted(open(files));
        event.consume();
    }

    /// Offers files to the view in sight, then to the others in the rail's order.
    ///
    /// @return true when one took them
    public boolean open(List<Path> files) {
        if (shown.isPresent() && shown.get().open(files)) {
            return true;
        }
        for (Feature feature : features.values()) {
            if (shown.filter(f -> f == feature).isEmpty() && feature.open(files)) {
                show(feature.id());
                return true;
            }
        }
        context.notices().info("shell.drop.nothing");
        return false;
    }
}
