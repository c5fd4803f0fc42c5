package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import javafx.application.Application;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.Labeled;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import org.diptych.app.fx.Theme;
import org.diptych.app.shell.Command;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Settings;
import org.diptych.app.shell.UndoStack;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Progress;
import org.diptych.engine.api.Texts;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The window around the views.
@Tag("fx")
class ShellTest {
    @TempDir
    Path folder;
    private FxStage window;
    private final Probe first = new Probe("models", "catalog.title", "one.pth");
    private final Probe second = new Probe("settings", "settings.title", "two.png");

    /// A view that writes down what happens to it.
    private static final class Probe implements Feature {
        private final String id;
        private final String title;
        private final String takes;
        private final AtomicInteger shown = new AtomicInteger();
        private final AtomicInteger ran = new AtomicInteger();

        Probe(String id, String title, String takes) {
            this.id = id;
            this.title = title;
            this.takes = takes;
        }

        @Override
        public String id() {
            return id;
        }

        @Override
        public String icon() {
            return "mdi2c-cog-outline";
        }

        @Override
        public String titleKey() {
            return title;
        }

        @Override
        public Node view() {
            return new Label(id);
        }

        @Override
        public void onShow() {
            shown.incrementAndGet();
        }

        @Override
        public List<Command> commands() {
            return List.of(Command.of("catalog.back", "mdi2a-arrow-left", "Shortcut+B", ran::incrementAndGet));
        }

        @Override
        public boolean open(List<Path> files) {
            return files.stream().anyMatch(f -> f.endsWith(takes));
        }
    }

    @BeforeAll
    static void toolkit() throws Exception {
        FxStage.startToolkit();
    }

    @BeforeEach
    void open() throws Exception {
        window = new FxStage(folder);
        window.open(1300, 800, context -> List.of(first, second));
        FxStage.call(() -> {
            window.shell.show("models");
            return null;
        });
    }

    @AfterEach
    void close() throws Exception {
        window.close();
    }

    private String shown() {
        return window.shell.shown().map(Feature::id).orElse("");
    }

    private void press(KeyCode code, boolean control) throws Exception {
        FxStage.call(() -> {
            Node target = Optional.ofNullable(window.scene.getFocusOwner()).orElse(window.shell);
            target.fireEvent(new KeyEvent(KeyEvent.KEY_PRESSED, "", "", code, false, control, false, false));
            return null;
        });
        FxStage.settle();
    }

    @Test
    void railAndKeysGoToViews() throws Exception {
        assertThat(shown()).isEqualTo("models");
        FxStage.call(() -> {
            ((ToggleButton) window.scene.lookup("#rail-settings")).fire();
            return null;
        });
        assertThat(shown()).isEqualTo("settings");
        assertThat(second.shown).hasValue(1);
        press(KeyCode.DIGIT1, true);
        assertThat(shown()).isEqualTo("models");
        assertThat(first.shown).hasValue(2);
        assertThat(window.settings.get().feature()).isEqualTo("models");
    }

    @Test
    void everyTextFollowsTheLanguage() throws Exception {
        Label title = (Label) window.scene.lookup(".view-title");
        assertThat(title.getText()).isEqualTo("Models");
        FxStage.call(() -> {
            ((Button) window.scene.lookup("#language")).fire();
            return null;
        });
        assertThat(title.getText()).isEqualTo("模型");
        assertThat(((Labeled) window.scene.lookup("#rail-settings")).getText()).isEqualTo("设置");
        assertThat(((Label) window.scene.lookup("#status-device")).getText()).contains("线程");
    }

    @Test
    void themeChangesAtOnce() throws Exception {
        String light = FxStage.call(Application::getUserAgentStylesheet);
        FxStage.call(() -> {
            ((Button) window.scene.lookup("#theme")).fire();
            return null;
        });
        assertThat(window.theme.get()).isEqualTo(Theme.DARK);
        assertThat(FxStage.call(Application::getUserAgentStylesheet)).isNotEqualTo(light).contains("dark");
    }

    @Test
    void thePaletteFindsCommandsInBothLanguages() throws Exception {
        press(KeyCode.K, true);
        assertThat(FxStage.call(window.shell.palette()::isOpen)).isTrue();
        assertThat(window.shell.palette().commands()).extracting(Command::titleKey).contains("catalog.title",
                "settings.title", "shell.undo", "shell.fullscreen", "catalog.back");
        press(KeyCode.B, true);
        assertThat(first.ran.get() + second.ran.get()).isEqualTo(1);
    }

    @Test
    void undoTakesBackTheNewestStep() throws Exception {
        AtomicInteger value = new AtomicInteger(2);
        FxStage.call(() -> {
            window.undo.push("catalog.back", () -> value.set(0));
            window.undo.push("catalog.back", () -> value.set(1));
            return null;
        });
        press(KeyCode.Z, true);
        assertThat(value).hasValue(1);
        press(KeyCode.Z, true);
        assertThat(value).hasValue(0);
        press(KeyCode.Z, true);
        assertThat(window.notices.last()).contains("There is nothing to undo");
    }

