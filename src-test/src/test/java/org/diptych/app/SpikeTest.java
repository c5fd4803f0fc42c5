package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import javafx.event.Event;
import javafx.geometry.Point2D;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Labeled;
import javafx.scene.control.ListView;
import javafx.scene.control.Slider;
import javafx.scene.control.TextArea;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.input.MouseButton;
import javafx.scene.input.MouseEvent;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.chart.LiveChart;
import org.diptych.app.shell.Navigator;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.api.RunLog.Event.Kind;
import org.diptych.engine.api.StepPairs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a point of a curve to the pairs behind it, through the window.
@Tag("fx")
class SpikeTest extends WindowTest {
    private static final String TEXT = "a small blue ring above a large yellow cross";

    /// @return a text of the pane, which closes when something went wrong
    private String pane(String id) throws Exception {
        assertThat(visible("teach-error")).as("an error is told").isFalse();
        assertThat(visible("teach-batch")).as("the pane is open").isTrue();
        return text(id);
    }

    /// Clicks into the middle of a chart, where the middle of the run is.
    private void click(String chart) throws Exception {
        FxStage.call(() -> {
            LiveChart node = find(chart);
            Point2D at = node.localToScene(node.getWidth() / 2, node.getHeight() / 2);
            Event.fireEvent(node, new MouseEvent(MouseEvent.MOUSE_CLICKED, at.getX(), at.getY(), at.getX(), at.getY(),
                    MouseButton.PRIMARY, 1, false, false, false, false, true, false, false, true, false, true, null));
            return null;
        });
    }

    private List<StepPairs.Pair> pairs() throws Exception {
        return FxStage.call(() -> List.copyOf(this.<ListView<StepPairs.Pair>>find("teach-batch-list").getItems()));
    }

    private boolean visible(String id) throws Exception {
        return FxStage.call(() -> find(id).isVisible());
    }

    private boolean mapped() throws Exception {
        return FxStage.call(() -> ((ImageCanvas) find("teach-batch-picture")).overlays().stream()
                .filter(HeatOverlay.class::isInstance).anyMatch(o -> ((HeatOverlay) o).heat().isPresent()));
    }

    private void say(String caption) throws Exception {
        FxStage.call(() -> {
            ((TextArea) find("teach-batch-caption")).setText(caption);
            return null;
        });
        key("teach-batch-caption", KeyCode.ENTER);
    }

    private RunLog log() throws Exception {
        return engine.runs().log(engine.runs().list().getFirst().id());
    }

