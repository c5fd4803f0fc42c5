package org.diptych.engine.models.roberta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class RobertaTest {
    private static final JsonObject TINY = JsonParser.parseString("""
            {"vocab_size": 40, "max_position_embeddings": 12, "type_vocab_size": 1, "hidden_size": 16,
             "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 32, "layer_norm_eps": 1e-5,
             "has_lm_head": true}""").getAsJsonObject();

    private interface Check {
        void run(RobertaModel model, NDManager scope) throws EngineException;
    }

    private static void with(JsonObject config, Check check) throws EngineException {
        TestLane.run(context -> {
            RobertaModel model = (RobertaModel) new RobertaFamily().create(config, new ModelFiles(Optional.empty()));
            model.initialise(context.scope(), 3);
            check.run(model, context.scope());
            return true;
        });
    }

    private static Map<String, NDArray> ids(NDManager scope, long[]... rows) {
        return Map.of("input_ids", scope.create(rows.length == 1 ? rows[0] : join(rows))
                .reshape(new Shape(rows.length, rows[0].length)));
    }

    private static long[] join(long[][] rows) {
        return java.util.Arrays.stream(rows).flatMapToLong(java.util.Arrays::stream).toArray();
    }

    @Test
    void wordsAreCountedFromTwoWhereverThePaddingStands() throws EngineException {
        with(TINY, (model, scope) -> assertThat(
                model.outputs(ids(scope, new long[]{0, 7, 8, 2, 1, 1}, new long[]{1, 1, 0, 9, 9, 2}))
                        .get("position_ids")
                        .toLongArray())
                .containsExactly(2, 3, 4, 5, 1, 1, 1, 1, 2, 3, 4, 5));
    }

    @Test
    void paddingChangesNothingForTheWords() throws EngineException {
        with(TINY, (model, scope) -> {
            NDArray alone = model.wordLogits(Pass.INFER, new Inputs(ids(scope, new long[]{0, 7, 8, 2}), List.of()));
            NDArray padded = model.wordLogits(Pass.INFER,
                    new Inputs(ids(scope, new long[]{0, 7, 8, 2, 1, 1}), List.of()));
            assertThat(padded.get(":, :4").toFloatArray()).containsExactly(alone.toFloatArray(), within(1e-5f));
        });
    }

    @Test
    void theTableSaysTwoRowsMoreThanATextHasWords() throws EngineException {
        with(TINY, (model, scope) -> {
            assertThat(model.textLength()).isEqualTo(10);
            long[] full = java.util.stream.LongStream.range(5, 15).toArray();
            assertThat(model.outputs(ids(scope, full)).get("logits").getShape()).isEqualTo(new Shape(1, 10, 40));
        });
    }

    @Test
    void aDecoderLooksBackOnlyOnBothPaths() throws EngineException {
        JsonObject config = TINY.deepCopy();
        config.addProperty("is_decoder", true);
        for (Pass pass : List.of(Pass.INFER, Pass.READABLE)) {
            with(config, (model, scope) -> {
                NDArray one = model.wordLogits(pass, new Inputs(ids(scope, new long[]{0, 7, 8, 2}), List.of()));
                NDArray other = model.wordLogits(pass, new Inputs(ids(scope, new long[]{0, 7, 8, 9}), List.of()));
                assertThat(other.get(":, :3").toFloatArray()).containsExactly(one.get(":, :3").toFloatArray(),
                        within(1e-6f));
                assertThat(other.get(":, 3").toFloatArray()).isNotEqualTo(one.get(":, 3").toFloatArray());
            });
        }
    }

    @Test
    void oneOutputIsANumberToBeMet() throws EngineException {
        JsonObject config = TINY.deepCopy();
        config.addProperty("num_labels_in_file", 1);
        with(config, (model, scope) -> {
            Map<String, NDArray> inputs = new java.util.HashMap<>(ids(scope, new long[]{0, 7, 8, 2}));
            inputs.put("labels", scope.create(new float[]{3}));
            float got = model.outputs(inputs).get("logits").getFloat(0, 0);
            assertThat(model.losses(inputs).get("classification").getFloat()).isCloseTo((3 - got) * (3 - got),
                    within(1e-4f));
        });
    }
}
