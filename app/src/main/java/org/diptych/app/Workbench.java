package org.diptych.app;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javafx.animation.PauseTransition;
import javafx.application.Application;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.geometry.Rectangle2D;
import javafx.scene.Scene;
import javafx.scene.image.Image;
import javafx.stage.Screen;
import javafx.stage.Stage;
import javafx.util.Duration;
import org.diptych.app.ask.AskFeature;
import org.diptych.app.capfilt.CapFiltFeature;
import org.diptych.app.catalog.CatalogFeature;
import org.diptych.app.chart.ChartFonts;
import org.diptych.app.chart.FirstChart;
import org.diptych.app.contrast.ContrastFeature;
import org.diptych.app.data.DataFeature;
import org.diptych.app.finetune.TeachFeature;
import org.diptych.app.fx.Fonts;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Motion;
import org.diptych.app.fx.Startup;
import org.diptych.app.fx.Theme;
import org.diptych.app.inspect.InspectFeature;
import org.diptych.app.runs.RunsFeature;
import org.diptych.app.settings.SettingsFeature;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Jobs;
import org.diptych.app.shell.Models;
import org.diptych.app.shell.Navigator;
import org.diptych.app.shell.Notices;
import org.diptych.app.shell.Places;
import org.diptych.app.shell.Settings;
import org.diptych.app.shell.Shell;
import org.diptych.app.shell.StartPane;
import org.diptych.app.shell.UndoStack;
import org.diptych.app.tasks.TasksFeature;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.Texts;

/// Where everything meets: settings, language, engine, views. The window shows at once; the engine starts behind it.
public final class Workbench extends Application {
    private static final String CSS = "/org/diptych/css/app.css";
    private static final Duration CALM = Duration.seconds(2);
    private static final double LEAST_WIDTH = 1024;
    private static final double LEAST_HEIGHT = 700;

    private Settings settings;
    private I18n i18n;
    private ObjectProperty<Theme> theme;
    private Notices notices;
    private Stage stage;
    private Scene scene;
    private Optional<Engine> engine = Optional.empty();

    /// What was begun before the window.
    ///
    /// @param quick true when the native library lies unpacked already
    private record Woken(Settings settings, boolean quick, CompletableFuture<Engine> engine) {
    }

    private static Optional<Woken> woken = Optional.empty();

    /// Begins with what takes longest before the window's own libraries are loaded: the two do not wait for each other.
    static void wakeEngine() {
        woken = Optional.of(wake(Settings.read(EngineOptions.defaults().data())));
    }

    private static Woken wake(Settings settings) {
        EngineOptions options = settings.engineOptions();
        boolean quick = Engine.startsQuickly(options);
        GpuLibraries.allow(settings.get().gpuLibraries().equals("download"));
        return new Woken(settings, quick, CompletableFuture.supplyAsync(() -> {
            try {
                return Engine.start(options);
            } catch (EngineException e) {
                throw new CompletionException(e);
            }
        }));
    }

    @Override
    public void start(Stage primary) {
        stage = primary;
        Woken first = woken.orElseGet(() -> wake(Settings.read(EngineOptions.defaults().data())));
        woken = Optional.empty();
        settings = first.settings();
        i18n = new I18n(Locale.of(settings.get().language()));
        theme = new SimpleObjectProperty<>(settings.get().theme());
        notices = new Notices(i18n);
        Fonts.register();
        remember();
        StartPane start = new StartPane(i18n);
        scene = new Scene(start, 1440, 900);
        dress(scene);
        stage.setScene(scene);
        stage.titleProperty().bind(i18n.text("shell.title"));
        for (int side : new int[]{32, 64, 128, 256}) {
            stage.getIcons().add(new Image(Workbench.class.getResourceAsStream("/org/diptych/icons/" + side + ".png")));
        }
        stage.setMinWidth(LEAST_WIDTH);
        stage.setMinHeight(LEAST_HEIGHT);
        place(settings.get().window());
        notices.setOwner(stage);
        stage.show();
        Startup.reached(Startup.Point.WINDOW);
        startEngine(start, first);
    }

    /// Gives a scene the program's style sheet.
    public static void dress(Scene scene) {
        scene.getStylesheets().add(Workbench.class.getResource(CSS).toExternalForm());
    }

