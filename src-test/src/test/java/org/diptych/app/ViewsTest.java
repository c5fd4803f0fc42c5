package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javafx.application.Platform;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.DialogPane;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.TableView;
import javafx.scene.control.TextArea;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.Region;
import javafx.stage.Window;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.app.chart.LiveChart;
import org.diptych.app.chart.MatrixChart;
import org.diptych.app.shell.Command;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The views that compute, on the shipped model: looking, comparing, teaching, and the runs that come of it.
@Tag("fx")
class ViewsTest {
    private static Engine engine;
    private static LoadedModel clip;

    @TempDir
    static Path data;
    @TempDir
    Path settings;
    private FxStage window;

    @BeforeAll
    static void start() throws Exception {
        FxStage.startToolkit();
        engine = Engine.start(new EngineOptions("cpu", 1, data, Optional.empty()));
        clip = engine.load(new LoadRequest("clip")).result().toCompletableFuture().join();
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    @BeforeEach
    void open() throws Exception {
        window = new FxStage(settings);
        window.engine = Optional.of(engine);
        FxStage.call(() -> {
            window.models.add(clip);
            return null;
        });
        window.open(1440, 900, Workbench::features);
    }

    @AfterEach
    void close() throws Exception {
        window.close();
    }

    private void show(String view) throws Exception {
        FxStage.call(() -> {
            window.shell.show(view);
            return null;
        });
        FxStage.settle();
    }

    @SuppressWarnings("unchecked")
    private <N extends Node> N find(String id) {
        return (N) window.scene.lookup("#" + id);
    }

    @Test
    void looksInsideAndAsksForAWord() throws Exception {
        show("look");
        TokenStrip words = FxStage.call(() -> find("inspect-words"));
        FxStage.await("the sentence", () -> words.tokens().size() > 2);
        FxStage.await("its map",
                () -> ((org.diptych.app.canvas.ImageCanvas) find("inspect-picture")).overlays().stream()
                        .anyMatch(
                                o -> o instanceof org.diptych.app.canvas.HeatOverlay heat && heat.heat().isPresent()));
        window.shootAll("look");
        FxStage.call(() -> {
            words.selectionProperty().set(Optional.of(new TokenStrip.Span(2, 2)));
            return null;
        });
        FxStage.settle();
        FxStage.settle();
        assertThat(window.shoot("look-word")).isEmpty();
        FxStage.call(() -> {
            ((Slider) find("inspect-layer")).setValue(1);
            return null;
        });
        FxStage.settle();
        assertThat(FxStage.call(() -> ((Slider) find("inspect-layer")).getMax())).isEqualTo(4);
    }

    @Test
    void comparesAndTheTemperatureSharpens() throws Exception {
        show("contrast");
        MatrixChart matrix = FxStage.call(() -> find("contrast-matrix"));
        FxStage.await("the matrix", () -> matrix.shown().length == 64);
        FxStage.call(() -> {
            matrix.showProperty().set(MatrixChart.Show.ROWS);
            ((Slider) find("contrast-temperature")).setValue(Math.log(1));
            return null;
        });
        FxStage.settle();
        float warm = FxStage.call(() -> largest(matrix.shown()));
        FxStage.call(() -> {
            ((Slider) find("contrast-temperature")).setValue(Math.log(0.01));
            return null;
        });
        FxStage.settle();
        float cold = FxStage.call(() -> largest(matrix.shown()));
        assertThat(cold).isGreaterThan(warm);
        FxStage.call(() -> {
            ((Slider) find("contrast-temperature")).setValue(Math.log(0.05));
            matrix.selectionProperty().set(Optional.of(new MatrixChart.Cell(1, 1, 0)));
            return null;
        });
        FxStage.settle();
        FxStage.settle();
        assertThat(FxStage
                .call(() -> ((javafx.scene.control.ToggleButton) ((javafx.scene.layout.Pane) find("contrast-show"))
                        .getChildren().get(1)).isSelected()))
                .isTrue();
        window.shootAll("contrast");
        FxStage.call(() -> {
            ((Button) find("contrast-pairs-16")).fire();
            return null;
        });
        FxStage.await("the larger matrix", () -> matrix.shown().length == 256);
        FxStage.call(() -> window.undo.undo());
        FxStage.await("the former matrix", () -> matrix.shown().length == 64);
    }

    @Test
    void droppedPicturesAndSentencesJoinTheMatrixAsOneStep() throws Exception {
        Path pictures = Files.createDirectory(settings.resolve("pictures"));
        for (int i = 0; i < 2; i++) {
            engine.writePicture(engine.scene(i, 64, "aligned").picture(), pictures.resolve(i + ".png")).result()
                    .toCompletableFuture().join();
        }
        Path broken = Files.writeString(settings.resolve("broken.png"), "no picture");
        Path text = Files.writeString(settings.resolve("mine.txt"), "a red fish\na blue cup\na tree\n");
        show("contrast");
        MatrixChart matrix = FxStage.call(() -> find("contrast-matrix"));
        FxStage.await("the matrix", () -> matrix.shown().length == 64);
        assertThat(FxStage.call(() -> window.shell.open(List.of(pictures, broken, text)))).isTrue();
        FxStage.await("ten pictures against eleven sentences", () -> matrix.shown().length == 10 * 11);
        assertThat(window.notices.last()).contains("broken.png is not a picture that Diptych can read.");
        assertThat(FxStage.call(() -> ((TextArea) find("contrast-sentences")).getText())).endsWith("a tree");
        FxStage.call(() -> window.undo.undo());
        FxStage.await("as before", () -> matrix.shown().length == 64);
    }

    @Test
    void anEmptyMatrixOffersPairs() throws Exception {
        show("contrast");
        MatrixChart matrix = FxStage.call(() -> find("contrast-matrix"));
        FxStage.await("the matrix", () -> matrix.shown().length == 64);
        FxStage.call(() -> {
            command("contrast.command.clear").run().run();
            return null;
        });
        FxStage.await("the offer", () -> find("contrast-empty").isVisible() && !matrix.isVisible());
        window.shootAll("contrast-empty");
        FxStage.call(() -> {
            ((Button) find("contrast-empty").lookup(".accent")).fire();
            return null;
        });
        FxStage.await("the matrix again", () -> matrix.isVisible() && matrix.shown().length == 64);
    }

    private Command command(String titleKey) {
        return window.shell.palette().commands().stream().filter(c -> c.titleKey().equals(titleKey)).findFirst()
                .orElseThrow();
    }

    @Test
    void everyMainActionIsACommandWithItsOwnNameIconAndKey() throws Exception {
        List<Command> commands = FxStage.call(() -> window.shell.palette().commands());
        assertThat(commands).extracting(Command::titleKey).doesNotHaveDuplicates().contains("catalog.open",
                "inspect.open", "inspect.scene", "inspect.write", "inspect.export", "contrast.command.pairs",
                "contrast.command.pictures", "contrast.command.csv", "contrast.command.png", "finetune.command.start",
                "finetune.command.pause", "finetune.command.stop", "finetune.command.keep",
                "finetune.command.restore", "runs.command.open", "runs.command.delete", "shell.undo",
                "shell.fullscreen");
        assertThat(commands.stream().flatMap(c -> c.keys().stream()).toList()).doesNotHaveDuplicates();
        FxStage.call(() -> {
            commands.forEach(c -> assertThat(new org.kordamp.ikonli.javafx.FontIcon(c.icon()).getIconCode())
                    .as(c.icon()).isNotNull());
            return null;
        });
    }

    @Test
    void withoutRunsTheListSaysWhatToDo(@TempDir Path nothing) throws Exception {
        FxStage fresh = new FxStage(nothing);
        try (Engine other = Engine.start(new EngineOptions("cpu", 1, nothing, Optional.empty()))) {
            fresh.engine = Optional.of(other);
            fresh.open(1024, 700, Workbench::features);
            FxStage.call(() -> {
                fresh.shell.show("runs");
                return null;
            });
            FxStage.await("the offer", () -> fresh.scene.lookup("#runs-empty").isVisible()
                    && !fresh.scene.lookup("#runs-skeleton").isVisible());
            FxStage.call(() -> {
                ((Button) fresh.scene.lookup("#runs-empty").lookup(".accent")).fire();
                return null;
            });
            assertThat(FxStage.call(() -> fresh.shell.shown().orElseThrow().id())).isEqualTo("teach");
        } finally {
            fresh.close();
        }
    }

    private static float largest(float[] values) {
        float most = 0;
        for (float v : values) {
            most = Math.max(most, v);
        }
        return most;
    }

    @Test
    void teachesAndListsTheRun() throws Exception {
        show("teach");
        window.shootAll("teach-empty");
        FxStage.call(() -> {
            ((Slider) find("finetune-steps")).setValue(Math.log10(40));
            ((Slider) find("finetune-batch")).setValue(4);
            ((Button) find("teach-start")).fire();
            return null;
        });
        LiveChart chart = FxStage.call(() -> find("teach-chart"));
        FxStage.await("twenty points", () -> {
            chart.pull();
            return chart.points() >= 20;
        });
        window.shootAll("teach");
        FxStage.await("the end", () -> engine.runs().list().stream()
                .anyMatch(r -> r.status() == org.diptych.engine.api.RunSummary.Status.FINISHED));
        show("runs");
        TableView<?> table = FxStage.call(() -> find("runs-table"));
        FxStage.await("the list", () -> !table.getItems().isEmpty());
        FxStage.call(() -> {
            table.getSelectionModel().selectFirst();
            return null;
        });
        FxStage.settle();
        window.shootAll("runs");
    }

    /// ALBEF's run tells whose forwards its step makes, and what a wrong caption's target becomes; CLIP's tells why it has none.
    @Test
    void showsWhatAStepCostsAndWhatTheNextOneAimsAt() throws Exception {
        show("teach");
        FxStage.call(() -> {
            ComboBox<Object> from = find("finetune-start");
            from.setValue(from.getItems().stream().filter(s -> from.getConverter().toString(s).contains("ALBEF"))
                    .findFirst().orElseThrow());
            ((Slider) find("finetune-noise")).setValue(0.5);
            ((Slider) find("finetune-steps")).setValue(Math.log10(400));
            ((Slider) find("finetune-batch")).setValue(4);
            ((Slider) find("finetune-accumulate")).setValue(1);
            ((Slider) find("finetune-patience")).setValue(20);
            ((ToggleButton) find("teach-watch-cost")).fire();
            return null;
        });
        FxStage.settle();
        assertThat(FxStage.call(() -> ((Label) find("cost-none")).isVisible())).isTrue();
        startWith(Map.of("\"alphaRamp\": 1500", "\"alphaRamp\": 0", "\"queue_in_file\": 512", "\"queue_in_file\": 64",
                "\"accumulate\": 2", "\"accumulate\": 1", "\"patience\": 20", "\"patience\": 0"));
        FxStage.await("the cost of a step", () -> texts("cost").stream().anyMatch(t -> t.contains("visual_encoder_m")));
        FxStage.await("thirty steps", () -> engine.runs().list().stream().anyMatch(r -> r.step() > 30));
        assertThat(FxStage.call(() -> texts("cost"))).contains("pictures and texts find each other",
                "hidden words", "way back and update");
        assertThat(FxStage.call(() -> ((Region) find("cost-forwards")).getAccessibleText()))
                .contains("passes of the momentum copy");
        FxStage.call(() -> {
            ((ToggleButton) find("teach-watch-targets")).fire();
            return null;
        });
        FxStage.await("its targets", () -> !bars().isEmpty());
        int first = FxStage.call(() -> texts("targets").hashCode());
        FxStage.await("newer targets", () -> texts("targets").hashCode() != first);
        fire("teach-pause");
        FxStage.await("the pause", () -> engine.runs().list().stream()
                .anyMatch(r -> r.status() == org.diptych.engine.api.RunSummary.Status.PAUSED));
        FxStage.settle();
        FxStage.await("a wrong caption", () -> texts("targets").contains("wrong caption, on purpose"));
        assertThat(FxStage.call(() -> texts("targets")))
                .contains("its own partner: what the label names", "100 %")
                .anyMatch(t -> t.startsWith("Queue: 64 of 64 places filled"));
        window.shootAll("teach-targets");
        for (String side : List.of("pictures", "words")) {
            FxStage.call(() -> {
                ((ToggleButton) find("targets-side-" + side)).fire();
                return null;
            });
            FxStage.settle();
            assertThat(FxStage.call(this::bars)).isNotEmpty();
            window.shootAll("teach-targets-" + side);
        }
        FxStage.call(() -> {
            ComboBox<Integer> pair = find("targets-pair");
            pair.setValue(2);
            return null;
        });
        FxStage.await("the chosen pair", () -> !texts("targets-aims").isEmpty()
                && ((ComboBox<?>) find("targets-pair")).getValue().equals(2));
        FxStage.call(() -> {
            ((ToggleButton) find("teach-watch-cost")).fire();
            return null;
        });
        window.shootAll("teach-cost");
        fire("teach-stop");
        FxStage.await("the end", () -> !((Button) find("teach-start")).isDisabled());
        FxStage.call(() -> {
            ((ToggleButton) find("teach-watch-targets")).fire();
            ComboBox<Object> from = find("finetune-start");
            from.setValue(from.getItems().stream().filter(s -> from.getConverter().toString(s).contains("CLIP"))
                    .findFirst().orElseThrow());
            return null;
        });
        fire("teach-start");
        FxStage.await("the reason", () -> ((Label) find("targets-none")).isVisible()
                && ((Label) find("targets-none")).getText().contains("learns from labels alone"));
        assertThat(FxStage.call(this::bars)).isEmpty();
        window.shootAll("teach-targets-none");
        fire("teach-stop");
        FxStage.await("its end", () -> !((Button) find("teach-start")).isDisabled());
        show("runs");
        TableView<?> table = FxStage.call(() -> find("runs-table"));
        FxStage.await("the list", () -> !table.getItems().isEmpty());
        FxStage.call(() -> {
            table.getSelectionModel().select(1);
            command("runs.command.tick").run().run();
            ((ToggleButton) find("runs-side-cost")).fire();
            return null;
        });
        FxStage.await("the cost of a run that has ended",
                () -> texts("runs-costs").stream().anyMatch(t -> t.contains("visual_encoder")));
        window.shootAll("runs-cost");
    }

    /// Starts a run by its plan, with settings changed.
    private void startWith(Map<String, String> changes) throws Exception {
        Platform.runLater(() -> ((Button) find("teach-plan")).fire());
        DialogPane[] dialog = new DialogPane[1];
        FxStage.await("the plan", () -> {
            Window.getWindows().stream().map(w -> w.getScene().getRoot()).filter(DialogPane.class::isInstance)
                    .forEach(d -> dialog[0] = (DialogPane) d);
            return dialog[0] != null;
        });
        FxStage.call(() -> {
            TextArea text = (TextArea) dialog[0].lookup("#plan-text");
            String plan = text.getText();
            for (Map.Entry<String, String> change : changes.entrySet()) {
                assertThat(plan).contains(change.getKey());
                plan = plan.replace(change.getKey(), change.getValue());
            }
            text.setText(plan);
            return null;
        });
        Node start = FxStage.call(() -> dialog[0].lookupButton(dialog[0].getButtonTypes().getFirst()));
        FxStage.await("a sound plan", () -> !start.isDisabled());
        FxStage.call(() -> {
            ((Button) start).fire();
            return null;
        });
    }

    private void fire(String id) throws Exception {
        FxStage.await(id, () -> !((Button) find(id)).isDisabled());
        FxStage.call(() -> {
            ((Button) find(id)).fire();
            return null;
        });
    }

    private List<String> texts(String id) {
        return find(id).lookupAll(".label").stream().filter(n -> n instanceof Label).map(l -> ((Label) l).getText())
                .toList();
    }

    /// @return the bars of targets that are in sight
    private List<Node> bars() {
        return List.copyOf(find("targets-aims").lookupAll(".share-bar"));
    }
}
