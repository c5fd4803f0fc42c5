package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javafx.application.Platform;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ComboBox;
import javafx.scene.control.DialogPane;
import javafx.scene.control.Labeled;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Slider;
import org.diptych.app.chart.RateChart;
import org.diptych.app.chart.StackedBar;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.RateCurve;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the form says of memory and of the learning rate before anything starts.
@Tag("fx")
class TeachMemoryTest extends WindowTest {
    private static final String LIMIT = "diptych.memory";

    @BeforeEach
    void showTeach() throws Exception {
        show("teach");
    }

    @AfterEach
    void forgetLimit() {
        System.clearProperty(LIMIT);
    }

    private List<String> said() {
        return find("finetune-memory").lookupAll(".label").stream().filter(Node::isVisible)
                .map(n -> ((Labeled) n).getText()).toList();
    }

    private void await(String what, String words) throws Exception {
        FxStage.await(what, () -> said().stream().anyMatch(t -> t.contains(words))
                && find("finetune-memory-bar").getOpacity() == 1);
    }

    @Test
    void tellsWhetherItFits() throws Exception {
        await("the verdict", "It fits");
        assertThat(FxStage.call(this::said)).anyMatch(t -> t.startsWith("Memory: up to "))
                .anyMatch(t -> t.startsWith("activations "));
        String before = FxStage.call(() -> find("finetune-memory-bar").getAccessibleText());
        assertThat(before).contains("AdamW").contains("What 32 pairs leave");
        slide("finetune-batch", 4);
        FxStage.await("half of the batch",
                () -> find("finetune-memory-bar").getAccessibleText().contains("What 16 pairs leave"));
        assertThat(FxStage.call(() -> ((StackedBar) find("finetune-memory-bar")).getHeight())).isEqualTo(8);
        await("the answer", "It fits");
        scrollTo("finetune-memory");
        assertThat(window.shootLooks("teach-memory")).isEmpty();
    }

    /// With little memory left a start asks first, says what would fit, and goes on when told to.
    @Test
    void asksBeforeARunThatWillNotFit() throws Exception {
        System.setProperty(LIMIT, "80000000");
        slide("finetune-batch", 4);
        slide("finetune-batch", 5);
        await("the verdict", "It will not fit. Up to ");
        assertThat(FxStage.call(this::said)).anyMatch(t -> t.contains("80 MB are free"))
                .anyMatch(t -> t.contains(" micro-batches."));
        scrollTo("finetune-memory");
        assertThat(window.shootLooks("teach-memory-short")).isEmpty();
        Platform.runLater(() -> ((Button) find("teach-start")).fire());
        DialogPane dialog = dialog();
        assertThat(FxStage.call(() -> ((Labeled) dialog.lookup("#fit-says")).getText()))
                .matches(
                        "It will not fit\\. Up to \\d+ pairs a step fit with room to spare, or 32 in [24] micro-batches\\.");
        press(dialog, 1);
        assertThat(FxStage.call(() -> find("teach-start").isDisabled())).as("nothing was started").isFalse();
        assertThat(engine.runs().list()).isEmpty();
        slide("finetune-steps", 1);
        Platform.runLater(() -> ((Button) find("teach-start")).fire());
        press(dialog(), 0);
        FxStage.await("the run", () -> !engine.runs().list().isEmpty());
        FxStage.await("its end", () -> !find("teach-start").isDisabled());
    }

    private void choose(String start) throws Exception {
        FxStage.call(() -> {
            ComboBox<Object> box = find("finetune-start");
            box.setValue(box.getItems().stream().filter(s -> box.getConverter().toString(s).contains(start))
                    .findFirst().orElseThrow());
            return null;
        });
    }

    /// @return MB
    private double activations() {
        String said = said().stream().filter(t -> t.startsWith("activations ")).findFirst().orElse("activations 0 MB");
        assertThat(said).endsWith(" MB");
        return Double.parseDouble(said.split(" ")[1]);
    }

    /// Ticked, the plan has it and takes less; another model's plan has it too.
    @Test
    void gradientCheckpointingTakesLess() throws Exception {
        await("the verdict", "It fits");
        double before = FxStage.call(this::activations);
        assertThat(teachPlan(null)).contains("\"checkpointing\": false");
        CheckBox box = FxStage.call(() -> find("finetune-checkpointing"));
        FxStage.call(() -> {
            box.fire();
            return null;
        });
        FxStage.await("less", () -> activations() > 0 && activations() < 0.7 * before);
        await("the answer", "It fits");
        assertThat(teachPlan(null)).contains("\"checkpointing\": true");
        scrollTo("finetune-checkpointing");
        assertThat(window.shootLooks("teach-checkpointing")).isEmpty();
        choose("fresh small VLMo");
        await("the other model's answer", "It fits");
        assertThat(teachPlan(null)).contains("\"checkpointing\": true");
    }

    @Test
    void showsHowTheRateGoes() throws Exception {
        slide("finetune-steps", 2);
        slide("finetune-warmup", 0.2);
        RateCurve curve = FxStage.call(() -> ((RateChart) find("finetune-rate-chart")).curve().orElseThrow());
        assertThat(curve.points()).hasSize(100);
        assertThat(curve.points().get(19).rate()).isEqualTo(curve.peak()).isEqualTo(1e-3);
        assertThat(curve.points().get(9).rate()).isEqualTo(5e-4);
        choose("fresh small LLaVA");
        FxStage.await("three stages",
                () -> ((RateChart) find("finetune-rate-chart")).curve().orElseThrow().stages().size() == 3);
        await("its memory", "It fits");
        scrollTo("finetune-rates");
        assertThat(window.shootLooks("teach-rates")).isEmpty();
    }
}
