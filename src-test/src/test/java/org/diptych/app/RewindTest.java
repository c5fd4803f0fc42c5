package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.ToggleButton;
import javafx.scene.input.KeyCode;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.chart.MatrixChart;
import org.diptych.engine.Engine;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.RunSummary;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Looking back through the window, at a run under way and at one that has ended.
@Tag("fx")
class RewindTest extends WindowTest {

    private float[] map(String picture) throws Exception {
        return FxStage.call(() -> ((ImageCanvas) find(picture)).overlays().stream()
                .filter(HeatOverlay.class::isInstance).map(o -> ((HeatOverlay) o).heat()).flatMap(Optional::stream)
                .findFirst().orElseThrow().values().clone());
    }

    private float[] matrix(String id) throws Exception {
        return FxStage.call(() -> ((MatrixChart) find(id)).shown().clone());
    }

    @Test
    void aFinishedRunIsScrubbedPlayedAndLeft() throws Exception {
        RunSummary run = taught(40);
        show("runs");
        FxStage.await("the moments", () -> text("runs-rewind-size").startsWith("5 moments"));
        assertThat(text("runs-rewind-where")).contains("at its end");
        key("runs-rewind", KeyCode.HOME);
        FxStage.await("the first", () -> text("runs-moment-step").startsWith("step 0 of"));
        float[] firstMatrix = matrix("runs-moment-matrix");
        float[] firstMap = map("runs-moment-picture");
        String firstRanks = text("runs-moment-ranks");
        assertThat(firstRanks).startsWith("Own text in place").endsWith("of 16");
        FxStage.call(() -> {
            ((Slider) find("runs-rewind")).setValue(29); // what a drag does; 30 is the nearest moment
            return null;
        });
        FxStage.await("the fourth", () -> text("runs-moment-step").startsWith("step 30 of"));
        assertThat(FxStage.call(() -> ((Slider) find("runs-rewind")).getValue())).isEqualTo(30);
        assertThat(matrix("runs-moment-matrix")).isNotEqualTo(firstMatrix);
        assertThat(map("runs-moment-picture")).isNotEqualTo(firstMap);
        float[] whole = map("runs-moment-picture");
        FxStage.call(() -> {
            List<ToggleButton> words = window.scene.lookup("#runs-moment").lookupAll(".segments").stream()
                    .flatMap(s -> s.lookupAll(".toggle-button").stream()).map(ToggleButton.class::cast).toList();
            words.getLast().fire();
            return null;
        });
        assertThat(map("runs-moment-picture")).as("a word's own map").isNotEqualTo(whole);
        key("runs-rewind", KeyCode.LEFT);
        FxStage.await("one back", () -> text("runs-moment-step").startsWith("step 20 of"));
        assertThat(window.shootLooks("rewind-runs")).isEmpty();
        key("runs-rewind", KeyCode.SPACE);
        FxStage.await("played to the end", () -> text("runs-moment-step").startsWith("step 40 of"));
        FxStage.call(() -> {
            ((ToggleButton) find("runs-rewind-live")).fire();
            return null;
        });
        FxStage.await("the present", () -> text("runs-rewind-where").contains("at its end"));
        assertThat(engine.runs().list()).extracting(RunSummary::id).contains(run.id());
    }

    @Test
    void whatARunSawIsSeenAgainWhileItLearnsAndOtherPairsArePinned() throws Exception {
        show("teach");
        assertThat(text("finetune-pinned")).isEqualTo("1, 2, 3");
        FxStage.call(() -> {
            ((Slider) find("finetune-steps")).setValue(Math.log10(2000));
            ((Slider) find("finetune-batch")).setValue(3);
            ((Button) find("teach-start")).fire();
            return null;
        });
        FxStage.await("two moments", () -> window.scene.lookup("#teach-rewind-size") != null
                && text("teach-rewind-size").matches("([2-9]|[1-9][0-9]+) moments.*"));
        assertThat(FxStage.call(() -> find("finetune-pins").isDisabled())).isTrue();
        FxStage.call(() -> {
            ((Button) find("teach-pause")).fire();
            return null;
        });
        FxStage.await("the pause", () -> !find("finetune-pins").isDisabled());
        key("teach-rewind", KeyCode.HOME);
        FxStage.await("the first", () -> text("teach-moment-step").startsWith("step 0 of"));
        assertThat(FxStage.call(() -> find("teach-moment").isVisible())).isTrue();
        assertThat(FxStage.call(() -> find("teach-pinned").getParent().isVisible())).isFalse();
        float[] first = matrix("teach-moment-matrix");
        key("teach-rewind", KeyCode.END);
        FxStage.await("the last", () -> !text("teach-moment-step").startsWith("step 0 of"));
        assertThat(matrix("teach-moment-matrix")).isNotEqualTo(first);
        assertThat(window.shootLooks("rewind-teach")).isEmpty();
        FxStage.call(() -> {
            ((ToggleButton) find("teach-rewind-live")).fire();
            return null;
        });
        FxStage.await("the present", () -> find("teach-pinned").getParent().isVisible());
        FxStage.call(() -> {
            ((Button) find("teach-stop")).fire();
            return null;
        });
        FxStage.await("the end", () -> !find("teach-start").isDisabled());
        RunSummary run = engine.runs().list().getFirst();
        assertThat(Engine.moments(run.folder()).list()).extracting(Moments.Mark::step).startsWith(0);
        assertThat(Files.isDirectory(run.folder().resolve("moments"))).isTrue();
        assertThat(((Label) find("teach-rewind-where")).getText()).isNotEmpty();
    }
}
