package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.Labeled;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Slider;
import javafx.scene.control.TableView;
import javafx.scene.control.ToggleButton;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.RunSummary;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A rate that falls from layer to layer, and how large weights and gradients are while it does.
@Tag("fx")
class TeachHistogramsTest extends WindowTest {
    @BeforeEach
    void showTeach() throws Exception {
        show("teach");
    }

    private List<String> texts(String id) {
        return find(id).lookupAll(".label").stream().filter(Node::isVisible).map(n -> ((Labeled) n).getText()).toList();
    }

    private List<String> strips(String id) {
        return find(id).lookupAll(".heat-strip").stream().map(Node::getAccessibleText).toList();
    }

    @Test
    void layersLearnAtTheirRatesAndTheHistogramsShow() throws Exception {
        FxStage.await("counts", () -> texts("finetune-counts").stream().anyMatch(t -> t.contains("vision_model")));
        assertThat(FxStage.call(() -> texts("finetune-counts"))).noneMatch(t -> t.startsWith("rate"));
        slide("finetune-rate", -3);
        slide("finetune-layers", 0.7);
        // four layers, and the embeddings below them
        String lowest = String.format(Locale.ROOT, "rate %.1e to 1.0e-03", 1e-3 * Math.pow(0.7, 5));
        FxStage.await("rates", () -> texts("finetune-counts").contains(lowest));
        scrollTo("finetune-counts");
        assertThat(window.shootLooks("teach-layers")).isEmpty();
        scrollTo("finetune-layers");
        assertThat(window.shootLooks("teach-layers-slider")).isEmpty();

        fire("teach-watch-spread");
        FxStage.settle();
        assertThat(FxStage.call(() -> ((Label) find("spread-none")).getText())).contains("Press Teach");
        slide("finetune-steps", 2);
        slide("finetune-batch", 3);
        FxStage.call(() -> {
            ((Button) find("teach-start")).fire();
            return null;
        });
        FxStage.await("the first histograms", () -> strips("spread").size() >= 6);
        assertThat(FxStage.call(() -> find("finetune-layers").isDisabled() || find("finetune-layers").getParent()
                .isDisabled())).as("a run keeps what it was started with").isTrue();
        FxStage.await("the end", () -> !find("teach-start").isDisabled() && texts("spread").contains("100"));
        RunSummary run = engine.runs().list().getFirst();
        assertThat(run.header().plan().optimizer().layerDecay()).isEqualTo(0.7);
        assertThat(engine.runs().log(run.id()).spreads()).hasSize(21);
        assertThat(FxStage.call(() -> strips("spread"))).anyMatch(t -> t.startsWith("vision_model: Weights, norm"))
                .anyMatch(t -> t.startsWith("text_model: Gradients, norm"));
        window.shootAll("teach-spread");

        show("runs");
        TableView<?> table = FxStage.call(() -> find("runs-table"));
        FxStage.await("the list", () -> !table.getItems().isEmpty());
        fire("runs-side-spread");
        FxStage.settle();
        FxStage.call(() -> {
            table.getSelectionModel().select(0);
            return null;
        });
        FxStage.await("its histograms", () -> strips("runs-spreads").size() >= 6);
        window.shootAll("runs-spread");
    }
}
