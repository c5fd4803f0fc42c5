package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javafx.geometry.Point2D;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.MenuButton;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import org.diptych.app.canvas.BoxOverlay;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.StreamMap;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.app.chart.MatrixChart;
import org.diptych.app.chart.PhaseChart;
import org.diptych.engine.Engine;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Score;
import org.diptych.engine.models.RandomModel;
import org.diptych.engine.models.lxmert.LxmertFamily;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The views with a model of two streams that reads regions, all heads, on random weights.
@Tag("fx")
class RegionViewsTest {
    static final List<String> WORDS = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "an", "the",
            "and", "large", "small", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "fish",
            "bird", "cat", "car", "boat", "apple", "banana", "house", "tree", "star", "cup", "umbrella", "flower",
            "mushroom", "kite", "hat", "above", "below", "left", "right", "of", "to", "on", "is", "in", ".", ",");
    static final String CONFIG = """
            {"model_type": "lxmert", "vocab_size": %d, "max_position_embeddings": 32, "type_vocab_size": 2,
             "hidden_size": 48, "l_layers": 5, "r_layers": 3, "x_layers": 3, "num_attention_heads": 4,
             "intermediate_size": 96, "hidden_act": "gelu", "visual_feat_dim": 192, "visual_pos_dim": 4,
             "has_cls": true, "has_seq_relationship": true, "answers_in_file": 4, "objects_in_file": 0,
             "id2label": {"0": "yes", "1": "no", "2": "two", "3": "three"},
             "attributes_in_file": 0, "has_feature_decoder": false}
            """;
    private static Engine engine;
    private static LoadedModel model;
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
        Path folder = RandomModel.save(data.resolve("two-streams"), new LxmertFamily(),
                JsonParser.parseString(CONFIG.formatted(WORDS.size())).getAsJsonObject(), WORDS);
        model = engine.load(new LoadRequest(folder.toString())).result().toCompletableFuture().join();
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
            window.models.add(model);
            window.models.selectedProperty().set(Optional.of(model));
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

    private List<BoxOverlay.Mark> regions() {
        return ((ImageCanvas) find("inspect-picture")).overlays().stream().filter(BoxOverlay.class::isInstance)
                .map(o -> ((BoxOverlay) o).marks()).findFirst().orElseThrow();
    }

    @Test
    void boxesAreDrawnChosenMovedAndTakenFromAGrid() throws Exception {
        show("look");
        TokenStrip words = FxStage.call(() -> find("inspect-words"));
        FxStage.await("the sentence", () -> words.tokens().size() > 2);
        FxStage.await("its boxes", () -> regions().size() == 3);
        FxStage.await("its map", () -> ((ImageCanvas) find("inspect-picture")).overlays().stream()
                .anyMatch(o -> o instanceof HeatOverlay heat && heat.heat().isPresent()));
        assertThat(FxStage.call(() -> ((MenuButton) find("inspect-regions")).isVisible())).isTrue();
        assertThat(FxStage.call(() -> ((StreamMap) find("inspect-streams")).isVisible())).isTrue();
        window.shootAll("regions");
        Box before = FxStage.call(() -> regions().getFirst().box());
        FxStage.call(() -> {
            drag(find("inspect-picture"), before, 40);
            return null;
        });
        FxStage.await("the moved box", () -> regions().size() == 3 && regions().getFirst().box().x1() != before.x1());
        FxStage.call(() -> {
            click(find("inspect-picture"), regions().getFirst().box());
            return null;
        });
        FxStage.await("the chosen box", () -> regions().getFirst().selected());
        assertThat(window.shoot("regions-box")).isEmpty();
        FxStage.call(() -> {
            ((MenuButton) find("inspect-regions")).getItems().stream().filter(i -> i.getText() != null
                    && i.getText().equals("Grid 4 × 4")).findFirst().orElseThrow().fire();
            return null;
        });
        FxStage.await("the grid", () -> regions().size() == 16);
        FxStage.call(() -> {
            words.selectionProperty().set(Optional.of(new TokenStrip.Span(3, 3)));
            return null;
        });
        FxStage.settle();
        FxStage.settle();
        assertThat(window.shoot("regions-grid")).isEmpty();
    }

    private static void drag(ImageCanvas canvas, Box box, double by) {
        double[] at = middle(canvas, box);
        mouse(canvas, MouseEvent.MOUSE_PRESSED, at[0], at[1]);
        mouse(canvas, MouseEvent.MOUSE_CLICKED, at[0] + by, at[1] + by / 2);
    }

    private static void click(ImageCanvas canvas, Box box) {
        double[] at = middle(canvas, box);
        mouse(canvas, MouseEvent.MOUSE_PRESSED, at[0], at[1]);
        mouse(canvas, MouseEvent.MOUSE_CLICKED, at[0], at[1]);
    }

    private static double[] middle(ImageCanvas canvas, Box box) {
        javafx.geometry.Rectangle2D at = canvas.viewport().toView(box);
        return new double[]{at.getMinX() + at.getWidth() / 2, at.getMinY() + at.getHeight() / 2};
    }

    private static void mouse(Node node, javafx.event.EventType<MouseEvent> type, double x, double y) {
        Point2D scene = node.localToScene(x, y);
        Point2D screen = node.localToScreen(x, y);
        javafx.event.Event.fireEvent(node,
                new MouseEvent(type, scene.getX(), scene.getY(), screen.getX(), screen.getY(),
                        MouseButton.PRIMARY, 1, false, false, false, false, true, false, false, true, false, false,
                        null));
    }

    @Test
    void anyScoreIsExplained() throws Exception {
        show("look");
        TokenStrip words = FxStage.call(() -> find("inspect-words"));
        FxStage.await("the sentence", () -> words.tokens().size() > 2);
        FxStage.call(() -> {
            words.selectionProperty().set(Optional.of(new TokenStrip.Span(3, 3)));
            return null;
        });
        ChoiceBox<Score> scores = FxStage.call(() -> find("inspect-score"));
        FxStage.await("match, four answers and the masked word", () -> scores.getItems().size() == 6);
        FxStage.call(() -> {
            ((ToggleButton) find("inspect-method-chefer")).fire();
            scores.setValue(new Score.Word(3));
            return null;
        });
        FxStage.await("the masked word's map",
                () -> ((javafx.scene.control.Label) find("inspect-map-caption")).getText()
                        .contains("masked"));
        window.shootAll("regions-masked");
        assertThat(FxStage.call(() -> find("inspect-method-occlusion") == null)).isTrue();
    }

    @Test
    void pairsOfRegionsAndSentencesFillTheMatrix() throws Exception {
        show("contrast");
        MatrixChart matrix = FxStage.call(() -> find("contrast-matrix"));
        FxStage.await("the matrix", () -> matrix.shown().length == 64);
        FxStage.call(() -> {
            matrix.selectionProperty().set(Optional.of(new MatrixChart.Cell(1, 1, 0)));
            return null;
        });
        FxStage.settle();
        FxStage.settle();
        assertThat(window.shoot("regions-contrast")).isEmpty();
        assertThat(FxStage.call(() -> java.util.stream.IntStream.range(0, 64)
                .allMatch(i -> matrix.shown()[i] >= 0 && matrix.shown()[i] <= 1))).isTrue();
    }

    @Test
    void theTimeOfEveryOpenModelIsOneChart() throws Exception {
        show("look");
        FxStage.await("the sentence", () -> ((TokenStrip) find("inspect-words")).tokens().size() > 2);
        FxStage.call(() -> {
            window.scene.getRoot().lookupAll(".button-icon").stream().map(Button.class::cast)
                    .filter(b -> "Where the time goes".equals(b.getAccessibleText())).findFirst().orElseThrow().fire();
            return null;
        });
        FxStage.await("two bars", () -> find("inspect-time-chart") != null
                && ((PhaseChart) find("inspect-time-chart")).bars() == 2);
        window.shootAll("time");
    }
}
