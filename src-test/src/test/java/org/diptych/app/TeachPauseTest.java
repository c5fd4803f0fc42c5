package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javafx.application.Platform;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.CheckBox;
import javafx.scene.control.ComboBox;
import javafx.scene.control.DialogPane;
import javafx.scene.control.Label;
import javafx.scene.control.Spinner;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableView;
import javafx.scene.control.TextField;
import org.diptych.app.chart.LiveChart;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunLog.Event.Kind;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.RunSummary.Status;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A run that waits for its person: other terms, some more steps, branches; and runs that are taken up again from the list.
@Tag("fx")
class TeachPauseTest extends WindowTest {
    private boolean disabled(String id) throws Exception {
        return FxStage.call(() -> find(id).isDisabled());
    }

    private boolean visible(String id) throws Exception {
        return FxStage.call(() -> {
            Node node = find(id);
            while (node != null && node.isVisible()) {
                node = node.getParent();
            }
            return node == null;
        });
    }

    private void type(String id, String text) throws Exception {
        FxStage.call(() -> {
            ((TextField) find(id)).setText(text);
            return null;
        });
    }

    private static List<String> ids() {
        return engine.runs().list().stream().map(RunSummary::id).toList();
    }

    private static RunSummary now(String run) {
        return engine.runs().list().stream().filter(r -> r.id().equals(run)).findFirst().orElseThrow();
    }

    private RunSummary added(List<String> before) throws Exception {
        FxStage.await("the run", () -> ids().stream().anyMatch(r -> !before.contains(r)) && !disabled("teach-keep"));
        return engine.runs().list().stream().filter(r -> !before.contains(r.id())).findFirst().orElseThrow();
    }

    private String teach(int steps, int batch) throws Exception {
        List<String> before = ids();
        show("teach");
        type("finetune-steps-value", Integer.toString(steps));
        type("finetune-batch-value", Integer.toString(batch));
        fire("teach-start");
        return added(before).id();
    }

    /// @return steps of the run, which waits
    private int pause(String run) throws Exception {
        FxStage.await("some steps", () -> now(run).step() > 2);
        fire("teach-pause");
        FxStage.await("the pause", () -> visible("teach-further"));
        // the step under way ends before the lane does anything else
        engine.runs().control(run).orElseThrow().batch(now(run).step()).result().toCompletableFuture().join();
        return now(run).step();
    }

    private String ended(int steps, int batch) throws Exception {
        String run = teach(steps, batch);
        FxStage.await("its end", () -> now(run).status() == Status.FINISHED && !disabled("teach-start"));
        return run;
    }

    private void stop(String run) throws Exception {
        fire("teach-stop");
        FxStage.await("the stop", () -> now(run).status() == Status.STOPPED && !disabled("teach-start"));
    }

    private void select(String run) throws Exception {
        show("runs");
        TableView<RunSummary> table = FxStage.call(() -> find("runs-table"));
        FxStage.await("the list",
                () -> table.getItems().stream().anyMatch(r -> r.id().equals(run) && r.status() == now(run).status()));
        FxStage.call(() -> {
            table.getSelectionModel().clearSelection();
            table.getSelectionModel().select(table.getItems().stream().filter(r -> r.id().equals(run)).findFirst()
                    .orElseThrow());
            return null;
        });
    }

    private void more(String button, int steps) throws Exception {
        Platform.runLater(() -> ((Button) find(button)).fire());
        DialogPane dialog = dialog();
        FxStage.call(() -> {
            Spinner<?> count = (Spinner<?>) dialog.lookup("#more-steps");
            count.getEditor().setText(Integer.toString(steps));
            count.commitValue();
            return null;
        });
        press(dialog, 0);
    }

    private static long losses(String run) throws Exception {
        return engine.runs().log(run).since(0).stream().filter(r -> r.values().containsKey("loss")).count();
    }

