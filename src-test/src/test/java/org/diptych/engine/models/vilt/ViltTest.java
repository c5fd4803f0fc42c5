package org.diptych.engine.models.vilt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.model.Ear;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class ViltTest {
    private static final JsonObject TINY = JsonParser.parseString("""
            {"vocab_size": 30, "max_position_embeddings": 8, "type_vocab_size": 2, "modality_type_vocab_size": 2,
             "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 32,
             "image_size": 12, "patch_size": 4, "has_itm_score": true, "num_answers": 5}""").getAsJsonObject();

    private interface Check {
        void run(ViltModel model, NDManager scope) throws EngineException;
    }

    private static void with(Check check) throws EngineException {
        TestLane.run(context -> {
            ViltModel model = (ViltModel) new ViltFamily().create(TINY, new ModelFiles(Optional.empty()));
            model.initialise(context.scope(), 5);
            // larger weights than training starts from, so that what a test looks for stands out
            model.weights().forEach((name, weight) -> {
                if (weight.shape().dimension() > 1) {
                    weight.set(weight.get().mul(10f));
                }
            });
            check.run(model, context.scope());
            return true;
        });
    }

    private static NDArray picture(NDManager scope, int height, int width, int seed) {
        float[] values = new float[3 * height * width];
        java.util.SplittableRandom random = new java.util.SplittableRandom(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return scope.create(values, new Shape(1, 3, height, width));
    }

    /// The same picture with zeros right of it and below, and the mask that says so.
    private static Map<String, NDArray> padded(NDManager scope, NDArray picture, int height, int width) {
        Shape shape = picture.getShape();
        int h = (int) shape.get(2);
        int w = (int) shape.get(3);
        float[] from = picture.toFloatArray();
        float[] to = new float[3 * height * width];
        long[] mask = new long[height * width];
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < h; y++) {
                System.arraycopy(from, (c * h + y) * w, to, (c * height + y) * width, w);
                java.util.Arrays.fill(mask, y * width, y * width + w, 1);
            }
        }
        return Map.of("pixel_values", scope.create(to, new Shape(1, 3, height, width)), "pixel_mask",
                scope.create(mask, new Shape(1, height, width)));
    }

    private static Inputs with(Map<String, NDArray> pixels, NDManager scope, long... ids) {
        Map<String, NDArray> all = new HashMap<>(pixels);
        all.put("input_ids", scope.create(ids, new Shape(1, ids.length)));
        return new Inputs(all, List.of());
    }

    @Test
    void paddingOfAPictureChangesNothing() throws EngineException {
        with((model, scope) -> {
            NDArray picture = picture(scope, 8, 12, 1);
            float[] alone = model.answerLogits(Pass.INFER, with(Map.of("pixel_values", picture), scope, 1, 5, 2))
                    .toFloatArray();
            float[] padded = model.answerLogits(Pass.INFER, with(padded(scope, picture, 16, 20), scope, 1, 5, 2))
                    .toFloatArray();
            assertThat(padded).containsExactly(alone, within(1e-4f));
            Map<String, NDArray> blind = new HashMap<>(padded(scope, picture, 16, 20));
            blind.remove("pixel_mask");
            assertThat(model.answerLogits(Pass.INFER, with(blind, scope, 1, 5, 2)).toFloatArray()).isNotEqualTo(alone);
        });
    }

    @Test
    void bothPathsAgreeOnEveryPair() throws EngineException {
        with((model, scope) -> {
            Inputs pictures = new Inputs(Map.of("pixel_values",
                    picture(scope, 8, 12, 1).concat(picture(scope, 8, 12, 2), 0)), List.of());
            Inputs texts = new Inputs(Map.of("input_ids",
                    scope.create(new long[]{1, 5, 2, 1, 6, 2, 1, 7, 2}, new Shape(3, 3))), List.of());
            NDArray fused = model.scorePairs(Pass.INFER, pictures, texts);
            assertThat(fused.getShape()).isEqualTo(new Shape(2, 3));
            assertThat(fused.toFloatArray())
                    .containsExactly(model.scorePairs(Pass.READABLE, pictures, texts).toFloatArray(), within(1e-5f));
            Map<String, NDArray> one = new HashMap<>(Map.of("pixel_values", pictures.get("pixel_values").get("1:2")));
            assertThat(model.scorePairs(Pass.INFER, new Inputs(one, List.of()),
                    new Inputs(Map.of("input_ids", texts.get("input_ids").get("2:3")), List.of())).toFloatArray()[0])
                    .isCloseTo(fused.toFloatArray()[5], within(1e-5f));
        });
    }

    @Test
    void patchesStandRowByRowWithPaddingLast() throws EngineException {
        with((model, scope) -> {
            NDArray mask = padded(scope, picture(scope, 8, 8, 1), 12, 12).get("pixel_mask")
                    .concat(scope.ones(new Shape(1, 12, 12)).toType(ai.djl.ndarray.types.DataType.INT64, false), 0);
            PatchChoice choice = PatchChoice.of(mask, 4, -1);
            assertThat(choice.chosen()[0]).containsExactly(0, 1, 3, 4, 2, 5, 6, 7, 8);
            assertThat(choice.shown()).containsExactly(4, 9);
            assertThat(PatchChoice.of(mask, 4, 5).chosen()[1]).containsExactly(0, 1, 2, 3, 4);
        });
    }

    /// Corners meet corners (`align_corners`), the middle is a mean, and padding has no place.
    @Test
    void positionsAreStretchedToThePicturesOwnGrid() throws EngineException {
        with((model, scope) -> {
            NDArray mask = padded(scope, picture(scope, 8, 12, 1), 12, 12).get("pixel_mask")
                    .concat(scope.ones(new Shape(1, 12, 12)).toType(ai.djl.ndarray.types.DataType.INT64, false), 0);
            float[] rows = PatchChoice.of(mask, 4, -1).mixing(scope, 2).toFloatArray(); // (2, 9, 4)
            assertThat(java.util.Arrays.copyOf(rows, 36)).containsExactly(1, 0, 0, 0, .5f, .5f, 0, 0, 0, 1, 0, 0, //
                    0, 0, 1, 0, 0, 0, .5f, .5f, 0, 0, 0, 1, //
                    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
            assertThat(java.util.Arrays.copyOfRange(rows, 36 + 16, 36 + 20)).containsExactly(.25f, .25f, .25f, .25f);
        });
    }

    @Test
    void theTwoCodesDifferInTheirEpsilons() throws EngineException {
        JsonObject config = TINY.deepCopy();
        config.addProperty("layer_norm_eps", 1e-3);
        ViltConfig hf = ViltConfig.of(ViltConfig.Code.HUGGING_FACE.in(ViltConfig.Code.ORIGINAL.in(config)));
        ViltConfig original = ViltConfig.of(ViltConfig.Code.ORIGINAL.in(config));
        assertThat(List.of(hf.epsilon(), hf.blockEpsilon())).containsExactly(1e-3, 1e-3);
        assertThat(List.of(original.epsilon(), original.blockEpsilon())).containsExactly(1e-12, 1e-6);
    }

    @Test
    void oneAxisHoldsWordsAndThePicturesOwnGrid() throws EngineException {
        with((model, scope) -> {
            Encoded sample = new Encoded(Optional.empty(), new float[0], 8, 12, Optional.empty(), Optional.empty());
            assertThat(model.sites(sample).getFirst().key())
                    .isEqualTo(new Axis.Joined(List.of(new Axis.Patches(2, 3, 1))));
        });
    }

    @Test
    void everyNormStartsAtOne() throws EngineException {
        with((model, scope) -> model.weights().forEach((name, weight) -> {
            if (weight.shape().dimension() == 1) {
                assertThat(weight.get().toFloatArray()).as(name).containsOnly(name.endsWith("weight") ? 1 : 0);
            }
        }));
    }

    @Test
    void theScoreOfOnePairCanBeTracedBack() throws EngineException {
        with((model, scope) -> {
            Inputs inputs = with(Map.of("pixel_values", picture(scope, 8, 12, 1)), scope, 1, 5, 2);
            Ear ear = new Ear();
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                collector.backward(model.scorePairs(new Pass(false, false, ear), inputs, inputs));
                try (NDArray gradient = ear.gradient("joined", 0)) {
                    assertThat(gradient.abs().sum().toFloatArray()[0]).isPositive();
                }
            }
        });
    }
}