    @Test
    void redoDoesAgainWhatWasTakenBackUntilSomethingNewIsDone() throws Exception {
        AtomicInteger value = new AtomicInteger(2);
        FxStage.call(() -> {
            window.undo.push("catalog.back", () -> value.set(0), () -> value.set(1));
            window.undo.push("catalog.back", () -> value.set(1), () -> value.set(2));
            window.undo.undo();
            window.undo.undo();
            return null;
        });
        assertThat(value).hasValue(0);
        FxStage.call(() -> {
            window.shell.fireEvent(new KeyEvent(KeyEvent.KEY_PRESSED, "", "", KeyCode.Z, true, true, false, false));
            return null;
        });
        assertThat(value).hasValue(1);
        FxStage.call(() -> window.undo.redo());
        assertThat(value).hasValue(2);
        assertThat(FxStage.call(() -> window.undo.redo())).as("nothing is left").isEmpty();
        FxStage.call(() -> {
            window.undo.undo();
            window.undo.push("catalog.back", () -> value.set(1));
            return null;
        });
        assertThat(FxStage.call(() -> window.undo.redo())).as("something else was done since").isEmpty();
        FxStage.call(() -> {
            window.undo.undo();
            return window.undo.undo();
        });
        assertThat(value).as("what was done again is taken back again").hasValue(0);
    }

    @Test
    void aMessagesUndoTakesBackItsOwnStepAndOnlyOnce() throws Exception {
        AtomicInteger older = new AtomicInteger();
        AtomicInteger newer = new AtomicInteger();
        FxStage.call(() -> {
            UndoStack.Step step = window.undo.push("catalog.back", older::incrementAndGet);
            window.undo.push("catalog.back", newer::incrementAndGet);
            window.undo.undo(step);
            window.undo.undo(step);
            window.undo.undo();
            window.undo.undo();
            return null;
        });
        assertThat(older).hasValue(1);
        assertThat(newer).hasValue(1);
        assertThat(window.undo.nextProperty().get()).isEmpty();
    }

    @Test
    void droppedFilesFindTheirView() throws Exception {
        assertThat(FxStage.call(() -> window.shell.open(List.of(Path.of("two.png"))))).isTrue();
        assertThat(shown()).isEqualTo("settings");
        assertThat(FxStage.call(() -> window.shell.open(List.of(Path.of("three.txt"))))).isFalse();
        assertThat(window.notices.last()).contains("None of these files is a picture or a checkpoint");
    }

    @Test
    void anErrorSaysWhatWhyAndWhatToDoInTheLanguageOfTheMoment() throws Exception {
        ErrorBanner banner = FxStage.call(() -> new ErrorBanner(window.i18n));
        AtomicInteger pressed = new AtomicInteger();
        FxStage.call(() -> {
            assertThat(banner.isManaged()).isFalse();
            banner.show(new EngineException("work.libtorch", "/opt/torch"), "shell.start.retry",
                    pressed::incrementAndGet);
            return null;
        });
        assertThat(texts(banner)).contains("/opt/torch is not a libtorch folder.",
                "Choose the folder that was unpacked from the libtorch 2.7.1 archive.");
        FxStage.call(() -> {
            window.i18n.textsProperty().set(Texts.CHINESE);
            return null;
        });
        assertThat(texts(banner)).anyMatch(t -> t.contains("/opt/torch") && t.codePoints().anyMatch(c -> c > 0x4e00));
        FxStage.call(() -> {
            banner.lookupAll(".button").stream().map(Button.class::cast).filter(b -> "再试一次".equals(b.getText()))
                    .findFirst().orElseThrow().fire();
            banner.hide();
            return null;
        });
        assertThat(pressed).hasValue(1);
        assertThat(banner.isManaged()).isFalse();
    }

    private static List<String> texts(ErrorBanner banner) throws Exception {
        return FxStage.call(() -> banner.lookupAll(".label").stream().map(n -> ((Label) n).getText()).toList());
    }

    /// Work that ends when the test says so.
    private static final class Work implements JobHandle<String> {
        private final CompletableFuture<String> result = new CompletableFuture<>();

        @Override
        public long id() {
            return 1;
        }

        @Override
        public Message title() {
            return Message.of("catalog.open");
        }

        @Override
        public State state() {
            return State.RUNNING;
        }

        @Override
        public Progress progress() {
            return new Progress(Message.of("catalog.parts"), 840, 2000, 61);
        }

        @Override
        public void cancel() {
            result.cancel(false);
        }

        @Override
        public CompletionStage<String> result() {
            return result;
        }
    }

    @Test
    void workOfMoreThanAMomentIsShownAndCanBeCancelled() throws Exception {
        Work work = new Work();
        FxStage.call(() -> window.jobs.run(work, value -> {
        }));
        Label status = (Label) window.scene.lookup("#status-work");
        assertThat(status.getParent().isVisible()).isFalse();
        Thread.sleep(1200);
        FxStage.settle();
        assertThat(status.getText()).contains("Open a checkpoint").contains("840/2000").contains("61/s")
                .contains("19 s left");
        FxStage.call(() -> {
            ((Button) window.scene.lookup("#status-cancel")).fire();
            return null;
        });
        assertThat(work.result).isCancelled();
        FxStage.settle();
        assertThat(FxStage.call(() -> window.jobs.running().size())).isZero();
    }

    @Test
    void settingsOutliveTheProgramAndDamage() throws Exception {
        FxStage.call(() -> {
            window.settings.update(v -> v.withThreads(3).withLanguage("zh"));
            window.settings.save();
            return null;
        });
        Settings again = Settings.read(folder);
        assertThat(again.get().threads()).isEqualTo(3);
        assertThat(again.get().language()).isEqualTo("zh");
        Files.writeString(folder.resolve("settings.json"), "{\"threads\": 5, \"theme\": \"PINK\"}");
        Settings partial = Settings.read(folder);
        assertThat(partial.get().threads()).isEqualTo(5);
        assertThat(partial.get().theme()).isEqualTo(Theme.LIGHT);
        Files.writeString(folder.resolve("settings.json"), "not json");
        assertThat(Settings.read(folder).get().threads()).isZero();
    }
}