    @Test
    void aPausedRunTakesAnotherBatchAndMixAndSomeMoreSteps() throws Exception {
        show("teach");
        type("finetune-train-value", "200");
        String run = teach(2000, 8);
        assertThat(disabled("finetune-batch-value")).as("while it runs").isTrue();
        assertThat(visible("finetune-locked")).isTrue();
        int at = pause(run);
        assertThat(disabled("finetune-batch-value")).isFalse();
        assertThat(disabled("finetune-start")).as("a branch is of the same model").isTrue();
        assertThat(visible("finetune-locked-paused")).isTrue();
        assertThat(visible("teach-pending")).isFalse();
        type("finetune-batch-value", "16");
        type("finetune-task-contrastive-value", "0.5");
        assertThat(text("teach-pending")).contains("16 pairs a step", "0.5 × pictures and texts");
        assertThat(window.shootLooks("teach-paused")).isEmpty();
        assertThat(engine.runs().log(run).events()).as("nothing before it goes on").isEmpty();
        FxStage.call(() -> {
            ((Spinner<?>) find("teach-further-count")).getEditor().setText("3");
            return null;
        });
        fire("teach-further");
        FxStage.await("three steps and a pause",
                () -> now(run).status() == Status.PAUSED && now(run).step() == at + 3 && visible("teach-further"));
        RunLog log = engine.runs().log(run);
        assertThat(log.events()).extracting(RunLog.Event::event, RunLog.Event::step, RunLog.Event::text)
                .containsExactly(tuple(Kind.BATCH, at + 1, "16"), tuple(Kind.OBJECTIVES, at + 1, "contrastive 0.5"));
        assertThat(engine.runs().control(run).orElseThrow().batch(at + 2).result().toCompletableFuture().join().pairs())
                .hasSize(16);
        FxStage.await("what was changed is told",
                () -> text("teach-remarks").contains("From step " + (at + 1) + ": 16 pairs a step."));
        assertThat(visible("teach-pending")).isFalse();
        type("finetune-batch-value", "300");
        fire("teach-pause");
        FxStage.await("the refusal", () -> find("teach-error").isVisible());
        assertThat(FxStage.call(() -> find("teach-error").lookupAll(".label").stream()
                .map(l -> ((Label) l).getText()).toList())).anyMatch(t -> t.contains("A batch of 300"));
        assertThat(now(run).status()).isEqualTo(Status.PAUSED);
        type("finetune-batch-value", "16");
        fire("teach-pause");
        FxStage.await("it goes on", () -> now(run).step() > at + 6);
        stop(run);
    }

    private List<CheckBox> objectives() {
        return find("finetune-objectives").lookupAll(".check-box").stream().map(CheckBox.class::cast).toList();
    }

    private void tick(String objective) throws Exception {
        FxStage.call(() -> {
            objectives().stream().filter(b -> b.getText().equals(objective)).findFirst().orElseThrow().fire();
            return null;
        });
    }

    /// What is no longer ticked is no longer learnt, and can be ticked again.
    @Test
    void anObjectiveIsTakenAwayWhileItWaits() throws Exception {
        show("teach");
        FxStage.call(() -> {
            ComboBox<Object> from = find("finetune-start");
            from.setValue(from.getItems().stream().filter(s -> from.getConverter().toString(s).contains("ALBEF"))
                    .findFirst().orElseThrow());
            return null;
        });
        FxStage.await("its objectives", () -> objectives().size() > 1);
        String run = teach(2000, 8);
        int at = pause(run);
        tick("hidden words");
        assertThat(text("teach-pending")).contains("do they belong together").doesNotContain("hidden words");
        fire("teach-pause");
        FxStage.await("it goes on", () -> now(run).step() > at + 3);
        int further = pause(run);
        tick("hidden words");
        fire("teach-pause");
        FxStage.await("it goes on", () -> now(run).step() > further + 2);
        stop(run);
        for (RunLog.Row row : engine.runs().log(run).since(0)) {
            if (row.values().containsKey("loss")) {
                assertThat(row.values().containsKey("loss.mlm")).as("step %d", row.step())
                        .isEqualTo(row.step() <= at || row.step() > further);
                assertThat(row.values()).containsKey("loss.itm");
            }
        }
    }

    @Test
    void aBranchOfAPausedRunLeavesItWaitingAndBothCanBeGoneOnWith() throws Exception {
        String run = teach(2000, 8);
        int at = pause(run);
        type("finetune-batch-value", "16");
        type("finetune-steps-value", "1500");
        List<String> before = ids();
        fire("teach-branch");
        String branch = added(before).id();
        FxStage.await("its steps", () -> now(branch).step() > at + 2);
        assertThat(now(branch).header()).extracting(RunLog.Header::parent, RunLog.Header::branched)
                .containsExactly(run, at);
        assertThat(now(branch).header().plan()).satisfies(p -> {
            assertThat(p.batch()).isEqualTo(16);
            assertThat(p.steps()).isEqualTo(1500);
        });
        assertThat(now(run)).extracting(RunSummary::status, RunSummary::step).containsExactly(Status.PAUSED, at);
        select(run);
        assertThat(window.shootLooks("runs-tree")).isEmpty();
        fire("runs-go-on");
        FxStage.await("one at a time", () -> find("teach-error").isVisible());
        assertThat(now(run).status()).isEqualTo(Status.PAUSED);
        int there = pause(branch);
        select(run);
        fire("runs-go-on");
        FxStage.await("the former in Teach", () -> text("teach-progress").contains("step " + at + " of 2,000")
                && ((TextField) find("finetune-batch-value")).getText().equals("8"));
        assertThat(visible("teach-pending")).isFalse();
        fire("teach-pause");
        FxStage.await("it goes on", () -> now(run).step() > at + 2);
        assertThat(now(branch)).extracting(RunSummary::status, RunSummary::step).containsExactly(Status.PAUSED, there);
        stop(run);
        select(branch);
        fire("runs-go-on");
        FxStage.await("the branch in Teach", () -> !disabled("teach-stop"));
        stop(branch);
    }

