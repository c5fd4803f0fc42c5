package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.FineTunePlan.EarlyStop;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A step in micro-batches is the step of the whole batch, and a run that gains no more ends.
@Tag("invariant")
class AccumulateTest {
    @TempDir
    Path folder;

    /// @return what the log shows, and first moments by weight: the gradient times 1 - beta1
    private Map<String, Object> step(FineTunePlan plan, String name) throws Exception {
        var config = FreshFiles.write(folder.resolve(name), plan);
        return TestLane.run(context -> {
            NDManager scope = context.scope();
            VisionLanguageModel model = Models.named(name).orElseThrow().create(config,
                    new ModelFiles(Optional.of(folder.resolve(name))));
            ((Initialises) model).initialise(scope, 5);
            Trainer trainer = new Trainer(model, plan, scope);
            ToyboxDataset data = new ToyboxDataset(plan.data(), Split.TRAIN);
            int[] places = IntStream.range(0, plan.batch()).toArray();
            Prepared prepared = new Preparer(data, model, trainer.objectives(0), 9).prepare(places,
                    new long[places.length], 1, 0);
            Map<String, Object> out = new LinkedHashMap<>(trainer.step(1, 1e-3, prepared, scope));
            for (Map.Entry<String, NDArray> tensor : trainer.learner().state(scope).entrySet()) {
                if (tensor.getKey().startsWith("first.")) {
                    out.put(tensor.getKey(), tensor.getValue().toFloatArray());
                }
            }
            trainer.learner().putBack();
            return out;
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"vilt", "roberta", "uniter"})
    void gradientsAddUpToThoseOfTheWholeBatch(String name) throws Exception {
        String[] plain = {"optimizer.clipNorm", "0", "config.hidden_dropout_prob", "0",
                "config.attention_probs_dropout_prob", "0", "data.hardNegatives", "0"};
        Map<String, Object> whole = step(TinyPlans.of(name, plain), name);
        List<String> parted = new ArrayList<>(List.of(plain));
        parted.addAll(List.of("accumulate", "4"));
        Map<String, Object> parts = step(TinyPlans.of(name, parted.toArray(String[]::new)), name);
        assertThat((double) parts.get("loss")).isCloseTo((double) whole.get("loss"), within(1e-5));
        assertThat((double) parts.get("grad_norm")).isCloseTo((double) whole.get("grad_norm"),
                within(1e-4 * (double) whole.get("grad_norm")));
        int compared = 0;
        for (Map.Entry<String, Object> entry : whole.entrySet()) {
            if (entry.getValue() instanceof float[] wanted) {
                float largest = 1e-6f;
                for (float value : wanted) {
                    largest = Math.max(largest, Math.abs(value));
                }
                assertThat((float[]) parts.get(entry.getKey())).as(entry.getKey()).containsExactly(wanted,
                        within(largest * 1e-3f));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(10);
    }

    @Test
    void aRunInPartsLearnsAndItsQueueTurns() throws Exception {
        TinyRun run = TinyRun.start(TinyPlans.of("albef", "accumulate", "2", "steps", "4", "data.hardNegatives", "0"),
                folder.resolve("run")).toTheEnd();
        assertThat(run.losses()).hasSize(4);
        assertThat(run.numbers().get("queue_ptr")).containsExactly(32 % 24);
        run.close();
    }

    @ParameterizedTest
    @CsvSource({"'accumulate', '3', '1, 2, 4'", "'accumulate', '8', '1, 2, 4'", "'accumulate', '0', '1 … 8'",
            "'earlyStop.metric', '\"loss\"', 'validation.loss'", "'earlyStop.patience', '-1', '0 …'",
            "'earlyStop.minDelta', '-0.5', '0 …'", "'earlyStop.pateince', '3', 'patience'"})
    void whatCannotBeIsRefusedWithWhatCan(String key, String value, String allowed) {
        assertThatThrownBy(() -> TinyPlans.of("vilt", key, value, "data.hardNegatives", "0"))
                .isInstanceOf(EngineException.class).hasMessageContaining(key.substring(0, 9))
                .hasMessageContaining(allowed);
    }

    @Test
    void bothOfAHardPairStayTogether() {
        assertThatThrownBy(() -> TinyPlans.of("vilt", "accumulate", "4", "batch", "12", "data.hardNegatives", "0.5"))
                .isInstanceOf(EngineException.class).hasMessageContaining("1, 2, 3, 6");
    }

    @Test
    void aPlanSaysItsPartsAndItsEnd() throws Exception {
        FineTunePlan plan = TinyPlans.of("vilt", "accumulate", "2", "earlyStop.patience", "3", "earlyStop.minDelta",
                "0.01", "data.hardNegatives", "0");
        assertThat(plan.accumulate()).isEqualTo(2);
        assertThat(plan.earlyStop()).isEqualTo(new EarlyStop("validation.loss", 3, 0.01));
        assertThat(PlanFile.parse(PlanFile.json(plan), "again")).isEqualTo(plan);
        assertThat(TinyPlans.of("vilt").earlyStop()).isEqualTo(EarlyStop.NEVER);
    }

    private static List<RunLog.Row> rows(String metric, double... values) {
        return IntStream.range(0, values.length).mapToObj(i -> new RunLog.Row(i, i, Map.of(metric, values[i])))
                .toList();
    }

    @Test
    void patienceEndsWhereNothingIsGained() {
        EarlyStop loss = new EarlyStop("validation.loss", 2, 0.1);
        assertThat(EarlyStopping.due(loss, rows("validation.loss", 3, 2, 1))).isFalse();
        assertThat(EarlyStopping.due(loss, rows("validation.loss", 3, 2, 1.95))).isFalse();
        assertThat(EarlyStopping.due(loss, rows("validation.loss", 3, 2, 1.95, 1.92))).isTrue();
        assertThat(EarlyStopping.due(loss, rows("validation.loss", 3, 2, 1.95, 1.8))).isFalse();
        EarlyStop recall = new EarlyStop("validation.r1", 2, 0);
        assertThat(EarlyStopping.due(recall, rows("validation.r1", 0.1, 0.2, 0.3))).isFalse();
        assertThat(EarlyStopping.due(recall, rows("validation.r1", 0.3, 0.2, 0.1))).isTrue();
        assertThat(EarlyStopping.due(recall, rows("validation.loss", 1, 1, 1, 1))).isFalse();
        assertThat(EarlyStopping.due(EarlyStop.NEVER, rows("validation.loss", 1, 1, 1, 1))).isFalse();
    }

    /// No gain is ever large enough here, so the second evaluation after the first is the last.
    @Test
    void aRunThatGainsNoMoreEndsAsFinished() throws Exception {
        TinyRun run = TinyRun.start(
                TinyPlans.of("vilt", "steps", "20", "evaluateEvery", "3", "earlyStop.patience", "2",
                        "earlyStop.minDelta", "100"),
                folder.resolve("run")).toTheEnd();
        assertThat(run.session().status()).isEqualTo(Status.FINISHED);
        assertThat(run.session().summary().step()).isEqualTo(6);
        run.close();
    }

    @Test
    void aValueThatNoEvaluationHasIsToldAtOnce() throws Exception {
        TinyRun run = TinyRun.start(
                TinyPlans.of("vilt", "earlyStop.patience", "2", "earlyStop.metric", "\"validation.r1\""),
                folder.resolve("run"));
        assertThatThrownBy(run::toTheEnd).isInstanceOf(EngineException.class)
                .hasMessageContaining("validation.r1").hasMessageContaining("validation.loss.itm");
        assertThat(run.session().status()).isEqualTo(Status.FAILED);
        run.close();
    }
}
