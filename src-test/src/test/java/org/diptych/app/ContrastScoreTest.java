package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import javafx.scene.control.Labeled;
import javafx.scene.control.ToggleButton;
import org.diptych.app.chart.MatrixChart;
import org.diptych.engine.api.ContrastRequest;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.PairScore;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.TraceSelection;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Contrast with a model that scores pairs both by two encoders and by fusion.
@Tag("fx")
class ContrastScoreTest extends WindowTest {
    /// The first of the pairs that the view begins with.
    private static final long FIRST = 2L << 40;

    private void compare(String family) throws Exception {
        LoadedModel model = engine.load(new LoadRequest(family)).result().toCompletableFuture().join();
        FxStage.call(() -> {
            window.models.add(model);
            window.models.selectedProperty().set(Optional.of(model));
            return null;
        });
        show("contrast");
    }

    private MatrixChart matrix() {
        return find("contrast-matrix");
    }

    private boolean chosen(String score) {
        return ((ToggleButton) find("contrast-score-" + score)).isSelected();
    }

    private double first() throws Exception {
        return FxStage.call(() -> (double) matrix().shown()[0]);
    }

    private void ready(String says) throws Exception {
        FxStage.await(says, () -> ((Labeled) ((javafx.scene.layout.Pane) find("contrast-show")).getChildren()
                .getFirst()).getText().equals(says) && matrix().shown().length == 64
                && matrix().getStyleClass().stream().noneMatch("stale"::equals));
    }

    private boolean sees(String words) {
        return window.shell.lookupAll(".label").stream().map(Labeled.class::cast)
                .anyMatch(l -> l.getText() != null && l.getText().startsWith(words));
    }

    @Test
    void eitherScoreFillsTheMatrixAndIsRemembered() throws Exception {
        compare("vlmo");
        ready("match");
        assertThat(FxStage.call(() -> chosen("match"))).isTrue();
        assertThat(text("contrast-score-cost")).contains("64 passes");
        Scene scene = engine.scene(FIRST, 64, "aligned");
        String text = scene.captions().get("en").getFirst();
        double match = engine.inspect(new InspectRequest("vlmo", scene.picture(), text, TraceSelection.DEFAULT))
                .result().toCompletableFuture().join().scores().get("match");
        assertThat(first()).isCloseTo(match, within(1e-4));
        FxStage.call(() -> {
            matrix().selectionProperty().set(Optional.of(new MatrixChart.Cell(0, 0, 0)));
            return null;
        });
        FxStage.await("the cell by fusion", () -> sees("match ") && sees("match " + number(match)));
        window.shootAll("contrast-fusion");

        fire("contrast-score-similarity");
        ready("similarity");
        assertThat(text("contrast-score-cost")).contains("16 passes");
        double cosine = engine.contrast(new ContrastRequest("vlmo", List.of(scene.picture()), List.of(text), List.of(),
                Optional.of(PairScore.SIMILARITY))).result().toCompletableFuture().join().at(0, 0);
        assertThat(first()).isCloseTo(cosine, within(1e-4)).isNotCloseTo(match, within(1e-3));
        FxStage.await("the same cell by two encoders", () -> sees("cosine " + number(cosine)));
        assertThat(window.settings.get().choices()).containsEntry("contrast.score", "similarity");
        assertThat(window.shootLooks("contrast-encoders")).isEmpty();

        FxStage.call(() -> {
            window.shell.palette().commands().stream().filter(c -> c.titleKey().equals("contrast.command.match"))
                    .findFirst().orElseThrow().run().run();
            return null;
        });
        ready("match");
    }

    private static String number(double value) {
        return String.format(java.util.Locale.ROOT, "%.3f", value);
    }

    @Test
    void theOtherScoreIsOffWithItsReasonWhereAFileHasOne() throws Exception {
        FxStage.call(() -> {
            window.settings.update(v -> v.withChoices(java.util.Map.of("contrast.score", "match")));
            return null;
        });
        compare("clip");
        ready("similarity");
        assertThat(FxStage.call(() -> find("contrast-score-match").isDisabled() && chosen("similarity")))
                .isTrue();
        assertThat(text("contrast-score-only")).contains("no head that judges");
        assertThat(window.shootLooks("contrast-one-score")).isEmpty();
        compare("vlmo");
        ready("match");
        assertThat(FxStage.call(() -> find("contrast-score-only").isVisible())).isFalse();
    }

    @Test
    void aFusionMatrixThatIsStoppedCanGoOn() throws Exception {
        compare("vlmo");
        ready("match");
        fire("contrast-score-similarity");
        ready("similarity");
        fire("contrast-pairs-64");
        FxStage.await("64 pairs", () -> matrix().shown().length == 64 * 64);
        fire("contrast-score-match");
        FxStage.await("4096 passes are under way",
                () -> window.jobs.newest().filter(e -> e.progress().total() == 4096 && e.progress().done() > 0)
                        .isPresent());
        FxStage.call(() -> {
            window.jobs.newest().orElseThrow().handle().cancel();
            return null;
        });
        FxStage.await("it is told", () -> find("contrast-score-go").getParent().isVisible());
        assertThat(window.shootLooks("contrast-stopped")).isEmpty();
        fire("contrast-score-go");
        FxStage.await("it goes on", () -> !find("contrast-score-go").getParent().isVisible()
                && !window.jobs.running().isEmpty());
        FxStage.call(() -> {
            ((ToggleButton) find("contrast-score-similarity")).fire();
            return null;
        });
        FxStage.await("the quick one again", () -> chosen("similarity") && window.jobs.running().isEmpty());
    }
}
