package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.application.Platform;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ButtonType;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.DialogPane;
import javafx.scene.control.Label;
import javafx.scene.control.Slider;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableView;
import javafx.scene.control.TextArea;
import javafx.scene.control.TextField;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.chart.LiveChart;
import org.diptych.app.chart.MatrixChart;
import org.diptych.app.fx.PulseMonitor;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.image.Pictures;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Teaching through the window, on real runs: the curve, the pulse, everything a person may do to a run, and the list of runs.
@Tag("fx")
class TeachTest extends WindowTest {
    /// The figure to reach is 100 ms; a machine that does three other things at once gets this much.
    private static final double LATEST_PULSE_MILLIS = 1000;

    private static LoadedModel clip;

    @BeforeAll
    static void load() {
        clip = engine.load(new LoadRequest("clip")).result().toCompletableFuture().join();
    }

    @Override
    void prepare() throws Exception {
        FxStage.call(() -> {
            window.models.add(clip);
            return null;
        });
    }

    private boolean disabled(String id) throws Exception {
        return FxStage.call(() -> find(id).isDisabled());
    }

    private void settings(int steps, int batch) throws Exception {
        FxStage.call(() -> {
            ((Slider) find("finetune-steps")).setValue(Math.log10(steps));
            ((Slider) find("finetune-batch")).setValue(Math.log(batch) / Math.log(2));
            return null;
        });
    }

    /// Starts a run through the form.
    private RunSummary teach(int steps, int batch) throws Exception {
        List<String> before = engine.runs().list().stream().map(RunSummary::id).toList();
        show("teach");
        settings(steps, batch);
        fire("teach-start");
        FxStage.await("the run", () -> engine.runs().list().stream().anyMatch(r -> !before.contains(r.id()))
                && !find("teach-keep").isDisabled());
        return engine.runs().list().stream().filter(r -> !before.contains(r.id())).findFirst().orElseThrow();
    }

    private static RunSummary now(RunSummary run) {
        return engine.runs().list().stream().filter(r -> r.id().equals(run.id())).findFirst().orElseThrow();
    }

    private static long losses(RunSummary run) throws Exception {
        return engine.runs().log(run.id()).since(0).stream().filter(r -> r.values().containsKey("loss")).count();
    }

    @Test
    void twentyStepsMakeTwentyPointsAndThePulseStaysSteady() throws Exception {
        show("teach");
        settings(20, 8);
        FxStage.settle();
        PulseMonitor pulse = FxStage.call(PulseMonitor::new);
        LiveChart chart = FxStage.call(() -> find("teach-chart"));
        long clicked = System.nanoTime();
        FxStage.call(() -> {
            pulse.start();
            ((Button) find("teach-start")).fire();
            return null;
        });
        FxStage.await("the first point", () -> chart.points() > 0 && chart.isVisible());
        double first = (System.nanoTime() - clicked) / 1e6;
        FxStage.await("the end", () -> !disabled("teach-start"));
        FxStage.await("the last point", () -> chart.points() == 20 + 21);
        FxStage.call(() -> {
            pulse.stop();
            return null;
        });
        RunSummary run = engine.runs().list().getFirst();
        assertThat(run.status()).isEqualTo(Status.FINISHED);
        assertThat(losses(run)).isEqualTo(20);
        figure("first point of a run %.0f ms after the click; pulses while teaching %d, latest %.0f ms late", first,
                pulse.gaps().length, pulse.worstMillis());
        assertThat(pulse.gaps().length).isGreaterThan(10);
        assertThat(pulse.worstMillis()).isLessThan(LATEST_PULSE_MILLIS);
        MatrixChart matrix = FxStage.call(() -> find("teach-matrix"));
        FxStage.await("the probe set's matrix", () -> matrix.shown().length == 16 * 16);
        ImageCanvas pinned = FxStage.call(() -> find("teach-pinned"));
        FxStage.await("the pinned map", () -> pinned.overlays().stream()
                .anyMatch(o -> o instanceof HeatOverlay heat && heat.heat().isPresent()));
        assertThat(FxStage.call(() -> ((Label) find("teach-progress")).getText())).contains("20").contains("finished");
    }

