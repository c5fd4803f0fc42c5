package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javafx.application.Platform;
import javafx.embed.swing.SwingFXUtils;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.DialogPane;
import javafx.scene.control.Labeled;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Slider;
import javafx.scene.control.TextArea;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.stage.Window;
import javax.imageio.ImageIO;
import org.diptych.app.fx.Theme;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.Texts;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.TrainingControl;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/// A whole window with an engine behind it, and what a hand does in it.
abstract class WindowTest {
    private static final Path OUT = Path.of("target", "screenshots");
    private static final double ABOVE = 80;
    /// Teach with all its settings in sight, as someone left it who knows them.
    static final Map<String, String> WHOLE_FORM = Map.of("teach.form", "advanced", "teach.group.data", "open",
            "teach.group.lessons", "open", "teach.group.learns", "open", "teach.group.batch", "open",
            "teach.group.optimizer", "open", "teach.group.run", "open", "teach.group.moments", "open");

    @TempDir
    static Path data;
    static Engine engine;

    @TempDir
    Path folder;
    FxStage window;

    @BeforeAll
    static void startEngine() throws Exception {
        FxStage.startToolkit();
        engine = Engine.start(new EngineOptions("cpu", 1, data, Optional.empty()));
    }

    @AfterAll
    static void closeEngine() {
        engine.close();
    }

    @BeforeEach
    void openWindow() throws Exception {
        window = new FxStage(folder.resolve("settings"));
        window.engine = Optional.of(engine);
        FxStage.call(() -> {
            window.settings.update(v -> v.withChoices(WHOLE_FORM));
            return null;
        });
        prepare();
        window.open(1440, 900, Workbench::features);
    }

    /// Called before the window opens.
    void prepare() throws Exception {
    }

    @AfterEach
    void closeWindow() throws Exception {
        window.close();
    }

    void show(String view) throws Exception {
        FxStage.call(() -> {
            window.shell.show(view);
            return null;
        });
        FxStage.settle();
    }

    @SuppressWarnings("unchecked")
    <N extends Node> N find(String id) {
        N node = (N) window.scene.lookup("#" + id);
        assertThat(node).as(id).isNotNull();
        return node;
    }

    String text(String id) throws Exception {
        return FxStage.call(() -> ((Labeled) find(id)).getText());
    }

    void fire(String id) throws Exception {
        FxStage.call(() -> {
            ButtonBase button = find(id);
            assertThat(button.isDisabled()).as(id + " is disabled").isFalse();
            button.fire();
            return null;
        });
    }

    void key(String id, KeyCode code) throws Exception {
        FxStage.call(() -> {
            find(id).fireEvent(new KeyEvent(KeyEvent.KEY_PRESSED, "", "", code, false, false, false, false));
            return null;
        });
    }

    void slide(String id, double to) throws Exception {
        FxStage.call(() -> {
            ((Slider) find(id)).setValue(to);
            return null;
        });
    }

    static DialogPane dialog() throws Exception {
        DialogPane[] found = new DialogPane[1];
        FxStage.await("the dialog", () -> {
            Window.getWindows().stream().map(w -> w.getScene().getRoot()).filter(DialogPane.class::isInstance)
                    .findFirst().ifPresent(d -> found[0] = (DialogPane) d);
            return found[0] != null;
        });
        return found[0];
    }

    static boolean can(DialogPane dialog) {
        return !dialog.lookupButton(dialog.getButtonTypes().getFirst()).isDisabled();
    }

    /// @return why the first button is off, or nothing
    static String why(DialogPane dialog) {
        Labeled label = (Labeled) dialog.lookup("#dialog-why");
        return label.isVisible() ? label.getText() : "";
    }

    static void press(DialogPane dialog, int button) throws Exception {
        FxStage.call(() -> {
            ((Button) dialog.lookupButton(dialog.getButtonTypes().get(button))).fire();
            return null;
        });
        FxStage.settle();
    }

    /// A CLIP that learnt and went again; its run has moments of two pairs every ten steps.
    static RunSummary taught(int steps) throws Exception {
        FineTunePlan plan = engine.plan("clip").stretched(steps).withBatch(32).withMoments(
                new FineTunePlan.Watch(10, 32, 1, List.of(0, 3)));
        TrainingControl run = engine.fineTune(plan).result().toCompletableFuture().join();
        RunSummary end = run.job().result().toCompletableFuture().join();
        run.restore().result().toCompletableFuture().join();
        engine.unload(run.model()).result().toCompletableFuture().join();
        return end;
    }

    /// Light and dark, in English and Chinese, each as a picture in which no text is cut off.
    void shoot(DialogPane dialog, String name) throws Exception {
        Window shown = dialog.getScene().getWindow();
        assertThat(shown.getWidth()).isLessThanOrEqualTo(1024);
        assertThat(shown.getHeight()).isLessThanOrEqualTo(700);
        List<String> cuts = new ArrayList<>(shoot(dialog, name, Theme.DARK, Texts.CHINESE));
        cuts.addAll(shoot(dialog, name, Theme.LIGHT, Texts.ENGLISH));
        assertThat(cuts).isEmpty();
    }

    private List<String> shoot(DialogPane dialog, String name, Theme theme, Texts texts) throws Exception {
        FxStage.call(() -> {
            window.theme.set(theme);
            window.i18n.textsProperty().set(texts);
            return null;
        });
        FxStage.settle();
        return FxStage.call(() -> {
            Files.createDirectories(OUT);
            String file = name + "-" + theme.name().toLowerCase(Locale.ROOT) + "-" + texts.locale().getLanguage()
                    + ".png";
            ImageIO.write(SwingFXUtils.fromFXImage(dialog.getScene().snapshot(null), null), "png",
                    OUT.resolve(file).toFile());
            return Cuts.of(dialog).stream().map(cut -> file + ": " + cut).toList();
        });
    }

    /// @param to what the plan in Teach's form becomes, `null` to leave it
    /// @return the plan as its dialog showed it
    String teachPlan(String to) throws Exception {
        Platform.runLater(() -> ((Button) find("teach-plan")).fire());
        DialogPane dialog = dialog();
        TextArea area = FxStage.call(() -> (TextArea) dialog.lookup("#plan-text"));
        String text = FxStage.call(area::getText);
        int button = to == null ? 2 : 1;
        if (to != null) {
            FxStage.call(() -> {
                area.setText(to);
                return null;
            });
        }
        FxStage.await("a sound plan",
                () -> !dialog.lookupButton(dialog.getButtonTypes().get(button)).isDisabled());
        FxStage.call(() -> {
            ((Button) dialog.lookupButton(dialog.getButtonTypes().get(button))).fire();
            return null;
        });
        FxStage.await("no dialog", () -> Window.getWindows().stream().map(w -> w.getScene().getRoot())
                .noneMatch(DialogPane.class::isInstance));
        return text;
    }

    /// Brings a part of a scrolled form into sight.
    void scrollTo(String id) throws Exception {
        FxStage.call(() -> {
            Node up = find(id);
            while (!(up instanceof ScrollPane)) {
                up = up.getParent();
            }
            ScrollPane pane = (ScrollPane) up;
            double top = pane.getContent().sceneToLocal(find(id).localToScene(0, 0)).getY();
            pane.setVvalue((top - ABOVE)
                    / (pane.getContent().getLayoutBounds().getHeight() - pane.getViewportBounds().getHeight()));
            return null;
        });
    }
}