    @Test
    void aStoppedRunIsGoneOnWithFromTheListAndAFinishedOneBranched() throws Exception {
        String run = teach(2000, 8);
        pause(run);
        stop(run);
        int at = now(run).step();
        select(run);
        assertThat(disabled("runs-go-on")).isFalse();
        fire("runs-go-on");
        FxStage.await("more steps", () -> now(run).status() == Status.RUNNING && now(run).step() > at + 2);
        select(run);
        assertThat(disabled("runs-go-on")).isTrue();
        assertThat(text("runs-why")).contains("under way");
        show("teach");
        stop(run);
        assertThat(losses(run)).as("each step once").isEqualTo(now(run).step());

        String done = ended(10, 8);
        select(done);
        assertThat(disabled("runs-go-on")).isTrue();
        assertThat(text("runs-why")).contains("finished");
        List<String> before = ids();
        more("runs-branch", 5);
        String branch = added(before).id();
        FxStage.await("its end", () -> now(branch).status() == Status.FINISHED && now(branch).step() == 15);
        assertThat(now(branch).header().parent()).isEqualTo(done);
        FxStage.await("Teach has it", () -> !disabled("teach-more") && text("teach-progress").contains("15"));
        List<String> two = ids();
        more("teach-more", 5);
        String third = added(two).id();
        FxStage.await("its end", () -> now(third).status() == Status.FINISHED && now(third).step() == 20);
        assertThat(now(third).header().parent()).isEqualTo(branch);
    }

    /// @return a copy of a run, as it lies there when that befell it
    private String left(String how) throws Exception {
        String run = teach(2000, 8);
        pause(run);
        stop(run);
        String cut = how.toLowerCase(Locale.ROOT) + "-" + run;
        Path left = now(run).folder().resolveSibling(cut);
        try (Stream<Path> all = Files.walk(now(run).folder())) {
            for (Path each : all.toList()) {
                Files.copy(each, left.resolve(now(run).folder().relativize(each).toString()));
            }
        }
        Path log = left.resolve("log.jsonl");
        Files.writeString(log, Files.readString(log).replace("\"id\":\"" + run + "\"", "\"id\":\"" + cut + "\""));
        JsonObject status = JsonParser.parseString(Files.readString(left.resolve("status.json"))).getAsJsonObject();
        status.addProperty("status", how);
        status.addProperty("born", "1999-12-31T23:59:59Z");
        Files.writeString(left.resolve("status.json"), status.toString());
        return cut;
    }

    /// What made it fail may make it fail again, so it waits, with what its last checkpoint holds.
    @Test
    void aFailedRunIsBroughtBackFromTheListAndWaits() throws Exception {
        String cut = left("FAILED");
        assertThat(now(cut).status()).isEqualTo(Status.FAILED);
        int at = now(cut).step();
        select(cut);
        assertThat(disabled("runs-go-on")).isFalse();
        fire("runs-go-on");
        FxStage.await("it waits", () -> now(cut).status() == Status.PAUSED && visible("teach-further"));
        assertThat(now(cut).step()).isEqualTo(at);
        FxStage.await("why", () -> window.notices.last().filter(t -> t.contains("The run had failed")).isPresent());
        fire("teach-pause");
        FxStage.await("more steps", () -> now(cut).step() > at + 2);
        show("teach");
        stop(cut);
        assertThat(losses(cut)).as("each step once").isEqualTo(now(cut).step());
    }

    @Test
    void anInterruptedRunIsOfferedAndGoneOnWith() throws Exception {
        String cut = left("RUNNING");
        int at = now(cut).step();
        closeWindow();
        openWindow();
        show("teach");
        FxStage.await("the offer", () -> window.scene.lookup("#teach-go-on") != null);
        fire("teach-go-on");
        FxStage.await("more steps", () -> now(cut).status() == Status.RUNNING && now(cut).step() > at + 2);
        assertThat(window.scene.lookup("#teach-go-on")).isNull();
        stop(cut);
    }

    @Test
    void theTickedRunsAreTickedAgain() throws Exception {
        String one = ended(10, 8);
        String two = ended(12, 8);
        String three = ended(14, 8);
        select(one);
        TableView<RunSummary> table = FxStage.call(() -> find("runs-table"));
        LiveChart chart = FxStage.call(() -> find("runs-chart"));
        FxStage.await("the newest is drawn", () -> chart.points() == 14);
        FxStage.call(() -> {
            for (Node node : table.lookupAll(".check-box")) {
                if (node.getParent() instanceof TableCell<?, ?> cell
                        && cell.getTableRow().getItem() instanceof RunSummary run
                        && (run.id().equals(one) || run.id().equals(three))) {
                    ((CheckBox) node).fire();
                }
            }
            return null;
        });
        FxStage.await("the oldest alone", () -> chart.points() == 10);
        closeWindow();
        openWindow();
        show("runs");
        FxStage.await("the same again", () -> ((LiveChart) find("runs-chart")).points() == 10);
        assertThat(List.of(one, two, three)).doesNotHaveDuplicates();
    }
}
