package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import javafx.scene.Node;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Score;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Look inside with models that have learned queries, or a picture among their words, on the references' tiny weights.
@Tag("fx")
class QueryViewsTest {
    private static Engine engine;
    private static LoadedModel blip2;
    private static LoadedModel llava;

    @TempDir
    static Path data;
    @TempDir
    Path settings;
    private FxStage window;

    @BeforeAll
    static void start() throws Exception {
        FxStage.startToolkit();
        engine = Engine.start(new EngineOptions("cpu", 1, data, Optional.empty()));
        blip2 = load("golden/blip2/stage1_qformer");
        llava = load("golden/llava/v1_5_hf");
    }

    private static LoadedModel load(String folder) {
        return engine.load(new LoadRequest(folder)).result().toCompletableFuture().join();
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    @BeforeEach
    void open() throws Exception {
        window = new FxStage(settings);
        window.engine = Optional.of(engine);
        window.open(1440, 900, Workbench::features);
    }

    @AfterEach
    void close() throws Exception {
        window.close();
    }

    private void look(LoadedModel model) throws Exception {
        FxStage.call(() -> {
            window.models.add(model);
            window.models.selectedProperty().set(Optional.of(model));
            window.shell.show("look");
            return null;
        });
        FxStage.await("the model has looked", () -> find("inspect-words") instanceof TokenStrip words
                && !words.getChildren().isEmpty() && words.isVisible());
    }

    @SuppressWarnings("unchecked")
    private <N extends Node> N find(String id) {
        return (N) window.scene.lookup("#" + id);
    }

    private String says() throws Exception {
        return FxStage.call(() -> find("inspect-map-caption") instanceof Label said ? said.getText() : "");
    }

    @Test
    void aQueryShowsWhereItLooks() throws Exception {
        look(blip2);
        FxStage.await("the queries are there",
                () -> find("inspect-query-1") != null && find("inspect-queries").isVisible());
        FxStage.call(() -> {
            ((ToggleButton) find("inspect-query-2")).fire();
            return null;
        });
        FxStage.await("query 2 asks", () -> says().contains("query 2"));
        String site = FxStage.call(() -> String.valueOf(((ChoiceBox<?>) find("inspect-sites")).getValue()));
        assertThat(site).as("a site where queries look at the picture").endsWith(".cross");
        assertThat(window.shootLooks("look-queries")).isEmpty();
        FxStage.call(() -> {
            ((ToggleButton) find("inspect-query-1")).fire();
            return null;
        });
        FxStage.await("query 1 asks", () -> says().contains("query 1"));
        FxStage.call(() -> {
            ((ToggleButton) find("inspect-query-none")).fire();
            return null;
        });
        FxStage.await("nobody in particular asks", () -> !says().contains("query"));
    }

    /// With Grad-CAM chosen a query keeps it, and the map is of that query alone; without one it is the mean of all.
    @Test
    void gradCamIsShownQueryByQuery() throws Exception {
        look(blip2);
        FxStage.await("Grad-CAM is offered", () -> find("inspect-method-grad_cam") != null);
        fire("inspect-method-grad_cam");
        FxStage.await("the mean of all is shown", () -> says().contains("Grad-CAM") && !says().contains("query"));
        fire("inspect-query-2");
        FxStage.await("query 2 sees", () -> says().contains("as query 2 sees it") && says().contains("Grad-CAM"));
        assertThat(window.shootLooks("look-query-cam")).isEmpty();
        fire("inspect-query-none");
        FxStage.await("all of them again", () -> says().contains("Grad-CAM") && !says().contains("query"));
    }

    private void fire(String id) throws Exception {
        FxStage.call(() -> {
            ((ToggleButton) find(id)).fire();
            return null;
        });
    }

    @Test
    void aWordBehindThePictureLooksAtIt() throws Exception {
        look(llava);
        assertThat(FxStage.call(() -> find("inspect-queries").isVisible())).isFalse();
        FxStage.await("next words are offered",
                () -> ((ChoiceBox<?>) find("inspect-score")).getItems().stream()
                        .anyMatch(Score.Next.class::isInstance));
        FxStage.await("a map explains the next word", () -> says().contains("next word"));
        TokenStrip strip = find("inspect-words");
        int last = FxStage.call(() -> {
            ((ToggleButton) find("inspect-method-attention")).fire();
            int words = strip.getChildren().size();
            strip.selectionProperty().set(Optional.of(new TokenStrip.Span(words - 3, words - 3)));
            return words - 3;
        });
        assertThat(last).isPositive();
        FxStage.await("the word asks", () -> says().contains("“"));
        assertThat(window.shootLooks("look-llava")).isEmpty();
    }
}
