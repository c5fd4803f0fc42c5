package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.Labeled;
import javafx.scene.control.TableView;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.RunSummary;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Mixed precision is chosen where the device has it, and where it has not the form says why; whatever this device has.
@Tag("fx")
class TeachPrecisionTest extends WindowTest {
    private static final Message WHY = Message.of("work.bf16.processor", "Some 9000");

    @BeforeAll
    static void startEngine() throws Exception {
        FxStage.startToolkit();
        engine = Engine.start(new EngineOptions("cpu", 1, data, Optional.empty()), Optional::empty);
    }

    private ChoiceBox<String> box() {
        return find("finetune-precision");
    }

    @Test
    void aRunIsTaughtInIt() throws Exception {
        show("teach");
        assertThat(teachPlan(null)).contains("\"precision\": \"fp32\"");
        assertThat(FxStage.call(() -> box().getItems())).containsExactly("fp32", "bf16");
        assertThat(text("finetune-precision-note")).contains("16 bits").contains("32");
        FxStage.call(() -> {
            box().setValue("bf16");
            return null;
        });
        assertThat(teachPlan(null)).contains("\"precision\": \"bf16\"");
        scrollTo("finetune-precision");
        assertThat(window.shootLooks("teach-precision")).isEmpty();
        slide("finetune-steps", 1);
        fire("teach-start");
        FxStage.await("its speed", () -> ((Label) find("teach-progress")).getText().contains("in bf16"));
        FxStage.await("its end", () -> !find("teach-start").isDisabled());
        show("runs");
        TableView<RunSummary> table = FxStage.call(() -> find("runs-table"));
        FxStage.await("the run", () -> table.getItems().size() == 1);
        assertThat(FxStage.call(() -> table.getItems().getFirst().header().plan().precision())).isEqualTo("bf16");
        FxStage.await("its precision", () -> table.lookupAll(".table-cell").stream()
                .anyMatch(cell -> cell instanceof Labeled l && "bf16".equals(l.getText())));
        window.shootAll("runs-precision");
    }

    /// A plan that comes with it is refused at its start, and can be changed.
    @Test
    void theFormSaysWhyNot(@TempDir Path nothing) throws Exception {
        window.close();
        try (Engine poor = Engine.start(new EngineOptions("cpu", 1, nothing, Optional.empty()),
                () -> Optional.of(WHY))) {
            window = new FxStage(nothing.resolve("settings"));
            window.engine = Optional.of(poor);
            FxStage.call(() -> {
                window.settings.update(v -> v.withChoices(WHOLE_FORM));
                return null;
            });
            window.open(1440, 900, Workbench::features);
            show("teach");
            assertThat(FxStage.call(() -> box().isDisabled())).isTrue();
            assertThat(FxStage.call(() -> box().getItems())).containsExactly("fp32");
            assertThat(text("finetune-precision-note")).contains("The processor (Some 9000) has no bf16 instructions.");
            scrollTo("finetune-precision");
            assertThat(window.shootLooks("teach-precision-lacking")).isEmpty();
            String plan = teachPlan(null);
            teachPlan(plan.replace("\"precision\": \"fp32\"", "\"precision\": \"bf16\""));
            FxStage.await("the plan's own", () -> "bf16".equals(box().getValue()) && !box().isDisabled());
            fire("teach-start");
            FxStage.await("the refusal", () -> find("teach-error").isVisible());
            assertThat(FxStage.call(() -> find("teach-error").lookupAll(".label").stream()
                    .map(n -> ((Labeled) n).getText()).toList()))
                    .anyMatch(t -> t.contains("in which this device does not compute"));
            assertThat(poor.runs().list()).isEmpty();
            FxStage.call(() -> {
                box().setValue("fp32");
                return null;
            });
            assertThat(FxStage.call(() -> box().isDisabled())).isTrue();
            assertThat(teachPlan(null)).contains("\"precision\": \"fp32\"");
        }
    }
}