    private static void figure(String text, Object... args) throws IOException {
        Files.createDirectories(Path.of("target"));
        Files.writeString(Path.of("target", "teach.txt"), String.format(Locale.ROOT, text, args) + "\n",
                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Test
    void aRunPausesTakesAnotherRateGoesOnAndStops() throws Exception {
        RunSummary run = teach(2000, 8);
        FxStage.await("some steps", () -> losses(run) > 2);
        assertThat(disabled("teach-start")).isTrue();
        assertThat(disabled("teach-restore")).isTrue();
        assertThat(disabled("finetune-steps")).isTrue();
        fire("teach-pause");
        FxStage.await("the pause", () -> now(run).status() == Status.PAUSED);
        Thread.sleep(300);
        int resting = now(run).step();
        Thread.sleep(500);
        assertThat(now(run).step()).isEqualTo(resting);
        assertThat(FxStage.call(() -> ((Button) find("teach-pause")).getText())).isEqualTo("Go on");
        FxStage.call(() -> {
            ((Slider) find("finetune-rate")).setValue(-4.5);
            return null;
        });
        fire("teach-pause");
        FxStage.await("more steps", () -> now(run).step() > resting + 2);
        List<RunLog.Row> rows = engine.runs().log(run.id()).since(0).stream()
                .filter(r -> r.values().containsKey("rate")).toList();
        assertThat(rows.getLast().values().get("rate")).isLessThan(rows.getFirst().values().get("rate") * resting);
        assertThat(rows.getLast().values().get("rate")).isLessThan(Math.pow(10, -4.5));
        fire("teach-look");
        assertThat(FxStage.call(() -> window.models.selectedProperty().get().map(LoadedModel::handle)))
                .contains("run:" + run.id());
        show("teach");
        fire("teach-stop");
        FxStage.await("the stop", () -> now(run).status() == Status.STOPPED && !disabled("teach-start"));
        assertThat(disabled("finetune-steps")).isFalse();
        fire("teach-restore");
        FxStage.await("the model's end",
                () -> engine.loaded().stream().noneMatch(m -> m.handle().equals("run:" + run.id())));
        assertThat(disabled("teach-keep")).isTrue();
        FxStage.call(() -> window.undo.undo());
        FxStage.await("the weights again", () -> !disabled("teach-keep")
                && engine.loaded().stream().anyMatch(m -> m.handle().equals("run:" + run.id())));
        assertThat(now(run).step()).isGreaterThanOrEqualTo(resting);
        fire("teach-stop");
        FxStage.await("its end", () -> now(run).status() == Status.STOPPED && !disabled("teach-start"));
    }

    @Test
    void keepsTheWeightsWhereThePersonSays() throws Exception {
        RunSummary run = teach(10, 8);
        FxStage.await("the end", () -> now(run).status() == Status.FINISHED);
        Path kept = folder.resolve("mine");
        Platform.runLater(() -> ((Button) find("teach-keep")).fire());
        DialogPane dialog = dialog();
        FxStage.call(() -> {
            TextField where = (TextField) dialog.lookup("#keep-folder");
            assertThat(where.getText()).endsWith(run.id());
            where.setText("relative");
            assertThat(dialog.lookupButton(dialog.getButtonTypes().getFirst()).isDisabled()).isTrue();
            where.setText(kept.toString());
            ((Button) dialog.lookupButton(dialog.getButtonTypes().getFirst())).fire();
            return null;
        });
        FxStage.await("the weights", () -> now(run).kept().isPresent());
        assertThat(kept.resolve("model.safetensors")).exists();
        show("runs");
        TableView<RunSummary> table = FxStage.call(() -> find("runs-table"));
        FxStage.await("the list", () -> !table.getItems().isEmpty());
        FxStage.call(() -> {
            table.getSelectionModel().select(table.getItems().stream().filter(r -> r.id().equals(run.id())).findFirst()
                    .orElseThrow());
            return null;
        });
        fire("runs-load");
        FxStage.await("the model", () -> window.models.selectedProperty().get()
                .filter(m -> m.origin().equals(kept.toString())).isPresent());
        fire("runs-plan");
        FxStage.await("the form", () -> window.shell.shown().orElseThrow().id().equals("teach")
                && ((TextField) find("finetune-steps-value")).getText().equals("10"));
        assertThat(FxStage.call(() -> ((TextField) find("finetune-batch-value")).getText())).isEqualTo("8");
        assertThat(window.notices.last().orElseThrow()).contains(run.header().plan().name());
    }

    @Test
    void aFaultInThePlanIsToldWhileItIsTyped() throws Exception {
        show("teach");
        Platform.runLater(() -> ((Button) find("teach-plan")).fire());
        DialogPane dialog = dialog();
        TextArea text = FxStage.call(() -> (TextArea) dialog.lookup("#plan-text"));
        ButtonType use = dialog.getButtonTypes().getFirst();
        assertThat(FxStage.call(() -> dialog.lookupButton(use).isDisabled())).isFalse();
        FxStage.call(() -> {
            text.setText(text.getText().replace("\"batch\"", "\"bach\""));
            return null;
        });
        FxStage.await("the fault", () -> dialog.lookup(".error-banner").isVisible());
        assertThat(FxStage.call(() -> dialog.lookupButton(use).isDisabled())).isTrue();
        FxStage.call(() -> {
            text.setText(text.getText().replace("\"bach\"", "\"batch\""));
            return null;
        });
        FxStage.await("no fault",
                () -> !dialog.lookup(".error-banner").isVisible() && !dialog.lookupButton(use).isDisabled());
        FxStage.call(() -> {
            ((Button) dialog.lookupButton(dialog.getButtonTypes().getLast())).fire();
            return null;
        });
    }

    @Test
    void whatAPlanFilledTheFormWithIsTakenBack() throws Exception {
        show("teach");
        String usual = teachPlan(null);
        assertThat(FxStage.call(() -> find("finetune-usual").getParent().isVisible())).isFalse();
        JsonObject other = JsonParser.parseString(usual).getAsJsonObject();
        other.addProperty("steps", 77);
        other.addProperty("batch", 16);
        other.addProperty("seed", 5);
        other.addProperty("checkpointing", true);
        other.getAsJsonObject("data").addProperty("noise", 0.4);
        other.getAsJsonObject("optimizer").addProperty("rate", 0.002);
        other.getAsJsonObject("optimizer").addProperty("weightDecay", 0.3);
        other.getAsJsonObject("lora").addProperty("rank", 4);
        other.getAsJsonObject("lora").addProperty("alpha", 8);
        teachPlan(other.toString());
        assertThat(FxStage.call(() -> ((TextField) find("finetune-steps-value")).getText())).isEqualTo("77");
        assertThat(FxStage.call(() -> find("finetune-usual").getParent().isVisible())).isTrue();
        window.shootAll("teach-given");
        fire("finetune-usual");
        assertThat(FxStage.call(() -> find("finetune-usual").getParent().isVisible())).isFalse();
        assertThat(teachPlan(null)).isEqualTo(usual);
    }

    @Test
    void aLossThatIsNoNumberStopsTheRunWithAMessage() throws Exception {
        show("teach");
        Platform.runLater(() -> ((Button) find("teach-plan")).fire());
        DialogPane dialog = dialog();
        FxStage.call(() -> {
            TextArea text = (TextArea) dialog.lookup("#plan-text");
            // e^100 is more than 32 bits can hold
            text.setText(
                    text.getText().replace("\"logit_scale_init_value\": 2.6592", "\"logit_scale_init_value\": 100.0"));
            return null;
        });
        FxStage.await("a sound plan", () -> !dialog.lookupButton(dialog.getButtonTypes().getFirst()).isDisabled());
        FxStage.call(() -> {
            ((Button) dialog.lookupButton(dialog.getButtonTypes().getFirst())).fire();
            return null;
        });
        FxStage.await("the message", () -> find("teach-error").isVisible());
        assertThat(texts(find("teach-error"))).anyMatch(t -> t.startsWith("The loss is no longer a number at step 1"));
        FxStage.await("the end", () -> !find("teach-start").isDisabled());
        assertThat(engine.runs().list().getFirst().status()).isEqualTo(Status.FAILED);
    }

    /// No gain is large enough for this plan, so it ends after the second evaluation.
    @Test
    void aRunThatGainsNoMoreEndsAndSaysSo() throws Exception {
        show("teach");
        settings(40, 8);
        FxStage.call(() -> {
            ((Slider) find("finetune-patience")).setValue(1);
            return null;
        });
        Platform.runLater(() -> ((Button) find("teach-plan")).fire());
        DialogPane dialog = dialog();
        FxStage.call(() -> {
            TextArea text = (TextArea) dialog.lookup("#plan-text");
            assertThat(text.getText()).contains("\"patience\": 1");
            text.setText(text.getText().replace("\"minDelta\": 0.0", "\"minDelta\": 100.0"));
            return null;
        });
        FxStage.await("a sound plan", () -> !dialog.lookupButton(dialog.getButtonTypes().getFirst()).isDisabled());
        FxStage.call(() -> {
            ((Button) dialog.lookupButton(dialog.getButtonTypes().getFirst())).fire();
            return null;
        });
        FxStage.await("its end", () -> ((Label) find("teach-progress")).getText().contains("ended early"));
        assertThat(engine.runs().list().getFirst().status()).isEqualTo(Status.FINISHED);
        assertThat(engine.runs().list().getFirst().step()).isEqualTo(2);
        assertThat(FxStage.call(() -> ((Label) find("teach-progress")).getText())).contains("validation.loss");
    }

    @Test
    void aFolderWithoutPairsIsRefusedAndTheReasonTold() throws Exception {
        show("teach");
        Path own = Files.createDirectory(folder.resolve("own"));
        assertThat(FxStage.call(() -> window.shell.open(List.of(own)))).isFalse();
        Files.writeString(own.resolve("captions.jsonl"), "{\"image\": \"none.png\", \"caption\": \"a cat\"}\n");
        assertThat(FxStage.call(() -> window.shell.open(List.of(own)))).isTrue();
        FxStage.await("the refusal", () -> find("teach-error").isVisible());
        assertThat(disabled("teach-start")).isFalse();
        assertThat(FxStage.call(() -> ((ChoiceBox<?>) find("finetune-data")).getValue())).as("Toybox stays")
                .isEqualTo(true);
    }

    @Test
    void aPictureThatCannotBeReadIsToldBesideTheCurves() throws Exception {
        Path own = Files.createDirectory(folder.resolve("own"));
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            Pictures.writePng(own.resolve(i + ".png"), new Picture(32, 32, new byte[3 * 32 * 32], i + ".png"));
            lines.append("{\"image\": \"").append(i).append(".png\", \"caption\": \"")
                    .append(i % 2 == 0 ? "a red circle" : "a blue square").append("\"}\n");
        }
        Files.writeString(own.resolve("captions.jsonl"), lines);
        Files.write(own.resolve("6.png"), Arrays.copyOf(Files.readAllBytes(own.resolve("6.png")), 40));
        show("teach");
        assertThat(FxStage.call(() -> find("teach-remarks").isVisible())).isFalse();
        assertThat(FxStage.call(() -> window.shell.open(List.of(own)))).isTrue();
        FxStage.await("the pairs, read", () -> !disabled("teach-start"));
        settings(10, 8);
        fire("teach-start");
        FxStage.await("the remark", () -> find("teach-remarks").isVisible());
        assertThat(FxStage.call(() -> ((Label) find("teach-remarks")).getText())).contains("One picture", "6.png");
        FxStage.await("the end", () -> !disabled("teach-start"));
    }

    @Test
    void runsAreListedComparedDeletedAndBroughtBack() throws Exception {
        RunSummary one = teach(10, 8);
        FxStage.await("the first end", () -> now(one).status() == Status.FINISHED && !disabled("teach-start"));
        RunSummary two = teach(10, 16);
        show("runs");
        TableView<RunSummary> table = FxStage.call(() -> find("runs-table"));
        FxStage.await("both",
                () -> table.getItems().stream().map(RunSummary::id).toList().containsAll(List.of(one.id(), two.id())));
        FxStage.await("the end in the list", () -> table.getItems().stream()
                .anyMatch(r -> r.id().equals(two.id()) && r.status() == Status.FINISHED && r.step() == 10));
        LiveChart chart = FxStage.call(() -> find("runs-chart"));
        FxStage.settle();
        FxStage.call(() -> {
            for (RunSummary wanted : List.of(one, two)) { // rows lie in the scene in any order
                table.lookupAll(".check-box").stream().map(CheckBox.class::cast)
                        .filter(b -> b.getParent() instanceof TableCell<?, ?> cell
                                && cell.getTableRow().getItem() instanceof RunSummary run
                                && run.id().equals(wanted.id())
                                && !b.isSelected())
                        .findFirst().ifPresent(CheckBox::fire);
            }
            return null;
        });
        FxStage.await("two curves", () -> chart.points() == 20);
        assertThat(texts(window.scene.getRoot())).contains("batch", "8", "16");
        int before = table.getItems().size();
        FxStage.call(() -> {
            table.getSelectionModel().select(table.getItems().stream().filter(r -> r.id().equals(one.id())).findFirst()
                    .orElseThrow());
            return null;
        });
        fire("runs-delete");
        assertThat(one.folder()).doesNotExist();
        FxStage.await("one fewer", () -> table.getItems().size() == before - 1);
        FxStage.call(() -> window.undo.undo());
        FxStage.await("all again", () -> table.getItems().size() == before);
        assertThat(one.folder()).exists();
    }

    private static List<String> texts(Node root) throws Exception {
        return FxStage.call(() -> root.lookupAll(".label").stream().filter(Label.class::isInstance)
                .map(l -> ((Label) l).getText()).toList());
    }
}
