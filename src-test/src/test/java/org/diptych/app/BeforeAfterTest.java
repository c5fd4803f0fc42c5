package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.application.Platform;
import javafx.scene.control.Button;
import javafx.scene.control.ButtonBase;
import javafx.scene.control.CheckBox;
import javafx.scene.control.DialogPane;
import javafx.scene.control.Label;
import javafx.scene.control.TextArea;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.stage.Window;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.train.TinyPlans;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A run's model and what it began from, side by side, through the window on tiny runs.
@Tag("fx")
class BeforeAfterTest extends WindowTest {
    private static final String DONE = "Choose another word";

    private static boolean none() {
        return Window.getWindows().stream().map(w -> w.getScene().getRoot()).noneMatch(DialogPane.class::isInstance);
    }

    /// Starts a tiny run of a family, lets it take a few steps and lets it rest.
    private RunSummary rested(String family, String... replaced) throws Exception {
        List<String> settings = new ArrayList<>(List.of("steps", "100000", "evaluateEvery", "100000", "moments",
                "{\"pairs\": []}"));
        settings.addAll(List.of(replaced));
        String plan = engine.planJson(TinyPlans.of(family, settings.toArray(String[]::new)));
        List<String> before = engine.runs().list().stream().map(RunSummary::id).toList();
        show("teach");
        Platform.runLater(() -> ((Button) find("teach-plan")).fire());
        DialogPane dialog = dialog();
        FxStage.call(() -> {
            ((TextArea) dialog.lookup("#plan-text")).setText(plan);
            return null;
        });
        FxStage.await("a sound plan", () -> !dialog.lookupButton(dialog.getButtonTypes().getFirst()).isDisabled());
        FxStage.call(() -> {
            ((Button) dialog.lookupButton(dialog.getButtonTypes().getFirst())).fire();
            return null;
        });
        FxStage.await("the run", () -> engine.runs().list().stream().anyMatch(r -> !before.contains(r.id()))
                && !find("teach-keep").isDisabled());
        RunSummary run = engine.runs().list().stream().filter(r -> !before.contains(r.id())).findFirst().orElseThrow();
        FxStage.await("some steps", () -> now(run).step() > 2);
        assertThat(FxStage.call(() -> find("teach-sides").isDisabled())).isTrue();
        assertThat(text("teach-sides-why")).isEqualTo("Pause or stop the run first.");
        fire("teach-pause");
        FxStage.await("it may be compared", () -> !find("teach-sides").isDisabled());
        assertThat(now(run).status()).isEqualTo(Status.PAUSED);
        assertThat(text("teach-sides-why")).isEmpty();
        return run;
    }

    private static RunSummary now(RunSummary run) {
        return engine.runs().list().stream().filter(r -> r.id().equals(run.id())).findFirst().orElseThrow();
    }

    private void end(RunSummary run) throws Exception {
        fire("teach-stop");
        FxStage.await("its end", () -> now(run).status() == Status.STOPPED && !find("teach-start").isDisabled());
        fire("teach-restore");
        FxStage.await("the model's end",
                () -> engine.loaded().stream().noneMatch(m -> m.handle().equals("run:" + run.id())));
    }

    private DialogPane open() throws Exception {
        Platform.runLater(() -> ((Button) find("teach-sides")).fire());
        return dialog();
    }

    private static void await(DialogPane dialog) throws Exception {
        FxStage.await("all answers", () -> said(dialog, "sides-doing").startsWith(DONE));
    }

    private static String said(DialogPane dialog, String id) {
        Label label = (Label) dialog.lookup("#" + id);
        assertThat(label).as(id).isNotNull();
        return label.getText();
    }

    private static float[] map(DialogPane dialog, String id) throws Exception {
        return FxStage.call(() -> ((ImageCanvas) dialog.lookup("#" + id)).overlays().stream()
                .map(HeatOverlay.class::cast).findFirst().orElseThrow().heat().orElseThrow().values());
    }

    private static void escape(DialogPane dialog, String from) throws Exception {
        FxStage.call(() -> {
            dialog.lookup("#" + from)
                    .fireEvent(new KeyEvent(KeyEvent.KEY_PRESSED, "", "", KeyCode.ESCAPE, false, false, false, false));
            return null;
        });
        FxStage.await("no dialog", BeforeAfterTest::none);
    }

    private static List<String> bases() {
        return engine.loaded().stream().map(LoadedModel::handle).filter(h -> h.startsWith("base:")).toList();
    }

