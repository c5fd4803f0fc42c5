package org.diptych.engine.models.beit3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.AttentionSite.Expert;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.api.Way;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.model.Writing;
import org.diptych.engine.probe.Relevance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class Beit3Test {
    private static final int MASK = 29;
    private static final JsonObject TINY = JsonParser.parseString("""
            {"vocab_size": 30, "max_source_positions": 12, "encoder_embed_dim": 16, "encoder_layers": 2,
             "encoder_attention_heads": 2, "encoder_ffn_embed_dim": 24, "img_size": 8, "patch_size": 4,
             "heads": {"words": true, "codes": 7}}""").getAsJsonObject();

    private interface Check {
        void run(Beit3Model model, NDManager scope) throws EngineException;
    }

    private static JsonObject tiny(String key, String value) {
        JsonObject json = TINY.deepCopy();
        json.add(key, JsonParser.parseString(value));
        return json;
    }

    /// Weights drawn anew and larger than training starts from, so that what a test looks for stands out.
    private static void with(JsonObject config, Check check) throws EngineException {
        TestLane.run(context -> {
            Beit3Model model = (Beit3Model) new Beit3Family().create(config, new ModelFiles(Optional.empty()));
            model.weights().forEach((name, weight) -> set(weight, context.scope(), name.hashCode(), 0.5));
            check.run(model, context.scope());
            return true;
        });
    }

    private static void with(Check check) throws EngineException {
        with(TINY, check);
    }

    private static void set(Weight weight, NDManager scope, long seed, double deviation) {
        weight.set(scope.create(random((int) weight.shape().size(), seed, deviation), weight.shape()));
    }

    private static float[] random(int count, long seed, double deviation) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }

    private static NDArray picture(NDManager scope, int count) {
        return scope.create(random(count * 3 * 8 * 8, 3, 1), new Shape(count, 3, 8, 8));
    }

    private static Map<String, NDArray> pair(NDManager scope, long... ids) {
        return new HashMap<>(Map.of("input_ids", scope.create(ids, new Shape(1, ids.length)), "pixel_values",
                picture(scope, 1)));
    }

    private static Inputs inputs(Map<String, NDArray> tensors) {
        return new Inputs(tensors, List.of());
    }

    /// What the model says of a picture alone, of words alone, and of each side of a pair.
    private static Map<String, float[]> answers(Beit3Model model, Map<String, NDArray> tensors) {
        Inputs inputs = inputs(tensors);
        Beit3Model.Pair both = model.pair(Pass.READABLE, inputs);
        return Map.of("picture", model.imageCodes(Pass.READABLE, inputs).toFloatArray(), "text",
                model.textWords(Pass.READABLE, inputs).toFloatArray(), "picture of a pair",
                both.codes().toFloatArray(), "text of a pair", both.words().toFloatArray());
    }

    /// @return the answers that move when one weight is another
    private static List<String> moved(Beit3Model model, NDManager scope, String weight, int... rows) {
        Map<String, NDArray> inputs = pair(scope, 0, 5, 9, 2);
        Map<String, float[]> before = answers(model, inputs);
        Weight other = model.weights().get(weight);
        NDArray kept = other.get();
        if (rows.length == 0) {
            set(other, scope, 77, 0.9);
        } else {
            float[] values = kept.toFloatArray();
            int width = values.length / (int) other.shape().get(0);
            for (int row : rows) {
                Arrays.fill(values, row * width, row * width + width / 2, 1.5f);
            }
            other.set(scope.create(values, other.shape()));
        }
        Map<String, float[]> after = answers(model, inputs);
        other.set(kept);
        return before.keySet().stream().filter(way -> !Arrays.equals(before.get(way), after.get(way))).sorted()
                .toList();
    }

    @Test
    void picturesAndWordsShareNoWeight() throws EngineException {
        with((model, scope) -> {
            List<String> layer = model.weights().keySet().stream().filter(n -> n.contains(".layers.0.")).toList();
            assertThat(layer).hasSize(2 * (2 * 4 + 2 + 2 + 4 + 2 + 2)); // projections, inner norm, norm, two layers, inner norm, norm
            for (String name : layer) {
                if (name.endsWith("k_proj.A.bias") || name.endsWith("k_proj.B.bias")) {
                    continue; // adds the same to all scores of a query
                }
                boolean seen = name.matches(".*\\.A(\\..*)?");
                assertThat(model.weights()).containsKey(seen
                        ? name.replaceFirst("\\.A(?=\\.)", ".B")
                        : name.replaceFirst("\\.B(?=\\.)", ".A"));
                List<String> moved = moved(model, scope, name);
                assertThat(moved).as(name).contains(seen ? "picture" : "text")
                        .doesNotContain(seen ? "text" : "picture")
                        .as("attention joins the two").contains("picture of a pair", "text of a pair");
            }
        });
    }

    @Test
    void placesAreCountedFromTheThirdRowAndAnewForTheTextOfAPair() throws EngineException {
        with((model, scope) -> {
            String text = "beit3.encoder.embed_positions.B.weight";
            assertThat(moved(model, scope, text, 0, 1)).isEmpty();
            assertThat(moved(model, scope, text, 2)).containsExactly("picture of a pair", "text", "text of a pair");
            assertThat(moved(model, scope, text, 5)).containsExactly("picture of a pair", "text", "text of a pair");
            assertThat(moved(model, scope, text, 6)).isEmpty();
            String picture = "beit3.encoder.embed_positions.A.weight";
            assertThat(moved(model, scope, picture, 0, 1)).isEmpty();
            assertThat(moved(model, scope, picture, 2)).containsExactly("picture", "picture of a pair",
                    "text of a pair");
            assertThat(model.weights().get(picture).shape()).isEqualTo(new Shape(2 + 1 + 4, 16));
        });
    }

    @Test
    void paddingOfATextChangesNothing() throws EngineException {
        with((model, scope) -> {
            Map<String, float[]> alone = answers(model, pair(scope, 0, 5, 2));
            Map<String, NDArray> padded = pair(scope, 0, 5, 2, 1, 1);
            assertThat(answers(model, padded).get("picture of a pair")).isNotEqualTo(alone.get("picture of a pair"));
            padded.put("attention_mask", scope.create(new long[]{1, 1, 1, 0, 0}, new Shape(1, 5)));
            answers(model, padded).forEach((way, answer) -> assertThat(
                    Arrays.copyOf(answer, alone.get(way).length)).as(way)
                    .containsExactly(alone.get(way), within(1e-4f)));
        });
    }

    @Test
    void theMaskRowStandsInForHiddenPatchesOnly() throws EngineException {
        with((model, scope) -> {
            Map<String, NDArray> hidden = pair(scope, 0, 5, 2);
            hidden.put("vision_masked_position", scope.create(new long[]{0, 1, 1, 0}, new Shape(1, 4)));
            Map<String, NDArray> other = new HashMap<>(hidden);
            float[] pixels = hidden.get("pixel_values").toFloatArray();
            for (int channel = 0; channel < 3; channel++) {
                for (int y = 0; y < 4; y++) {
                    Arrays.fill(pixels, channel * 64 + y * 8 + 4, channel * 64 + y * 8 + 8, 9); // the second patch
                }
            }
            other.put("pixel_values", scope.create(pixels, new Shape(1, 3, 8, 8)));
            assertThat(answers(model, other).get("picture")).isEqualTo(answers(model, hidden).get("picture"));
            assertThat(moved(model, scope, "beit3.vision_embed.mask_token")).as("nothing is hidden").isEmpty();
            hidden.put("visual_token_targets", scope.create(new long[]{1, 2, 3, 4}, new Shape(1, 4)));
            float loss = Beit3Losses.codes(model.imageCodes(Pass.READABLE, inputs(hidden)), inputs(hidden))
                    .toFloatArray()[0];
            hidden.put("visual_token_targets", scope.create(new long[]{6, 2, 3, 6}, new Shape(1, 4)));
            assertThat(Beit3Losses.codes(model.imageCodes(Pass.READABLE, inputs(hidden)), inputs(hidden))
                    .toFloatArray()[0]).as("what is not hidden does not count").isEqualTo(loss);
        });
    }

    @Test
    void aWordOfACaptionSeesThePictureAndWhatPrecedesIt() throws EngineException {
        with((model, scope) -> {
            NDArray first = model.written(Pass.READABLE, inputs(pair(scope, 0, 5, 9, 2)));
            NDArray second = model.written(Pass.READABLE, inputs(pair(scope, 0, 5, 7, 2)));
            assertThat(first.get(":, :2").toFloatArray()).isEqualTo(second.get(":, :2").toFloatArray());
            assertThat(first.get(":, 2:").toFloatArray()).isNotEqualTo(second.get(":, 2:").toFloatArray());
            Map<String, NDArray> dark = pair(scope, 0, 5, 9, 2);
            dark.put("pixel_values", dark.get("pixel_values").mul(2f));
            assertThat(model.written(Pass.READABLE, inputs(dark)).get(":, 0").toFloatArray())
                    .isNotEqualTo(first.get(":, 0").toFloatArray());
        });
    }

    /// Two pictures, two texts each; the rows change their parents on the way.
    @Test
    void whatIsKeptAndWhatIsComputedAnewAgree() throws EngineException {
        with((model, scope) -> {
            Inputs two = inputs(Map.of("pixel_values", picture(scope, 2)));
            try (Writing kept = model.begin(Pass.INFER, two, 2, true);
                    Writing anew = model.begin(Pass.READABLE, two, 2, false)) {
                assertThat(kept.begun().ids()).isDeepEqualTo(new long[][]{{0}, {0}, {0}, {0}});
                assertThat(kept.begun().behind()).containsExactly(MASK);
                assertThat(kept.begun().room()).isEqualTo(12 - 2 - 1 - 1);
                List<int[]> parents = List.of(new int[]{0, 1, 2, 3}, new int[]{1, 1, 3, 2}, new int[]{0, 1, 2, 2});
                for (int step = 0; step < parents.size(); step++) {
                    assertThat(kept.logits().toFloatArray()).as("step " + step)
                            .containsExactly(anew.logits().toFloatArray(), within(1e-4f));
                    long[] tokens = {5 + step, 8 + step, 11 + step, 14 + step};
                    kept.append(parents.get(step), tokens);
                    anew.append(parents.get(step), tokens);
                }
                assertThat(kept.logits().toFloatArray()).containsExactly(anew.logits().toFloatArray(), within(1e-4f));
                assertThat(kept.logits().get("0").toFloatArray()).isNotEqualTo(kept.logits().get("2").toFloatArray());
            }
        });
    }

    @Test
    void aPromptIsGoneOnWithAndItsEndForgotten() throws EngineException {
        with((model, scope) -> {
            try (Writing whole = model.begin(Pass.INFER, inputs(pair(scope, 0, 5, 9, 2)), 1, true);
                    Writing grown = model.begin(Pass.INFER, inputs(pair(scope, 0, 2)), 1, true)) {
                assertThat(whole.begun().ids()).isDeepEqualTo(new long[][]{{0, 5, 9}});
                grown.append(new int[]{0}, new long[]{5});
                grown.append(new int[]{0}, new long[]{9});
                assertThat(grown.logits().toFloatArray()).containsExactly(whole.logits().toFloatArray(),
                        within(1e-4f));
            }
        });
    }

    /// Of V = 3 words: targets .9, .05, .05.
    @Test
    void theLossOfACaptionIsZeroWhereTheModelSaysItsTargets() throws EngineException {
        TestLane.run(context -> {
            NDManager scope = context.scope();
            Map<String, NDArray> given = new HashMap<>(Map.of("targets", scope.create(new long[]{0, 1, 0, 2, 1})));
            float[] same = {.9f, .05f, .05f, .05f, .9f, .05f, .9f, .05f, .05f, .05f, .05f, .9f, .05f, .05f, .9f};
            NDArray logits = scope.create(same, new Shape(5, 3)).log();
            assertThat(Beit3Losses.caption(logits.get(":4"), inputs(Map.of("targets", given.get("targets").get(":4"))),
                    0.1).toFloatArray()[0]).isCloseTo(0, within(1e-6f));
            float far = (float) (.9 * Math.log(.9 / .05) + .05 * Math.log(.05 / .9));
            assertThat(Beit3Losses.caption(logits, inputs(given), 0.1).toFloatArray()[0]).isCloseTo(far / 5,
                    within(1e-5f));
            given.put("step", scope.create(new long[]{12_001}));
            assertThat(Beit3Losses.caption(logits, inputs(given), 0.1).toFloatArray()[0])
                    .as("the worst fifth does not count any more").isCloseTo(0, within(1e-6f));
            return true;
        });
    }

    @Test
    void theActiveExpertCanBeReadForEachInput() throws EngineException {
        with((model, scope) -> {
            AttentionSite both = model.sites(sample(3, true)).getFirst();
            assertThat(both.experts()).hasSize(2)
                    .allSatisfy(layer -> assertThat(layer).containsExactly(new Expert("V-FFN", 0, 5),
                            new Expert("L-FFN", 5, 8)));
            assertThat(model.sites(sample(0, true)).getFirst().experts().getFirst())
                    .containsExactly(new Expert("V-FFN", 0, 5));
            assertThat(model.sites(sample(3, false)).getFirst().experts().getFirst())
                    .containsExactly(new Expert("L-FFN", 0, 3));
        });
    }

    @Test
    void everyWayIsToldLaneByLane() throws EngineException {
        with((model, scope) -> assertThat(model.ways(sample(3, true))).containsExactly(
                new Way(Way.Kind.PAIR, List.of("joined"),
                        List.of(new Way.Lane(Way.Input.PICTURE, List.of("V-FFN", "V-FFN")),
                                new Way.Lane(Way.Input.WORDS, List.of("L-FFN", "L-FFN")))),
                new Way(Way.Kind.PICTURE, List.of("vision"),
                        List.of(new Way.Lane(Way.Input.PICTURE, List.of("V-FFN", "V-FFN")))),
                new Way(Way.Kind.WORDS, List.of("text"),
                        List.of(new Way.Lane(Way.Input.WORDS, List.of("L-FFN", "L-FFN"))))));
    }

    private static Encoded sample(int words, boolean picture) {
        List<Tokens.Token> tokens = new ArrayList<>();
        for (int i = 0; i < words; i++) {
            tokens.add(new Tokens.Token(i, "w", 0, 1, 0));
        }
        return new Encoded(words > 0 ? Optional.of(new Tokens("w", tokens, false)) : Optional.empty(), new float[0],
                picture ? 8 : 0, picture ? 8 : 0, Optional.empty(), Optional.empty());
    }

    /// The towers tell a match, but a masked word is told by both read as one: whichever it is, its map is found.
    @Test
    void aWordAndAMatchAreExplainedByWhatTellsThem() throws EngineException {
        with(tiny("heads", "{\"contrast\": true, \"words\": true}"), (model, scope) -> {
            Inputs inputs = inputs(pair(scope, 0, MASK, 2));
            List<AttentionSite> sites = model.everySite(sample(3, true));
            assertThat(sites).extracting(AttentionSite::name).containsExactly("vision", "text", "joined");
            assertThat(model.everySite(sample(0, true))).extracting(AttentionSite::name).contains("joined");
            for (Function<Pass, NDArray> score : List.<Function<Pass, NDArray>>of(
                    pass -> model.wordLogits(pass, inputs).get(new NDIndex("0, 1, 5")),
                    pass -> model.scorePairs(pass, inputs, inputs))) {
                assertThat(Relevance.explain(RelevanceMethod.GRAD_ATTENTION, sites, Relevance.Focus.SUMMARY, score)
                        .onPicture().orElseThrow()).hasSize(4)
                        .satisfies(map -> assertThat(map).isNotEqualTo(new float[4]));
            }
        });
    }

    @Test
    void aMapIsOfferedOfWhateverAFileTells() throws EngineException {
        for (String heads : List.of("{\"words\": true}", "{\"answers\": 5}", "{\"contrast\": true}")) {
            with(tiny("heads", heads), (model, scope) -> assertThat(model.methods()).as(heads)
                    .contains(RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER)
                    .matches(all -> all.contains(RelevanceMethod.OCCLUSION) == heads.contains("contrast")));
        }
        with(tiny("heads", "{\"classes\": 4}"), (model, scope) -> assertThat(model.methods()).isEmpty());
    }

    @Test
    void aFileCanWhatItsHeadsAllow() throws EngineException {
        with((model, scope) -> {
            assertThat(model.capabilities()).containsExactlyInAnyOrder(Capability.FILLS_MASKS, Capability.GENERATES);
            assertThat(model.objectives()).containsExactlyInAnyOrder("text_mlm", "pair_mlm", "captioning", "image_mim",
                    "pair_mim");
        });
        with(tiny("heads", "{\"contrast\": true}"), (model, scope) -> {
            assertThat(model.capabilities()).containsExactlyInAnyOrder(Capability.ENCODES_IMAGE,
                    Capability.ENCODES_TEXT, Capability.SCORES_PAIRS);
            assertThat(model.sites(sample(3, true))).extracting(AttentionSite::name).containsExactly("vision", "text");
            Inputs inputs = inputs(pair(scope, 0, 5, 2));
            assertThat(model.scorePairs(Pass.INFER, inputs, inputs).toFloatArray())
                    .containsExactly(model.scorePairs(Pass.READABLE, inputs, inputs).toFloatArray(), within(1e-5f));
        });
        with(tiny("heads", "{\"classes\": 4}"), (model, scope) -> {
            assertThat(model.classLogits(Pass.INFER, inputs(pair(scope, 0, 5, 2))).getShape())
                    .isEqualTo(new Shape(1, 4));
            assertThat(model.objectives()).containsExactly("imagenet");
        });
    }

    @Test
    void whatTheFileSaysOfNormsAndScaleIsDone() throws EngineException {
        with(tiny("subln", "false"), (model, scope) -> assertThat(model.weights().keySet())
                .noneMatch(n -> n.contains("inner_attn_ln") || n.contains("ffn_layernorm")));
        with(tiny("normalize_output", "false"), (model, scope) -> assertThat(model.weights().keySet())
                .noneMatch(n -> n.startsWith("beit3.encoder.layer_norm")));
        with((plain, scope) -> {
            Beit3Model scaled = (Beit3Model) new Beit3Family().create(tiny("no_scale_embedding", "false"),
                    new ModelFiles(Optional.empty()));
            plain.weights().forEach((name, weight) -> scaled.weights().get(name).set(weight.get()));
            for (String name : List.of("beit3.text_embed.weight", "beit3.vision_embed.cls_token",
                    "beit3.vision_embed.proj.weight", "beit3.vision_embed.proj.bias")) {
                scaled.weights().get(name).set(plain.weights().get(name).get().mul(0.25f)); // the root of 16 is 4
            }
            Map<String, float[]> wanted = answers(plain, pair(scope, 0, 5, 2));
            answers(scaled, pair(scope, 0, 5, 2)).forEach(
                    (way, answer) -> assertThat(answer).as(way).containsExactly(wanted.get(way), within(1e-4f)));
        });
    }

    @Test
    void sevenTenthsOfACaptionAreHiddenAndItsBeginningNever() {
        Lexicon words = new Lexicon(MASK, 4, 20);
        int masked = 0;
        int same = 0;
        for (int i = 0; i < 400; i++) {
            long[] whole = {0, 5, 6, 7, 8, 9, 10, 11, 12, 2};
            long[] ids = whole.clone();
            long[] hidden = new long[ids.length];
            Hiding.caption(ids, hidden, words, (i + 0.5) / 400);
            assertThat(Arrays.stream(hidden).sum()).isEqualTo(7);
            assertThat(hidden[0]).isZero();
            for (int t = 0; t < ids.length; t++) {
                assertThat(hidden[t] == 1 || ids[t] == whole[t]).isTrue();
                masked += ids[t] == MASK ? 1 : 0;
                same += hidden[t] == 1 && ids[t] == whole[t] ? 1 : 0;
            }
        }
        assertThat(masked / 2800.0).isCloseTo(0.8, within(0.03));
        assertThat(same / 2800.0).isCloseTo(0.1 + 0.1 / 16, within(0.02));
    }

    /// Of 27 codes and more each channel has three steps: below -2/3, up to 2/3, above.
    @Test
    void aPatchsCodeIsItsColour() throws EngineException {
        TestLane.run(context -> {
            float[] pixels = new float[3 * 4];
            System.arraycopy(new float[]{-1.5f, 0, 1.5f, 9}, 0, pixels, 0, 4); // red of four patches of one pixel
            System.arraycopy(new float[]{-1.5f, 0, 0, 0}, 0, pixels, 4, 4);
            System.arraycopy(new float[]{-9, 1, -1, 1}, 0, pixels, 8, 4);
            NDArray codes = Hiding.colours(context.scope().create(pixels, new Shape(1, 3, 2, 2)), 1, 30);
            assertThat(codes.toLongArray()).containsExactly(0, 9 + 3 + 2, 18 + 3, 18 + 3 + 2);
            NDArray mean = Hiding.colours(context.scope().create(pixels, new Shape(1, 3, 2, 2)), 2, 30);
            assertThat(mean.toLongArray()).as("means 2.25, -0.375, -2").containsExactly(18 + 3);
            return true;
        });
    }
}