    @Test
    void aClickOnACurveShowsThePairsOfThatStepToBeCorrected() throws Exception {
        show(Navigator.TEACH);
        assertThat(visible("teach-batch")).isFalse();
        FxStage.call(() -> {
            ((Slider) find("finetune-steps")).setValue(Math.log10(2000));
            ((Slider) find("finetune-noise")).setValue(0.2);
            ((Button) find("teach-start")).fire();
            return null;
        });
        FxStage.await("some steps", () -> engine.runs().list().stream().anyMatch(r -> r.step() > 30));
        fire("teach-pause");
        FxStage.await("the curves", () -> ((LiveChart) find("teach-chart")).points() > 30);
        FxStage.settle();
        click("teach-chart");
        assertThat(visible("teach-batch")).as("the click opens the pane").isTrue();
        FxStage.await("the pairs", () -> pane("teach-batch-title").matches("Step \\d+: \\d+ pairs, worst first"));
        int step = Integer.parseInt(text("teach-batch-title").replaceAll("Step (\\d+):.*", "$1"));
        assertThat(step).isBetween(2, engine.runs().list().getFirst().step() - 1);
        assertThat(text("teach-batch-measure")).contains("cross-entropy");
        assertThat(pairs()).hasSizeGreaterThan(3).isSortedAccordingTo(
                Comparator.comparingDouble((StepPairs.Pair p) -> p.value().getAsDouble()).reversed());
        FxStage.await("the map", this::mapped);
        assertThat(window.shootLooks("spike-teach")).isEmpty();

        StepPairs.Pair worst = pairs().getFirst();
        say(TEXT);
        FxStage.await("the correction", () -> text("teach-batch-said").startsWith("Learnt so from step"));
        assertThat(pairs().getFirst()).extracting(StepPairs.Pair::present, StepPairs.Pair::given,
                StepPairs.Pair::learnt).containsExactly(TEXT, worst.given(), worst.learnt());
        fire("teach-batch-requeue");
        FxStage.await("the requeue", () -> text("teach-batch-said").startsWith("In the batch of step"));
        FxStage.await("its map", this::mapped);
        assertThat(window.shootLooks("spike-corrected")).isEmpty();
        assertThat(log().events()).extracting(RunLog.Event::event).containsExactly(Kind.CORRECTED, Kind.REQUEUED);
        assertThat(log().events()).extracting(RunLog.Event::text).containsExactly(TEXT, TEXT);
        FxStage.call(window.undo::undo);
        FxStage.await("the undo", () -> text("teach-batch-said").startsWith("Learnt as in the data set again"));
        assertThat(pairs().getFirst().present()).isEqualTo(worst.present());

        fire("teach-batch-after");
        FxStage.await("the next step's", () -> text("teach-batch-title").startsWith("Step " + (step + 1) + ":"));
        FxStage.call(() -> {
            ((TextArea) find("teach-batch-caption")).setText("half a thought");
            return null;
        });
        key("teach-batch-caption", KeyCode.ESCAPE);
        assertThat(visible("teach-batch")).as("the first Escape leaves the caption").isTrue();
        assertThat(FxStage.call(() -> ((TextArea) find("teach-batch-caption")).getText()))
                .isEqualTo(pairs().getFirst().present());
        key("teach-batch-caption", KeyCode.ESCAPE);
        assertThat(visible("teach-batch")).isFalse();

        fire("teach-stop");
        FxStage.await("the end", () -> !find("teach-start").isDisabled());
        click("teach-chart");
        FxStage.await("pairs of an ended run", () -> text("teach-batch-title").matches("Step \\d+: .*first"));
        FxStage.await("why they stay", () -> text("teach-batch-said").startsWith("The run has ended"));
        assertThat(FxStage.call(() -> find("teach-batch-requeue").isDisabled())).isTrue();
        key("teach-batch-list", KeyCode.ESCAPE);
        assertThat(visible("teach-batch")).isFalse();
        show("runs");
        FxStage.await("its curve", () -> window.scene.lookup("#runs-chart") != null
                && ((LiveChart) find("runs-chart")).points() > 30);
        FxStage.settle();
        click("runs-chart");
        FxStage.await("its pairs here", () -> text("runs-batch-title").matches("Step \\d+: .*first"));
        assertThat(visible("runs-batch-past")).as("its weights are in memory").isFalse();
        fire("runs-batch-close");
        assertThat(visible("runs-batch")).isFalse();
        show(Navigator.TEACH);
        fire("teach-restore");
        FxStage.await("the weights' end", () -> engine.loaded().stream().noneMatch(m -> m.handle().startsWith("run:")));
        show("runs");
        click("runs-chart");
        FxStage.await("pairs from the last checkpoint",
                () -> visible("runs-batch") && text("runs-batch-title").matches("Step \\d+: .*first"));
        assertThat(visible("runs-batch-past")).isTrue();
        assertThat(FxStage.call(() -> List.copyOf(this.<ListView<StepPairs.Pair>>find("runs-batch-list").getItems())))
                .hasSizeGreaterThan(3).isSortedAccordingTo(
                        Comparator.comparingDouble((StepPairs.Pair p) -> p.value().getAsDouble()).reversed());
        assertThat(FxStage.call(() -> find("runs-batch-requeue").isDisabled())).isTrue();
        assertThat(window.shootLooks("spike-runs")).isEmpty();
        assertThat(engine.runs().list().getFirst().status()).isEqualTo(Status.STOPPED);
    }
}