    @Test
    void twoMapsAndTheirDifferenceOfWhatThePersonLooksAt() throws Exception {
        show("teach");
        assertThat(FxStage.call(() -> find("teach-sides").isDisabled())).isTrue();
        assertThat(text("teach-sides-why")).isEqualTo("Teach a model first.");
        show("look");
        FxStage.call(() -> {
            TextField sentence = find("inspect-text");
            sentence.setText("a small red fish");
            sentence.getOnAction().handle(null);
            return null;
        });
        RunSummary run = rested("clip");
        DialogPane dialog = open();
        assertThat(FxStage.call(() -> ((TextField) dialog.lookup("#sides-sentence")).getText()))
                .isEqualTo("a small red fish");
        await(dialog);
        assertThat(FxStage.call(() -> dialog.getScene().getFocusOwner().getId())).as("for the arrow keys")
                .isEqualTo("sides-words");
        assertThat(bases()).containsExactly("base:" + run.id());
        float[] before = map(dialog, "sides-before");
        float[] after = map(dialog, "sides-after");
        float[] less = map(dialog, "sides-difference");
        assertThat(before).hasSameSizeAs(after).isNotEqualTo(after);
        for (int i = 0; i < less.length; i++) {
            assertThat(less[i]).isEqualTo(after[i] - before[i]);
        }
        String cosine = FxStage.call(() -> said(dialog, "sides-cosine-after"));
        assertThat(cosine).matches("-?0\\.\\d{3}");
        assertThat(FxStage.call(() -> said(dialog, "sides-cosine-before"))).matches("-?0\\.\\d{3}")
                .isNotEqualTo(cosine);
        assertThat(FxStage.call(() -> dialog.lookup("#sides-rest").isVisible())).as("nothing is left").isFalse();
        shoot(dialog, "sides-clip");

        TokenStrip words = FxStage.call(() -> (TokenStrip) dialog.lookup("#sides-words"));
        FxStage.call(() -> {
            int at = words.selectionProperty().get().orElseThrow().first();
            words.selectionProperty().set(Optional.of(new TokenStrip.Span(at - 1, at - 1)));
            return null;
        });
        await(dialog);
        float[] other = map(dialog, "sides-after");
        assertThat(other).as("of another word").isNotEqualTo(after);
        assertThat(FxStage.call(() -> said(dialog, "sides-cosine-after"))).as("of the whole").isEqualTo(cosine);
        FxStage.call(() -> {
            ((CheckBox) dialog.lookup("#sides-scale")).fire();
            ((ButtonBase) dialog.lookup("#sides-scene")).fire();
            return null;
        });
        assertThat(FxStage.call(() -> ((TextField) dialog.lookup("#sides-sentence")).getText()))
                .isNotEqualTo("a small red fish");
        await(dialog);
        assertThat(map(dialog, "sides-after")).as("of another scene").isNotEqualTo(other);
        escape(dialog, "sides-words");
        FxStage.await("the base is freed", () -> bases().isEmpty());
        assertThat(FxStage.call(() -> window.models.loaded().stream().map(LoadedModel::handle).toList()))
                .noneMatch(h -> h.startsWith("base:"));
        assertThat(now(run).status()).as("the run rests still").isEqualTo(Status.PAUSED);

        escape(open(), "sides-sentence"); // while the base is being opened
        engine.unload("none").result().toCompletableFuture().join();
        assertThat(bases()).isEmpty();
        end(run);
        assertThat(text("teach-sides-why")).isEqualTo("Teach a model first.");
    }

    @Test
    void hiddenWordsAndAnswersOfBoth() throws Exception {
        RunSummary run = rested("lxmert");
        DialogPane dialog = open();
        await(dialog);
        assertThat(map(dialog, "sides-before")).isNotEqualTo(map(dialog, "sides-after"));
        for (String row : List.of("match", "gap", "answer")) {
            String before = FxStage.call(() -> said(dialog, "sides-" + row + "-before"));
            String after = FxStage.call(() -> said(dialog, "sides-" + row + "-after"));
            assertThat(before).as(row).matches(row.equals("match") ? "0\\.\\d{3}" : ".+ \\d+ %.*");
            assertThat(after).as(row).matches(row.equals("match") ? "0\\.\\d{3}" : ".+ \\d+ %.*").isNotEqualTo(before);
        }
        assertThat(FxStage.call(() -> ((TextField) dialog.lookup("#sides-question")).getText()))
                .startsWith("what colour is the ");
        shoot(dialog, "sides-lxmert");
        escape(dialog, "sides-question");
        FxStage.await("the base is freed", () -> bases().isEmpty());
        end(run);
    }

    @Test
    void captionsOfBothInTheLanguageOfTheRun() throws Exception {
        RunSummary run = rested("blip", "data.language", "\"zh\"");
        DialogPane dialog = open();
        FxStage.await("it is being asked", () -> dialog.lookup("#sides-cancel").isVisible());
        FxStage.call(() -> {
            ((ButtonBase) dialog.lookup("#sides-cancel")).fire();
            return null;
        });
        assertThat(FxStage.call(() -> said(dialog, "sides-doing"))).startsWith("Stopped");
        FxStage.call(() -> {
            ((ButtonBase) dialog.lookup("#sides-rest")).fire();
            return null;
        });
        await(dialog);
        assertThat(FxStage.call(() -> ((TextField) dialog.lookup("#sides-sentence")).getText()))
                .matches(".*[\\u4e00-\\u9fff].*");
        assertThat(FxStage.call(() -> said(dialog, "sides-caption-after"))).isNotBlank().isNotEqualTo("\u2026");
        assertThat(FxStage.call(() -> said(dialog, "sides-caption-before")))
                .isNotEqualTo(FxStage.call(() -> said(dialog, "sides-caption-after")));
        shoot(dialog, "sides-blip");
        FxStage.call(() -> {
            ((Button) dialog.lookupButton(dialog.getButtonTypes().getFirst())).fire();
            return null;
        });
        FxStage.await("the base is freed", () -> none() && bases().isEmpty());
        end(run);
    }
}
