package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import javafx.application.Platform;
import javafx.beans.property.SimpleObjectProperty;
import javafx.embed.swing.SwingFXUtils;
import javafx.scene.Scene;
import javafx.stage.Stage;
import javax.imageio.ImageIO;
import org.diptych.app.chart.ChartFonts;
import org.diptych.app.fx.Fonts;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Theme;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Jobs;
import org.diptych.app.shell.Models;
import org.diptych.app.shell.Navigator;
import org.diptych.app.shell.Notices;
import org.diptych.app.shell.Places;
import org.diptych.app.shell.Settings;
import org.diptych.app.shell.Shell;
import org.diptych.app.shell.UndoStack;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineStatus;
import org.diptych.engine.api.Texts;

/// A window with the program's shell, without an engine behind it.
final class FxStage {
    private static final Path OUT = Path.of("target", "screenshots");
    private static final int[][] SIZES = {{1440, 900}, {1024, 700}};
    private static boolean started;

    final I18n i18n = new I18n(Locale.ENGLISH);
    final SimpleObjectProperty<Theme> theme = new SimpleObjectProperty<>(Theme.LIGHT);
    final Settings settings;
    final Notices notices = new Notices(i18n);
    final Jobs jobs = new Jobs(notices);
    final UndoStack undo = new UndoStack();
    final Models models = new Models();
    /// Views that compute need one; the shell does not.
    Optional<Engine> engine = Optional.empty();
    /// What a person would choose who is asked where something is to be written; nothing when the dialog is left.
    Optional<Path> chosen = Optional.empty();
    Stage stage;
    Scene scene;
    Shell shell;

    FxStage(Path folder) {
        settings = Settings.read(folder);
    }

    static synchronized void startToolkit() throws Exception {
        if (!started) {
            CompletableFuture<Void> up = new CompletableFuture<>();
            try {
                Platform.startup(() -> up.complete(null));
            } catch (IllegalStateException alreadyUp) {
                up.complete(null);
            }
            up.get(30, TimeUnit.SECONDS);
            Platform.setImplicitExit(false);
            ChartFonts.register();
            call(() -> {
                Fonts.register();
                return null;
            });
            started = true;
        }
    }

    static <T> T call(Callable<T> body) throws Exception {
        if (Platform.isFxApplicationThread()) {
            return body.call();
        }
        CompletableFuture<T> done = new CompletableFuture<>();
        Platform.runLater(() -> {
            try {
                done.complete(body.call());
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        return done.get(60, TimeUnit.SECONDS);
    }

    /// Lets a few pulses go by.
    static void settle() throws Exception {
        for (int i = 0; i < 2; i++) {
            CompletableFuture<Void> pulse = new CompletableFuture<>();
            Platform.runLater(() -> {
                javafx.animation.PauseTransition pause = new javafx.animation.PauseTransition(
                        javafx.util.Duration.millis(60));
                pause.setOnFinished(e -> pulse.complete(null));
                pause.play();
            });
            pulse.get(30, TimeUnit.SECONDS);
        }
    }

    /// Opens the window with these views.
    void open(double width, double height, Function<AppContext, List<Feature>> features) throws Exception {
        call(() -> {
            theme.subscribe(Theme::apply);
            AtomicReference<Shell> made = new AtomicReference<>();
            AppContext context = new AppContext(engine.orElse(null), i18n, theme, settings, notices, jobs, undo, models,
                    new SimpleObjectProperty<>(Optional.empty()), new Navigator() {
                        @Override
                        public void show(String feature) {
                            made.get().show(feature);
                        }

                        @Override
                        public void open(String feature, Path file) {
                            made.get().open(feature, file);
                        }

                        @Override
                        public void learn(Path set) {
                            made.get().learn(set);
                        }

                        @Override
                        public void goOn(String run, OptionalInt more) {
                            made.get().goOn(run, more);
                        }
                    }, () -> stage, new Places() {
                        @Override
                        public Optional<Path> file(String name, String ending) {
                            return chosen.map(file -> Places.ended(file, ending));
                        }

                        @Override
                        public Optional<Path> folder() {
                            return chosen;
                        }
                    }, folder -> {
                    });
            shell = new Shell(context, features.apply(context),
                    () -> new EngineStatus("CPU", 2, 412L << 20, 0, 0));
            made.set(shell);
            scene = new Scene(shell, width, height);
            Workbench.dress(scene);
            stage = new Stage();
            stage.setScene(scene);
            stage.setWidth(width);
            stage.setHeight(height);
            stage.show();
            notices.setOwner(stage);
            return null;
        });
        settle();
    }

    /// Waits, a few pulses at a time, until it holds.
    static void await(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!call(condition)) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            settle();
        }
    }

    /// @return texts that are cut off in what is shown now, a picture of which lies in `target/screenshots` to be looked at
    List<String> shoot(String name) throws Exception {
        settle();
        return call(() -> {
            String file = name + "-" + (int) scene.getWidth() + "-" + theme.get().name().toLowerCase(Locale.ROOT) + "-"
                    + i18n.locale().getLanguage() + ".png";
            Files.createDirectories(OUT);
            ImageIO.write(SwingFXUtils.fromFXImage(scene.snapshot(null), null), "png", OUT.resolve(file).toFile());
            return Cuts.of(shell).stream().map(cut -> file + ": " + cut).toList();
        });
    }

    /// Both sizes, themes and languages of what is shown, in none of which a text is cut off.
    void shootAll(String name) throws Exception {
        List<String> cuts = new ArrayList<>();
        for (int[] size : SIZES) {
            resize(size);
            cuts.addAll(shootLooks(name));
        }
        resize(SIZES[0]);
        settle();
        assertThat(cuts).isEmpty();
    }

    /// As [#shoot], in both themes and languages; it ends as the window began, light and in English.
    List<String> shootLooks(String name) throws Exception {
        List<String> cuts = new ArrayList<>();
        for (Theme each : Theme.values()) {
            for (Texts texts : List.of(Texts.ENGLISH, Texts.CHINESE)) {
                dress(each, texts);
                settle();
                cuts.addAll(shoot(name));
            }
        }
        dress(Theme.LIGHT, Texts.ENGLISH);
        settle();
        return cuts;
    }

    private void dress(Theme look, Texts texts) throws Exception {
        call(() -> {
            theme.set(look);
            i18n.textsProperty().set(texts);
            return null;
        });
    }

    private void resize(int[] size) throws Exception {
        call(() -> {
            stage.setWidth(size[0]);
            stage.setHeight(size[1]);
            return null;
        });
    }

    void close() throws Exception {
        call(() -> {
            settings.close(); // else they are written while a test's folder is taken away
            stage.close();
            return null;
        });
    }
}
