package org.diptych.engine.models.vlmo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionSite.Expert;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.api.Way;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.model.Ear;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Points;
import org.diptych.engine.model.Weight;
import org.diptych.engine.models.Models;
import org.diptych.engine.probe.Relevance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class VlmoTest {
    private static final int GRID = 2;
    private static final int LAYERS = 3;
    private static final JsonObject TINY = JsonParser.parseString("""
            {"vlmo_config": {"image_size": 8, "max_text_len": 6, "max_text_len_of_initckpt": 7, "vocab_size": 30,
                             "drop_path_rate": 0, "loss_names": {"itm": 1, "itc": 1, "mlm": 1}},
             "arch": {"patch_size": 4, "embed_dim": 16, "depth": 3, "num_heads": 2, "mlp_ratio": 2,
                      "vlffn_start_layer_index": 2, "layer_scale_init_values": 0.1}}""").getAsJsonObject();

    @TempDir
    Path folder;

    private interface Check {
        void run(VlmoModel model, NDManager scope) throws EngineException;
    }

    private static JsonObject tiny(String section, String key, Object value) {
        JsonObject json = TINY.deepCopy();
        json.getAsJsonObject(section).add(key, JsonParser.parseString(value.toString()));
        return json;
    }

    /// Weights drawn anew and larger than training starts from, so that what a test looks for stands out.
    private static void with(JsonObject config, Check check) throws EngineException {
        TestLane.run(context -> {
            VlmoModel model = (VlmoModel) new VlmoFamily().create(config, new ModelFiles(Optional.empty()));
            model.weights().forEach((name, weight) -> set(weight, context.scope(), name.hashCode(), 0.6));
            check.run(model, context.scope());
            return true;
        });
    }

    private static void with(Check check) throws EngineException {
        with(TINY, check);
    }

    private static void set(Weight weight, NDManager scope, long seed, double deviation) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[(int) weight.shape().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        weight.set(scope.create(values, weight.shape()));
    }

    private static Inputs pair(NDManager scope, long... ids) {
        SplittableRandom random = new SplittableRandom(3);
        float[] pixels = new float[3 * 8 * 8];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) random.nextDouble(-1, 1);
        }
        return new Inputs(Map.of("input_ids", scope.create(ids, new Shape(1, ids.length)), "pixel_values",
                scope.create(pixels, new Shape(1, 3, 8, 8))), List.of());
    }

    /// What each way of using the model answers: the picture alone and by its second ending, the words alone and by theirs, both in one sequence.
    private static Map<String, float[]> answers(VlmoModel model, Inputs inputs) {
        VlmoModel.Features picture = model.picture(Pass.READABLE, inputs, true);
        VlmoModel.Features text = model.text(Pass.READABLE, inputs, true);
        return Map.of("picture", picture.own().toFloatArray(), "picture by pairs",
                picture.branch().orElseThrow().toFloatArray(), "text", text.own().toFloatArray(), "text by pairs",
                text.branch().orElseThrow().toFloatArray(), "both",
                model.states(Pass.READABLE, inputs, 1).pooled().toFloatArray());
    }

    /// @return the ways whose answer moves when one weight is another
    private static List<String> moved(VlmoModel model, NDManager scope, String weight) {
        Inputs inputs = pair(scope, 1, 5, 9, 2);
        Map<String, float[]> before = answers(model, inputs);
        Weight other = model.weights().get(weight);
        NDArray kept = other.get();
        set(other, scope, 77, 0.9);
        Map<String, float[]> after = answers(model, inputs);
        other.set(kept);
        return before.keySet().stream().filter(way -> !Arrays.equals(before.get(way), after.get(way)))
                .sorted().toList();
    }

    @Test
    void eachInputTakesItsOwnExperts() throws EngineException {
        with((model, scope) -> {
            assertThat(moved(model, scope, "transformer.blocks.0.attn.proj.weight")).as("attention is shared")
                    .hasSize(5);
            assertThat(moved(model, scope, "transformer.blocks.0.mlp_imag.fc1.weight"))
                    .containsExactly("both", "picture", "picture by pairs");
            assertThat(moved(model, scope, "transformer.blocks.0.norm2_text.weight"))
                    .containsExactly("both", "text", "text by pairs");
            assertThat(moved(model, scope, "transformer.blocks.2.mlp_imag.fc1.weight")).containsExactly("picture");
            assertThat(moved(model, scope, "transformer.blocks.2.norm2_text.bias")).containsExactly("text");
            assertThat(moved(model, scope, "transformer.blocks.2.mlp_vl.fc2.weight"))
                    .containsExactly("both", "picture by pairs", "text by pairs");
            assertThat(model.weights().keySet()).noneMatch(n -> n.startsWith("transformer.blocks.1.mlp_vl"));
        });
    }

    private static Encoded sample(int words, boolean picture) {
        List<Tokens.Token> tokens = new ArrayList<>();
        for (int i = 0; i < words; i++) {
            tokens.add(new Tokens.Token(i, "w", 0, 1, 0));
        }
        return new Encoded(words > 0 ? Optional.of(new Tokens("w", tokens, false)) : Optional.empty(), new float[0],
                picture ? 8 : 0, picture ? 8 : 0, Optional.empty(), Optional.empty());
    }

    @Test
    void theActiveExpertCanBeReadForEachLayerAndInput() throws EngineException {
        with((model, scope) -> {
            int patches = 1 + GRID * GRID;
            AttentionSite both = model.sites(sample(4, true)).getFirst();
            List<Expert> split = List.of(new Expert("L-FFN", 0, 4), new Expert("V-FFN", 4, 4 + patches));
            assertThat(both.experts()).containsExactly(split, split,
                    List.of(new Expert("VL-FFN", 0, 4 + patches)));
            assertThat(both.key().size()).isEqualTo(4 + patches);
            List<Expert> seen = List.of(new Expert("V-FFN", 0, patches));
            assertThat(model.sites(sample(0, true)).getFirst().experts()).containsExactly(seen, seen, seen);
            List<Expert> read = List.of(new Expert("L-FFN", 0, 3));
            assertThat(model.sites(sample(3, false)).getFirst().experts()).containsExactly(read, read, read);
        });
    }

    private static Way way(Way.Kind kind, String site, Way.Lane... lanes) {
        return new Way(kind, List.of(site), List.of(lanes));
    }

    /// Words and picture together, and each alone: what a person is shown of the experts.
    @Test
    void everyWayIsToldLaneByLane() throws EngineException {
        Way.Lane words = new Way.Lane(Way.Input.WORDS, List.of("L-FFN", "L-FFN", "L-FFN"));
        Way.Lane picture = new Way.Lane(Way.Input.PICTURE, List.of("V-FFN", "V-FFN", "V-FFN"));
        with((model, scope) -> assertThat(model.ways(sample(4, true))).containsExactly(
                way(Way.Kind.PAIR, "joined", new Way.Lane(Way.Input.WORDS, List.of("L-FFN", "L-FFN", "VL-FFN")),
                        new Way.Lane(Way.Input.PICTURE, List.of("V-FFN", "V-FFN", "VL-FFN"))),
                way(Way.Kind.PICTURE, "vision", picture), way(Way.Kind.WORDS, "text", words)));
        with((model, scope) -> assertThat(model.ways(sample(4, false)))
                .containsExactly(way(Way.Kind.WORDS, "text", words)));
        with(tiny("vlmo_config", "loss_names", "{\"irtr\": 1}"),
                (model, scope) -> assertThat(model.ways(sample(4, true))).as("a file of two towers alone")
                        .containsExactly(way(Way.Kind.PICTURE, "vision", picture),
                                way(Way.Kind.WORDS, "text", words)));
    }

    /// The original fills texts up to one length and switches experts there.
    @Test
    void paddingOfATextChangesNothing() throws EngineException {
        with((model, scope) -> {
            Map<String, float[]> alone = answers(model, pair(scope, 1, 5, 2));
            Map<String, NDArray> padded = new HashMap<>(pair(scope, 1, 5, 2, 0, 0, 0).tensors());
            assertThat(answers(model, new Inputs(padded, List.of())).get("both")).isNotEqualTo(alone.get("both"));
            padded.put("attention_mask", scope.create(new long[]{1, 1, 1, 0, 0, 0}, new Shape(1, 6)));
            answers(model, new Inputs(padded, List.of()))
                    .forEach(
                            (way, answer) -> assertThat(answer).as(way).containsExactly(alone.get(way), within(1e-4f)));
        });
    }

    /// Two patches a side: offsets run over 3 x 3 rows, then come the picture's 3, the two directions, and the words' 2 x 7.
    @Test
    void relativePlacesAreReadQueryMinusKeyInThePictureAndTheOtherWayInTheText() throws EngineException {
        with((model, scope) -> {
            RelativePlaces places = model.stack().places();
            assertThat(places.of(scope, 0, true).toLongArray()).containsExactly(11, 9, 9, 9, 9, //
                    10, 4, 3, 1, 0, //
                    10, 5, 4, 2, 1, //
                    10, 7, 6, 4, 3, //
                    10, 8, 7, 5, 4);
            assertThat(places.of(scope, 3, false).toLongArray()).containsExactly(27, 25, 25, //
                    26, 19, 20, //
                    26, 18, 19);
            long[] both = places.of(scope, 1, true).toLongArray();
            assertThat(both).hasSize(36).startsWith(27, 12, 12, 12, 12, 12, 13, 11);
            assertThat(model.facts().biases()).isEqualTo(28);
        });
    }

    @Test
    void eachLayerReadsItsOwnColumnsOfTheOneBiasTable() throws EngineException {
        with((model, scope) -> {
            Inputs inputs = pair(scope, 1, 5, 9, 2);
            Points before = new Points("");
            model.states(Pass.listening(before), inputs, 1);
            Weight table = model.weights().get("relative_position_bias_table");
            float[] values = table.get().toFloatArray();
            for (int row = 0; row < table.shape().get(0); row++) {
                values[(int) (row * table.shape().get(1)) + 3] += row; // the second head of the second layer
            }
            table.set(scope.create(values, table.shape()));
            Points after = new Points("");
            model.states(Pass.listening(after), inputs, 1);
            assertThat(after.heard().get("joined.attn.0")).isEqualTo(before.heard().get("joined.attn.0"));
            NDArray first = after.heard().get("joined.attn.1");
            assertThat(first.get(":, 0")).isEqualTo(before.heard().get("joined.attn.1").get(":, 0"));
            assertThat(first.get(":, 1")).isNotEqualTo(before.heard().get("joined.attn.1").get(":, 1"));
        });
    }

    @Test
    void keysHaveNoBiasAndLayerScalesCanSilenceALayer() throws EngineException {
        with((model, scope) -> {
            assertThat(model.weights().keySet().stream().filter(n -> n.startsWith("transformer.blocks.0.attn."))
                    .map(n -> n.substring("transformer.blocks.0.attn.".length())).collect(Collectors.toSet()))
                    .containsExactlyInAnyOrder("qkv.weight", "q_bias", "v_bias", "proj.weight", "proj.bias");
            model.weights().forEach((name, weight) -> {
                if (name.contains(".gamma_")) {
                    weight.set(scope.zeros(weight.shape()));
                }
            });
            Points points = new Points("");
            model.states(Pass.listening(points), pair(scope, 1, 5, 2), 1);
            assertThat(points.heard().get("joined.hidden." + LAYERS)).isEqualTo(points.heard().get("joined.hidden.0"));
        });
        with(tiny("arch", "layer_scale_init_values", "null"),
                (model, scope) -> assertThat(model.weights().keySet()).noneMatch(n -> n.contains("gamma")));
    }

    @Test
    void basePlusHasPositionsInsteadOfBiases() throws EngineException {
        with(tiny("arch", "use_abs_pos_emb", true), (model, scope) -> {
            assertThat(model.weights()).containsKey("transformer.pos_embed")
                    .doesNotContainKey("relative_position_bias_table");
            assertThat(moved(model, scope, "text_embeddings.position_embeddings.weight"))
                    .containsExactly("both", "text", "text by pairs");
        });
        with((model, scope) -> assertThat(moved(model, scope, "text_embeddings.position_embeddings.weight"))
                .as("the table lies in every file, read or not").isEmpty());
    }

    @Test
    void bothPathsAgree() throws EngineException {
        with((model, scope) -> {
            Inputs inputs = pair(scope, 1, 5, 9, 2);
            assertThat(model.scorePairs(Pass.INFER, inputs, inputs).toFloatArray())
                    .containsExactly(model.scorePairs(Pass.READABLE, inputs, inputs).toFloatArray(), within(1e-5f));
            assertThat(model.encodeText(Pass.INFER, inputs).toFloatArray())
                    .containsExactly(model.encodeText(Pass.READABLE, inputs).toFloatArray(), within(1e-5f));
        });
    }

    /// What the language stage teaches cannot change what a picture alone is to the model, but for the shared biases and the last norm, which the code leaves open.
    @Test
    void theLanguageStageLeavesThePictureAlone() throws EngineException {
        with((model, scope) -> {
            List<String> taught = model.weights().keySet().stream()
                    .filter(model.stages().get("language")::learns).toList();
            assertThat(taught).contains("transformer.norm.weight", "relative_position_bias_table", "mlm_score.bias")
                    .noneMatch(n -> n.contains(".attn.") || n.contains("imag") || n.contains("mlp_vl"));
            for (String name : taught) {
                boolean open = name.startsWith("transformer.norm") || name.equals("relative_position_bias_table")
                        || name.equals("token_type_embeddings.weight"); // of which a text moves the first row only
                assertThat(moved(model, scope, name).contains("picture")).as(name).isEqualTo(open);
            }
        });
    }

    @Test
    void aMapIsOfferedOfWhateverAFileTells() throws EngineException {
        for (String heads : List.of("{\"textmlm\": 1}", "{\"vqa\": 1}", "{\"irtr\": 1}", "{\"itm\": 1}")) {
            with(tiny("vlmo_config", "loss_names", heads), (model, scope) -> assertThat(model.methods()).as(heads)
                    .contains(RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER)
                    .matches(all -> all.contains(RelevanceMethod.OCCLUSION) == (heads.matches(".*(irtr|itm).*"))));
        }
        with(tiny("vlmo_config", "loss_names", "{\"nlvr2\": 1}"),
                (model, scope) -> assertThat(model.methods()).isEmpty());
    }

    /// The towers tell a match, but a masked word is told by both read as one: whichever it is, its map is found.
    @Test
    void aWordAndAMatchAreExplainedByWhatTellsThem() throws EngineException {
        with(tiny("vlmo_config", "loss_names", "{\"irtr\": 1, \"mlm\": 1}"), (model, scope) -> {
            Inputs inputs = pair(scope, 1, 4, 2);
            List<AttentionSite> sites = model.everySite(sample(3, true));
            assertThat(sites).extracting(AttentionSite::name).containsExactly("vision", "text", "joined");
            for (Function<Pass, NDArray> score : List.<Function<Pass, NDArray>>of(
                    pass -> model.wordLogits(pass, inputs).get(new NDIndex("0, 1, 5")),
                    pass -> model.scorePairs(pass, inputs, inputs))) {
                assertThat(Relevance.explain(RelevanceMethod.GRAD_ATTENTION, sites, Relevance.Focus.SUMMARY, score)
                        .onPicture().orElseThrow()).hasSize(GRID * GRID)
                        .satisfies(map -> assertThat(map).isNotEqualTo(new float[GRID * GRID]));
            }
        });
    }

    @Test
    void aFileCanWhatItsHeadsAllow() throws EngineException {
        with((model, scope) -> {
            assertThat(model.capabilities()).containsExactlyInAnyOrder(Capability.ENCODES_IMAGE,
                    Capability.ENCODES_TEXT, Capability.SCORES_PAIRS, Capability.FILLS_MASKS);
            assertThat(model.objectives()).containsExactlyInAnyOrder("mlm", "textmlm", "itc", "itm");
        });
        with(tiny("vlmo_config", "loss_names", "{\"irtr\": 1}"), (model, scope) -> {
            assertThat(model.probability()).isFalse();
            assertThat(model.sites(sample(4, true))).extracting(AttentionSite::name).containsExactly("vision", "text");
            assertThat(model.objectives()).containsExactly("irtr");
        });
        with(tiny("vlmo_config", "loss_names", "{\"textmlm\": 1}"), (model, scope) -> {
            assertThat(model.objectives()).containsExactly("textmlm");
            assertThat(model.weights().keySet()).noneMatch(n -> n.contains("_vl"));
        });
    }

    @Test
    void startsAsTheOriginalDoes() throws EngineException {
        with((model, scope) -> {
            model.initialise(scope, 5);
            assertThat(model.weights().get("transformer.blocks.1.gamma_2").get().toFloatArray()).containsOnly(0.1f);
            assertThat(model.weights().get("relative_position_bias_table").get().toFloatArray()).containsOnly(0);
            assertThat(model.scale()).isEqualTo(1);
            assertThat(Math.exp(model.logScale().get().toFloatArray()[0])).isCloseTo(1 / 0.07, within(1e-3));
        });
    }

    @Test
    void theScoreOfOnePairCanBeTracedBack() throws EngineException {
        with((model, scope) -> {
            Inputs inputs = pair(scope, 1, 5, 9, 2);
            Ear ear = new Ear();
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                collector.backward(model.scorePairs(new Pass(false, false, ear), inputs, inputs));
                try (NDArray gradient = ear.gradient("joined", 0)) {
                    assertThat(gradient.abs().sum().toFloatArray()[0]).isPositive();
                }
            }
        });
    }

    private static Loader.Loaded open(Path file, NDManager weights) throws EngineException {
        return new Loader(Models.all()).load(file, weights);
    }

    /// Without a configuration: sides, lengths and heads follow from the tensors.
    @Test
    void aVisionModelBeginsTheLanguageStage() throws Exception {
        Path file = Files.copy(Path.of("golden/vlmo/stage2_textmlm/beit_base_patch16_224_pt22k_ft22kto1k.pth"),
                folder.resolve("beit.pth"));
        TestLane.run(context -> {
            try (NDManager weights = TestLane.lane().scopes().weights()) {
                Loader.Loaded loaded = open(file, weights);
                VlmoModel model = (VlmoModel) loaded.model();
                assertThat(loaded.report().missing()).contains("mlm_score.bias")
                        .noneMatch(n -> n.contains("imag") || n.contains(".attn."));
                assertThat(model.weights().values()).allMatch(Weight::isSet);
                assertThat(model.facts().heads()).isEqualTo(4);
                assertThat(model.facts().grid()).isEqualTo(4);
                assertThat(model.objectives()).containsExactly("textmlm");
                float[] fresh = model.weights().get("transformer.blocks.0.norm2_text.weight").get().toFloatArray();
                assertThat(fresh).containsOnly(1);
                float[] table = model.weights().get("relative_position_bias_table").get().toFloatArray();
                int known = 52 * 16; // offsets of four patches a side, for four heads of four layers
                assertThat(Arrays.copyOf(table, known)).doesNotContain(0);
                assertThat(Arrays.copyOfRange(table, known, table.length)).containsOnly(0)
                        .hasSize((2 * 196 + 2) * 16);
            }
            return true;
        });
    }

    @Test
    void aTableThatIsNotTheConfigurationsWins() throws Exception {
        Path from = Path.of("golden/vlmo/ft_irtr");
        Files.copy(from.resolve("model.safetensors"), folder.resolve("model.safetensors"));
        JsonObject config = JsonParser.parseString(Files.readString(from.resolve("config.json"))).getAsJsonObject();
        config.getAsJsonObject("vlmo_config").addProperty("image_size", 96);
        Files.writeString(folder.resolve("config.json"), config.toString());
        TestLane.run(context -> {
            try (NDManager weights = TestLane.lane().scopes().weights()) {
                VlmoModel model = (VlmoModel) open(folder.resolve("model.safetensors"), weights).model();
                assertThat(model.imageSize()).isEqualTo(32);
                assertThat(model.facts().textBias()).isEqualTo(14);
            }
            return true;
        });
    }
}