    private void remember() {
        theme.subscribe(t -> {
            t.apply();
            settings.update(v -> v.withTheme(t));
        });
        i18n.textsProperty()
                .subscribe(t -> settings.update(v -> v.withLanguage(t == Texts.CHINESE ? "zh" : "en")));
        Motion.wantedProperty().set(settings.get().motion());
    }

    private void place(Settings.Bounds bounds) {
        boolean visible = bounds.width() > 0
                && !Screen.getScreensForRectangle(bounds.x(), bounds.y(), bounds.width(), bounds.height()).isEmpty();
        if (visible) {
            stage.setX(bounds.x());
            stage.setY(bounds.y());
            stage.setWidth(bounds.width());
            stage.setHeight(bounds.height());
            stage.setMaximized(bounds.maximized());
        } else {
            Rectangle2D screen = Screen.getPrimary().getVisualBounds();
            stage.setWidth(Math.max(LEAST_WIDTH, Math.min(1440, screen.getWidth())));
            stage.setHeight(Math.max(LEAST_HEIGHT, Math.min(900, screen.getHeight())));
        }
    }

    private void startEngine(StartPane pane, Woken begun) {
        pane.begin(!begun.quick());
        CompletableFuture<Void> fonts = CompletableFuture.runAsync(ChartFonts::register);
        Fx.deliver(begun.engine().thenCombine(fonts, (started, _) -> started), this::open,
                error -> pane.fail(error, () -> {
                    // what was asked for beyond the library that ships may be what failed
                    settings.update(v -> v.withGpuLibraries("none").withDevice("auto"));
                    startEngine(pane, wake(settings));
                }));
    }

    private void open(Engine started) {
        engine = Optional.of(started);
        Models models = new Models();
        models.refresh(started.loaded());
        Later navigator = new Later();
        AppContext context = new AppContext(started, i18n, theme, settings, notices, new Jobs(notices),
                new UndoStack(), models, new SimpleObjectProperty<>(Optional.empty()), navigator, () -> stage,
                Places.asked(() -> stage), folder -> getHostServices().showDocument(folder.toUri().toString()));
        started.first()
                .ifPresent(id -> context.jobs().run(started.load(new LoadRequest(id)), models::add));
        Shell shell = new Shell(context, features(context), started::status);
        navigator.shell = Optional.of(shell);
        scene.setRoot(shell);
        Startup.reached(Startup.Point.VIEWS);
        shell.show(settings.get().feature());
        if (shell.shown().isEmpty()) {
            shell.show(Navigator.LOOK);
        }
        // once the first map is there, so that it does not have to share the processor
        PauseTransition later = new PauseTransition(CALM);
        later.setOnFinished(e -> CompletableFuture.runAsync(FirstChart::draw));
        later.play();
    }

    /// The rail, top to bottom.
    public static List<Feature> features(AppContext context) {
        Engine engine = context.engine();
        return List.of(new CatalogFeature(context, engine.catalog(), engine::implemented, engine::bundled),
                new InspectFeature(context), new AskFeature(context), new ContrastFeature(context),
                new TasksFeature(context), new CapFiltFeature(context), new DataFeature(context),
                new TeachFeature(context), new RunsFeature(context), new SettingsFeature(context));
    }

    /// The navigator that views are handed before the shell, which needs them, exists.
    private static final class Later implements Navigator {
        private Optional<Shell> shell = Optional.empty();

        @Override
        public void show(String feature) {
            shell.ifPresent(s -> s.show(feature));
        }

        @Override
        public void open(String feature, Path file) {
            shell.ifPresent(s -> s.open(feature, file));
        }

        @Override
        public void learn(Path set) {
            shell.ifPresent(s -> s.learn(set));
        }

        @Override
        public void goOn(String run, OptionalInt more) {
            shell.ifPresent(s -> s.goOn(run, more));
        }
    }

    @Override
    public void stop() {
        if (stage != null && !stage.isFullScreen()) {
            settings.update(v -> v.withWindow(stage.isMaximized()
                    ? new Settings.Bounds(v.window().x(), v.window().y(), v.window().width(), v.window().height(), true)
                    : new Settings.Bounds(stage.getX(), stage.getY(), stage.getWidth(), stage.getHeight(), false)));
        }
        settings.close();
        engine.ifPresent(Engine::close);
    }
}
