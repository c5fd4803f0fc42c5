package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javafx.scene.Node;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Labeled;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.VBox;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.LoadRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the form says of stages, low-rank changes, and how much learns.
@Tag("fx")
class TeachStagesTest extends WindowTest {
    @Override
    void prepare() throws Exception {
        var clip = engine.load(new LoadRequest("clip")).result().toCompletableFuture().join();
        FxStage.call(() -> {
            window.models.add(clip);
            return null;
        });
    }

    @BeforeEach
    void showTeach() throws Exception {
        show("teach");
    }

    private List<String> counts() {
        return ((VBox) find("finetune-counts")).lookupAll(".label").stream().filter(Labeled.class::isInstance)
                .map(n -> ((Labeled) n).getText()).toList();
    }

    @SuppressWarnings("unchecked")
    private <T> void choose(String id, int index) throws Exception {
        FxStage.call(() -> {
            ChoiceBox<T> box = (ChoiceBox<T>) window.scene.lookup("#" + id);
            box.setValue(box.getItems().get(index));
            return null;
        });
    }

    private void startFrom(String words) throws Exception {
        FxStage.call(() -> {
            ComboBox<Object> box = find("finetune-start");
            box.setValue(box.getItems().stream().filter(s -> box.getConverter().toString(s).contains(words)).findFirst()
                    .orElseThrow());
            return null;
        });
    }

    private void scrollToCounts() throws Exception {
        FxStage.call(() -> {
            Node up = find("finetune-counts");
            while (!(up instanceof ScrollPane)) {
                up = up.getParent();
            }
            ((ScrollPane) up).setVvalue(0.6);
            return null;
        });
    }

    @Test
    void aPlanInStagesTellsWhatEachTrains() throws Exception {
        startFrom("fresh small LLaVA");
        FxStage.await("three stages are counted",
                () -> counts().stream().filter(t -> t.contains("full fine-tune")).count() == 3);
        assertThat(FxStage.call(this::counts)).anyMatch(t -> t.startsWith("words: "))
                .anyMatch(t -> t.startsWith("16,512 of ")).contains("multi_modal_projector", "16.5 k of 16.5 k");
        assertThat(FxStage.call(() -> find("finetune-trains").isDisabled())).as("the stages say what learns").isTrue();
        scrollToCounts();
        assertThat(window.shootLooks("teach-stages")).isEmpty();
        choose("finetune-stage", 2);
        FxStage.await("W alone", () -> counts().stream().filter(t -> t.contains("full fine-tune")).count() == 1
                && counts().stream().anyMatch(t -> t.startsWith("16,512 of ")));
        choose("finetune-lora", 1);
        FxStage.await("LoRA is a part", () -> counts().contains("LoRA"));
        choose("finetune-stage", 1);
        FxStage.await("parts may be chosen", () -> !find("finetune-trains").isDisabled());
    }

    @Test
    void theBridgeIsCountedAgainstAll() throws Exception {
        startFrom("fresh small BLIP-2");
        FxStage.await("it is counted", () -> counts().contains("Qformer"));
        String all = FxStage.call(() -> counts().getFirst());
        assertThat(all).contains("(100 %)");
        choose("finetune-stage", 1);
        FxStage.await("the bridge", () -> counts().stream().noneMatch(t -> t.contains("(100 %)"))
                && counts().stream().anyMatch(t -> t.startsWith("0 of ")));
        scrollToCounts();
        assertThat(window.shootLooks("teach-bridge")).isEmpty();
    }

    @Test
    void aModelThatIsTaughtAtOnceHasNoStages() throws Exception {
        FxStage.await("it is counted", () -> counts().contains("vision_model"));
        assertThat(FxStage.call(() -> find("finetune-stage").getParent().isVisible())).isFalse();
    }
}
