package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ListView;
import javafx.scene.control.MenuButton;
import javafx.scene.control.Spinner;
import javafx.scene.control.TextField;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.GridPane;
import org.diptych.app.chart.LiveChart;
import org.diptych.app.fx.Theme;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.Texts;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// Experiments through the window: a short one is run, broken off, taken up again and read; pictures of the view lie in `target/screenshots`.
@Tag("fx")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ExperimentsViewTest {
    private static final int STEPS = 12;

    @TempDir
    static Path data;
    private static Engine engine;

    @TempDir
    Path folder;
    private FxStage window;

    @BeforeAll
    static void start() throws Exception {
        FxStage.startToolkit();
        engine = Engine.start(new EngineOptions("cpu", 1, data, Optional.empty()));
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    @BeforeEach
    void open() throws Exception {
        open(1440, 900);
    }

    private void open(int width, int height) throws Exception {
        window = new FxStage(folder.resolve("settings"));
        window.engine = Optional.of(engine);
        window.open(width, height, Workbench::features);
        FxStage.call(() -> {
            window.shell.show("runs");
            ((ToggleButton) find("page-experiments")).fire();
            return null;
        });
        FxStage.await("the list", () -> !list().getItems().isEmpty());
    }

    @AfterEach
    void close() throws Exception {
        window.close();
    }

    @SuppressWarnings("unchecked")
    private <N extends Node> N find(String id) {
        N node = (N) window.scene.lookup("#" + id);
        assertThat(node).as(id).isNotNull();
        return node;
    }

    private ListView<Experiment> list() {
        return find("experiments");
    }

    private void choose(String id) throws Exception {
        FxStage.call(() -> {
            list().getSelectionModel()
                    .select(list().getItems().stream().filter(e -> e.id().equals(id)).findFirst().orElseThrow());
            return null;
        });
        FxStage.settle();
    }

    private void set(int steps, int seeds) throws Exception {
        FxStage.call(() -> {
            this.<Spinner<Integer>>find("experiment-steps").getValueFactory().setValue(steps);
            this.<Spinner<Integer>>find("experiment-seeds").getValueFactory().setValue(seeds);
            return null;
        });
    }

    private boolean disabled(String id) throws Exception {
        return FxStage.call(() -> find(id).isDisabled());
    }

    private void fire(String id) throws Exception {
        FxStage.call(() -> {
            Button button = find(id);
            assertThat(button.isDisabled()).as(id + " is disabled").isFalse();
            button.fire();
            return null;
        });
    }

    @Test
    @Order(1)
    void aShortExperimentIsRunBrokenOffAndTakenUpAgain() throws Exception {
        choose("roberta-masking");
        set(600, 1);
        fire("experiment-run");
        FxStage.await("some steps", () -> ((Label) find("experiment-state")).getText().contains(" of 1,200 steps"));
        assertThat(disabled("experiment-run")).isTrue();
        assertThat(disabled("experiment-steps")).isTrue();
        fire("experiment-cancel");
        FxStage.await("the end", () -> find("experiment-cancel").isDisabled());
        assertThat(data.resolve("experiments/roberta-masking-600/roberta-masking-static-7/checkpoint.safetensors"))
                .exists();
        set(STEPS, 1);
        fire("experiment-run");
        FxStage.await("the result", () -> find("experiment-cancel").isDisabled()
                && ((GridPane) find("experiment-table")).getChildren().size() > 6);
        LiveChart chart = FxStage.call(() -> find("experiment-chart"));
        FxStage.await("two curves", () -> chart.points() >= 2 * STEPS);
        assertThat(FxStage.call(() -> texts(find("experiment-outcome")))).hasSize(2)
                .allMatch(t -> t.contains("One seed is no evidence of spread"));
        assertThat(FxStage.call(() -> ((Label) find("experiment-state")).getText()))
                .startsWith("Measured on this machine").contains(STEPS + " steps");
        assertThat(disabled("experiment-run")).as("nothing is left to do").isTrue();
        assertThat(Engine.experimentResult(data.resolve("experiments/roberta-masking-" + STEPS)).orElseThrow().runs())
                .hasSize(2);
    }

    /// What was measured is there the next time; more repetitions can be added to it.
    @Test
    @Order(2)
    void aResultIsThereAgain() throws Exception {
        choose("roberta-masking");
        FxStage.await("the result", () -> ((GridPane) find("experiment-table")).getChildren().size() > 6);
        FxStage.call(() -> {
            this.<Spinner<Integer>>find("experiment-seeds").getValueFactory().setValue(2);
            return null;
        });
        fire("experiment-run");
        FxStage.await("the second seed", () -> find("experiment-cancel").isDisabled()
                && texts(find("experiment-outcome")).stream().allMatch(t -> t.contains("2 seeds each")));
    }

    private static List<String> texts(Node node) {
        List<String> out = new ArrayList<>();
        node.lookupAll(".label").forEach(l -> out.add(((Label) l).getText()));
        return out;
    }

    /// Before a person has run anything, what ships is shown, and is said to be that.
    @Test
    @Order(3)
    void whatShipsIsShownAsThat() throws Exception {
        choose("roberta-nsp");
        FxStage.await("the shipped result",
                () -> ((Label) find("experiment-state")).getText().startsWith("Measured with this version"));
        LiveChart chart = FxStage.call(() -> find("experiment-chart"));
        FxStage.await("its curves", () -> chart.points() > 10);
        assertThat(FxStage.call(() -> texts(find("experiment-outcome")))).hasSize(2);
        assertThat(disabled("experiment-run")).isFalse();
    }

    @Test
    @Order(3)
    void aPlanGoesToTheViewThatTeaches() throws Exception {
        choose("clip-batch-size");
        FxStage.call(() -> {
            ((MenuButton) find("experiment-plans")).getItems().get(2).fire();
            return null;
        });
        FxStage.await("the form", () -> window.scene.lookup("#finetune-batch-value") instanceof TextField batch
                && batch.getText().equals("256"));
        assertThat(FxStage.call(() -> this.<TextField>find("finetune-steps-value").getText())).isEqualTo("240");
        assertThat(FxStage.call(() -> window.shell.shown().orElseThrow().id())).isEqualTo("teach");
        assertThat(window.notices.last().orElseThrow()).contains("The form holds the plan");
    }

    @Test
    @Order(4)
    void nothingIsCutOff() throws Exception {
        List<String> cuts = new ArrayList<>();
        window.close();
        for (int[] size : new int[][]{{1440, 900}, {1024, 700}}) {
            open(size[0], size[1]);
            for (Theme theme : Theme.values()) {
                for (Texts texts : List.of(Texts.ENGLISH, Texts.CHINESE)) {
                    FxStage.call(() -> {
                        window.theme.set(theme);
                        window.i18n.textsProperty().set(texts);
                        return null;
                    });
                    for (String id : List.of("roberta-masking", "roberta-nsp", "blip2-stages", "blip-capfilt")) {
                        choose(id);
                        cuts.addAll(window.shoot("experiment-" + id));
                    }
                }
            }
            if (size[0] == 1440) {
                window.close();
            }
        }
        assertThat(cuts).isEmpty();
    }
}
