package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.scene.Node;
import javafx.scene.Parent;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.MenuButton;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.Clipboard;
import javafx.scene.layout.Region;
import javafx.scene.paint.Color;
import org.diptych.app.canvas.BoxOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.shell.Command;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.models.RandomModel;
import org.diptych.engine.models.uniter.UniterFamily;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The view of tasks with a UNITER of random weights that has all pre-training heads, and with a model that hides nothing.
@Tag("fx")
class TasksViewTest {
    private static final List<String> WORDS = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "an", "the",
            "and", "large", "small", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "fish",
            "bird", "cat", "car", "boat", "apple", "banana", "house", "tree", "star", "cup", "umbrella", "flower",
            "mushroom", "kite", "hat", "above", "below", "left", "right", "of", "to", "on", "is", "in", "you", "can",
            "see", "there", "are", "with", "one", "picture", "shows", "it", ".", ",");
    private static final String CONFIG = """
            {"model_type": "uniter", "vocab_size": %d, "max_position_embeddings": 32, "type_vocab_size": 2,
             "hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 96,
             "hidden_act": "gelu", "img_dim": 192, "region_classes": 17, "has_cls": true, "has_feat_regress": true,
             "has_itm_output": true}
            """;
    private static Engine engine;
    private static LoadedModel uniter;
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
        Path folder = RandomModel.save(data.resolve("all-heads"), new UniterFamily(),
                JsonParser.parseString(CONFIG.formatted(WORDS.size())).getAsJsonObject(), WORDS);
        uniter = engine.load(new LoadRequest(folder.toString())).result().toCompletableFuture().join();
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
            window.models.add(uniter);
            window.models.selectedProperty().set(Optional.of(uniter));
            return null;
        });
        window.open(1440, 900, Workbench::features);
        FxStage.call(() -> {
            window.shell.show("tasks");
            return null;
        });
        FxStage.await("the cards", () -> cards() == 6);
    }

    @AfterEach
    void close() throws Exception {
        window.close();
    }

    @SuppressWarnings("unchecked")
    private <N extends Node> N find(String id) {
        return (N) window.scene.lookup("#" + id);
    }

    private int cards() {
        Parent grid = find("tasks-cards");
        return grid == null ? 0 : grid.lookupAll(".task-card").size();
    }

    /// All that the labels of a card say.
    private List<String> said(String task) {
        List<String> out = new ArrayList<>();
        find("task-" + task).lookupAll(".label").forEach(n -> out.add(((Label) n).getText()));
        return out;
    }

    private List<String> all() {
        return ((Parent) find("tasks-cards")).lookupAll(".label").stream().map(n -> ((Label) n).getText()).toList();
    }

    private List<String> losses(String task) {
        return find("task-" + task).lookupAll(".task-loss").stream().filter(Node::isVisible)
                .map(n -> ((Label) n).getText()).toList();
    }

    private long covered(String task) {
        return find("task-" + task).lookupAll(".task-picture").stream().map(ImageCanvas.class::cast)
                .flatMap(c -> c.overlays().stream()).flatMap(o -> ((BoxOverlay) o).marks().stream())
                .filter(m -> !m.fill().equals(Color.TRANSPARENT)).count();
    }

    private long hiddenWords(String task) {
        return find("task-" + task).lookupAll(".hidden-word").size();
    }

    private void fire(String id) throws Exception {
        FxStage.call(() -> {
            switch (find(id)) {
                case Button button -> button.fire();
                case ToggleButton toggle -> toggle.fire();
                default -> throw new IllegalArgumentException(id);
            }
            return null;
        });
    }

    @Test
    void anotherDrawChangesTheCards() throws Exception {
        List<String> before = FxStage.call(this::all);
        fire("tasks-again");
        FxStage.await("another draw", () -> !all().equals(before));
        Command again = FxStage.call(() -> window.shell.palette().commands().stream()
                .filter(c -> c.titleKey().equals("tasks.command.again")).findFirst().orElseThrow());
        for (String task : List.of("mlm", "mrfr", "mrc", "itm")) { // with three regions a draw may hide the same again
            List<String> first = FxStage.call(() -> said(task));
            for (int i = 0; i < 8 && FxStage.call(() -> said(task)).equals(first); i++) {
                List<String> now = FxStage.call(this::all);
                FxStage.call(() -> {
                    again.run().run();
                    return null;
                });
                FxStage.await("a draw by command", () -> !all().equals(now));
            }
            assertThat(FxStage.call(() -> said(task))).as(task).isNotEqualTo(first);
        }
    }

    @Test
    void oneSideBothSidesAndBothWaysBesideEachOther() throws Exception {
        assertThat(FxStage.call(() -> covered("mlm"))).isZero();
        assertThat(FxStage.call(() -> hiddenWords("mlm"))).isPositive();
        assertThat(FxStage.call(() -> covered("mrfr"))).isPositive();
        assertThat(FxStage.call(() -> hiddenWords("mrfr"))).isZero();
        assertThat(FxStage.call(() -> losses("mlm"))).hasSize(1);
        List<String> alone = FxStage.call(() -> losses("mlm"));
        assertThat(window.shoot("tasks")).isEmpty();
        window.shootAll("tasks");
        fire("tasks-hiding-joint");
        FxStage.await("both sides hidden", () -> covered("mlm") > 0 && hiddenWords("mrfr") > 0);
        List<String> joint = FxStage.call(() -> losses("mlm"));
        assertThat(joint).hasSize(1).isNotEqualTo(alone);
        fire("tasks-hiding-both");
        FxStage.await("two losses", () -> losses("mlm").size() == 2);
        assertThat(FxStage.call(() -> losses("mlm"))).containsExactlyElementsOf(
                List.of(alone.getFirst(), joint.getFirst()));
        assertThat(FxStage.call(() -> losses("itm"))).hasSize(1);
        window.shootAll("tasks-both");
    }

    private void type(String seed) throws Exception {
        FxStage.call(() -> {
            ((TextField) find("tasks-seed")).setText(seed);
            return null;
        });
    }

    @Test
    void aSeedThatIsTypedDrawsTheSameAgainAndIsRemembered() throws Exception {
        type("41");
        FxStage.await("the draw of 41", () -> !all().isEmpty() && find("tasks-cards").getStyleClass().stream()
                .noneMatch("stale"::equals));
        List<String> drawn = FxStage.call(this::all);
        fire("tasks-again");
        FxStage.await("the next draw", () -> !all().equals(drawn));
        assertThat(FxStage.call(() -> ((TextField) find("tasks-seed")).getText())).isEqualTo("42");
        type("41");
        FxStage.await("the draw of 41 again", () -> all().equals(drawn));
        type("no number");
        type("");
        assertThat(FxStage.call(this::all)).isEqualTo(drawn);
        fire("tasks-hiding-joint");
        FxStage.await("both sides hidden", () -> covered("mlm") > 0);
        FxStage.call(() -> {
            window.settings.save();
            return null;
        });
        window.close();
        open();
        assertThat(FxStage.call(() -> ((TextField) find("tasks-seed")).getText())).isEqualTo("41");
        assertThat(FxStage.call(() -> ((ToggleButton) find("tasks-hiding-joint")).isSelected())).isTrue();
        assertThat(FxStage.call(() -> covered("mlm"))).isPositive();
    }

    @Test
    void anAlignmentIsDrawnAndBlindGuessesAreMarked() throws Exception {
        List<String> rows = FxStage.call(() -> find("task-alignment").lookupAll(".plan-word").stream()
                .map(n -> ((Label) n).getText()).toList());
        assertThat(rows).hasSizeGreaterThan(4).startsWith("[CLS]").endsWith("[SEP]");
        assertThat(FxStage.call(() -> ((ImageCanvas) find("task-alignment").lookup(".task-picture")).overlays().stream()
                .flatMap(o -> ((BoxOverlay) o).marks().stream()).map(BoxOverlay.Mark::label).toList()))
                .containsExactly("1", "2", "3");
        assertThat(FxStage.call(() -> find("task-mlm").lookupAll(".task-blind"))).isEmpty();
        fire("tasks-hiding-both");
        FxStage.await("two losses", () -> losses("mlm").size() == 2);
        boolean blind = false;
        for (int seed = 100; seed < 140 && !blind; seed++) {
            List<String> before = FxStage.call(this::all);
            type(Integer.toString(seed));
            FxStage.await("draw " + seed, () -> !all().equals(before));
            blind = FxStage.call(() -> !find("task-mlm").lookupAll(".task-blind").isEmpty());
        }
        assertThat(blind).isTrue();
        window.shootAll("tasks-blind");
        FxStage.call(() -> {
            ScrollPane scroll = (ScrollPane) window.scene.lookup(".view .scroll-pane");
            scroll.setVvalue(1);
            return null;
        });
        assertThat(window.shoot("tasks-end")).isEmpty();
    }

    @Test
    void regionsMayBeAGrid() throws Exception {
        MenuButton regions = FxStage.call(() -> find("tasks-regions"));
        assertThat(FxStage.call(regions::isVisible)).isTrue();
        FxStage.call(() -> {
            regions.getItems().stream().filter(i -> "Grid 2 × 2".equals(i.getText())).findFirst().orElseThrow().fire();
            return null;
        });
        FxStage.await("four boxes",
                () -> ((ImageCanvas) find("task-alignment").lookup(".task-picture")).overlays().stream()
                        .mapToInt(o -> ((BoxOverlay) o).marks().size()).sum() == 4);
        assertThat(FxStage.call(() -> said("mrc"))).anyMatch(t -> t.contains("Nobody has said"));
        assertThat(FxStage.call(() -> {
            window.shell.palette().commands().stream().filter(c -> c.titleKey().equals("tasks.command.copy"))
                    .findFirst().orElseThrow().run().run();
            return Clipboard.getSystemClipboard().getString();
        })).contains("--regions grid:2x2").contains("--seed 1");
        FxStage.call(() -> {
            window.models.selectedProperty().set(Optional.of(clip));
            return null;
        });
        assertThat(FxStage.call(regions::isVisible)).isFalse();
    }

    @Test
    void aModelThatHidesNothingSaysSo() throws Exception {
        FxStage.call(() -> {
            window.models.selectedProperty().set(Optional.of(clip));
            return null;
        });
        FxStage.await("one card", () -> cards() == 1 && find("task-contrastive") != null);
        assertThat(FxStage.call(() -> find("tasks-hiding").isDisabled() && find("tasks-hiding-none").isVisible()))
                .isTrue();
        assertThat(window.shoot("tasks-clip")).isEmpty();
        assertThat(FxStage.call(() -> ((Region) find("task-contrastive")).getHeight())).as("no taller than it needs")
                .isLessThan(740);
        FxStage.call(() -> {
            ((TextField) find("tasks-text")).setText("");
            return null;
        });
        FxStage.await("what to do", () -> find("tasks-empty").isVisible());
        assertThat(FxStage.call(() -> ((Label) find("tasks-reason")).getText())).contains("Write a sentence");
        FxStage.call(() -> {
            window.models.selectedProperty().set(Optional.empty());
            return null;
        });
        FxStage.await("no model", () -> ((Label) find("tasks-reason")).getText().contains("No model is open"));
        assertThat(window.shoot("tasks-empty")).isEmpty();
    }
}
