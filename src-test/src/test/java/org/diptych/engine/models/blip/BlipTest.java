package org.diptych.engine.models.blip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.api.Way;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Points;
import org.diptych.engine.model.Weight;
import org.diptych.engine.model.Writing;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class BlipTest {
    private static final int WORDS = 20;
    private static final int END = 3;
    private static final JsonObject FRESH = json("""
            {"text_config": {"vocab_size": 20, "eos_token_id": 3, "hidden_size": 16, "intermediate_size": 24,
                             "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 12},
             "vision_config": {"hidden_size": 12, "intermediate_size": 24, "num_hidden_layers": 2,
                               "num_attention_heads": 2, "image_size": 8, "patch_size": 4},
             "image_text_hidden_size": 8, "queue_size": 6}""");

    private interface Check {
        void run(BlipModel model, NDManager scope) throws EngineException;
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    /// A model that answers questions: what reads and what writes have parted.
    private static JsonObject answering(boolean huggingFace) {
        JsonObject json = huggingFace
                ? FRESH.deepCopy()
                : json("""
                        {"med_config": {"vocab_size": 20, "hidden_size": 16, "intermediate_size": 24,
                                        "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 12},
                         "vision": {"embed_dim": 12, "mlp": 24, "depth": 2, "num_heads": 2}, "image_size": 8,
                         "patch_size": 4, "bos_token_id": 18, "enc_token_id": 19, "sep_token_id": 3}""");
        if (huggingFace) {
            json.getAsJsonObject("text_config").addProperty("bos_token_id", 18);
            json.getAsJsonObject("text_config").addProperty("sep_token_id", END);
        }
        json.add(BlipConfig.FILE, json("{\"encoder_sees\": 12, \"decoder_sees\": 16}"));
        return json;
    }

    /// Weights drawn anew and larger than training starts from, so that what a test looks for stands out.
    private static void with(JsonObject config, Check check) throws EngineException {
        TestLane.run(context -> {
            BlipModel model = (BlipModel) new BlipFamily().create(config, new ModelFiles(Optional.empty()));
            model.weights().forEach((name, weight) -> {
                set(weight, context.scope(), name.hashCode());
                if (weight.shape().dimension() == 1 && name.endsWith("weight")) { // a norm's gain
                    weight.set(weight.get().add(1f));
                }
            });
            check.run(model, context.scope());
            return true;
        });
    }

    private static void set(Weight weight, NDManager scope, long seed) {
        weight.set(random(scope, weight.shape(), seed, 0.5));
    }

    private static NDArray random(NDManager scope, Shape shape, long seed, double deviation) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return scope.create(values, shape);
    }

    private static NDArray pictures(NDManager scope, int count) {
        return random(scope, new Shape(count, 3, 8, 8), 3, 1);
    }

    private static NDArray rows(NDManager scope, long[]... rows) {
        return scope.create(Stream.of(rows).flatMapToLong(java.util.stream.LongStream::of).toArray(),
                new Shape(rows.length, rows[0].length));
    }

    private static Inputs pair(NDManager scope, long... ids) {
        return new Inputs(Map.of("pixel_values", pictures(scope, 1), "input_ids", rows(scope, ids)), List.of());
    }

    private static Map<String, NDArray> heard(BlipModel model, Inputs inputs) {
        Points points = new Points("");
        model.forward(Pass.listening(points), inputs);
        return points.heard();
    }

    @Test
    void oneTextHasThreeModes() throws EngineException {
        with(FRESH, (model, scope) -> {
            Map<String, NDArray> all = heard(model, pair(scope, 2, 5, 6, END));
            Map<String, NDArray> other = heard(model, pair(scope, 2, 5, 6, 7));
            assertThat(all).containsKeys("text_alone.attn.1", "text_encoder.attn.1", "text_encoder.cross.attn.1",
                    "text_decoder.attn.1", "text_decoder.cross.attn.1").doesNotContainKey("text_alone.cross.attn.0");
            for (String both : List.of("text_alone", "text_encoder")) { // the first word sees the last
                assertThat(first(all, both)).as(both).isNotEqualTo(first(other, both));
            }
            assertThat(first(all, "text_decoder")).isEqualTo(first(other, "text_decoder"));
            float[] row = all.get("text_decoder.attn.1").get(new NDIndex("0, 0, 1")).toFloatArray();
            assertThat(row[0] + row[1]).isCloseTo(1, within(1e-5f));
            assertThat(row[2]).isZero();
        });
    }

    private static float[] first(Map<String, NDArray> heard, String stream) {
        return heard.get(stream + ".hidden.2").get(new NDIndex("0, 0")).toFloatArray();
    }

    @Test
    void eachModeBeginsWithItsOwnToken() throws EngineException {
        with(FRESH, (model, scope) -> {
            NDArray ids = rows(scope, new long[]{2, 5, 6, END}, new long[]{2, 7, END, 0});
            assertThat(model.writes(ids).toLongArray()).containsExactly(WORDS, 5, 6, END, WORDS, 7, END, 0);
            assertThat(model.looks(ids).toLongArray()).containsExactly(WORDS + 1, 5, 6, END, WORDS + 1, 7, END, 0);
            assertThat(model.weights().get("text_encoder.embeddings.word_embeddings.weight").shape())
                    .isEqualTo(new Shape(WORDS + 2, 16));
            assertThat(model.ends().start()).isEqualTo(WORDS);
            assertThat(model.ends().end()).isEqualTo(END);
        });
        with(answering(true), (model, scope) -> { // Hugging Face's code leaves [CLS] there
            NDArray ids = rows(scope, new long[]{2, 5, END});
            assertThat(model.looks(ids).toLongArray()).containsExactly(2, 5, END);
        });
    }

    @Test
    void whatReadsAndWhatWritesShareAllButSelfAttention() throws EngineException {
        with(FRESH, (model, scope) -> {
            List<String> own = model.weights().keySet().stream().filter(n -> n.startsWith("text_decoder.")).toList();
            assertThat(own).isNotEmpty().allMatch(n -> n.contains(".attention.") || n.contains(".cls."))
                    .contains("text_decoder.encoder.layer.1.attention.output.LayerNorm.weight")
                    .doesNotContain("text_decoder.cls.predictions.decoder.weight");
            Inputs inputs = pair(scope, 2, 5, 6, END);
            float[] before = logits(model, inputs);
            set(model.weights().get("text_encoder.encoder.layer.0.attention.self.query.weight"), scope, 99);
            assertThat(logits(model, inputs)).isEqualTo(before);
            set(model.weights().get("text_encoder.encoder.layer.0.crossattention.self.query.weight"), scope, 99);
            assertThat(logits(model, inputs)).isNotEqualTo(before);
        });
        with(answering(true), (model, scope) -> assertThat(model.weights().keySet())
                .contains("text_decoder.encoder.layer.0.crossattention.self.query.weight",
                        "text_decoder.embeddings.word_embeddings.weight"));
    }

    private static float[] logits(BlipModel model, Inputs inputs) {
        BlipLosses losses = new BlipLosses(model);
        return losses.writtenLogits(Pass.READABLE, losses.picture(Pass.READABLE, inputs), inputs).toFloatArray();
    }

    /// -log p of each next word by hand, a tenth of the target spread over all words, what is not asked left out.
    @Test
    void aWrittenTextIsToldWordByWordWithSmoothedLabels() throws EngineException {
        JsonObject smooth = FRESH.deepCopy();
        smooth.getAsJsonObject("text_config").addProperty("label_smoothing", 0.1);
        with(smooth, (model, scope) -> {
            Map<String, NDArray> given = new HashMap<>(pair(scope, 2, 5, 6, END, 0).tensors());
            given.put("labels", rows(scope, new long[]{-100, -100, 6, END, -100}));
            Inputs inputs = new Inputs(given, List.of());
            int v = WORDS + 2;
            float[] logits = logits(model, inputs);
            double sum = 0;
            int[] next = {0, 6, END};
            for (int place = 1; place <= 2; place++) {
                double norm = 0;
                double spread = 0;
                for (int i = 0; i < v; i++) {
                    norm += Math.exp(logits[place * v + i]);
                    spread += logits[place * v + i];
                }
                sum += 0.9 * (Math.log(norm) - logits[place * v + next[place]])
                        + 0.1 * (Math.log(norm) - spread / v);
            }
            assertThat(model.loss(BlipLosses.WRITING, Pass.INFER, inputs).toFloatArray()[0])
                    .isCloseTo((float) (sum / 2), within(1e-4f));
        });
    }

    @Test
    void aPairMatchesOrNot() throws EngineException {
        with(FRESH, (model, scope) -> {
            NDArray ids = rows(scope, new long[]{2, 5, END}, new long[]{2, 6, END});
            Inputs both = new Inputs(Map.of("pixel_values", pictures(scope, 2), "input_ids", ids), List.of());
            float[] p = model.scorePairs(Pass.INFER, both, both).toFloatArray(); // (2, 2) of the class 1
            Map<String, NDArray> labelled = new HashMap<>(both.tensors());
            labelled.put("itm_labels", scope.create(new long[]{1, 0}));
            assertThat(model.loss(BlipLosses.MATCHING, Pass.INFER, new Inputs(labelled, List.of())).toFloatArray()[0])
                    .isCloseTo((float) (-(Math.log(p[0]) + Math.log(1 - p[3])) / 2), within(1e-4f));
            Map<String, NDArray> hard = new HashMap<>(both.tensors());
            hard.put("image_neg_idx", scope.create(new long[]{1, 0})); // of text 0 picture 1: p[2]; of text 1 picture 0: p[1]
            hard.put("text_neg_idx", scope.create(new long[]{1, 0}));
            double wrong = Math.log(1 - p[2]) + Math.log(1 - p[1]);
            assertThat(model.loss(BlipLosses.MATCHING, Pass.INFER, new Inputs(hard, List.of())).toFloatArray()[0])
                    .isCloseTo((float) (-(Math.log(p[0]) + Math.log(p[3]) + 2 * wrong) / 6), within(1e-4f));
        });
    }

    /// One sample with a prompt, three texts: rows change parents, and what was remembered follows them.
    @Test
    void writingWithACacheIsWritingAnew() throws EngineException {
        with(FRESH, (model, scope) -> {
            Inputs inputs = new Inputs(Map.of("pixel_values", pictures(scope, 2), "input_ids",
                    rows(scope, new long[]{2, 5, 6, END}, new long[]{2, 7, 8, END})), List.of());
            for (Pass pass : List.of(Pass.INFER, Pass.READABLE)) {
                try (Writing cached = model.begin(pass, inputs, 3, true);
                        Writing anew = model.begin(pass, inputs, 3, false)) {
                    assertThat(cached.begun().ids()).hasNumberOfRows(6);
                    assertThat(cached.begun().ids()[3]).containsExactly(WORDS, 7, 8);
                    assertThat(cached.begun().room()).isEqualTo(9);
                    int[][] parents = {{0, 1, 2, 3, 4, 5}, {2, 2, 0, 4, 3, 3}, {0, 0, 1, 5, 4, 3}};
                    for (int step = 0; step < parents.length; step++) {
                        close(cached, anew);
                        long[] tokens = {4 + step, 5, 6, 7, 8 + step, 9};
                        cached.append(parents[step], tokens);
                        anew.append(parents[step], tokens);
                    }
                    close(cached, anew);
                }
            }
        });
    }

    private static void close(Writing got, Writing wanted) {
        assertThat(got.logits().getShape()).isEqualTo(new Shape(6, WORDS + 2));
        assertThat(got.logits().toFloatArray()).containsExactly(wanted.logits().toFloatArray(), within(1e-4f));
    }

    @Test
    void withoutAPromptATextBeginsWithItsTokenAlone() throws EngineException {
        with(FRESH, (model, scope) -> {
            Inputs inputs = new Inputs(Map.of("pixel_values", pictures(scope, 2)), List.of());
            try (Writing writing = model.begin(Pass.INFER, inputs, 1, true)) {
                assertThat(writing.begun().ids()).isDeepEqualTo(new long[][]{{WORDS}, {WORDS}});
            }
        });
    }

    /// The original's answer looks at the question's words alone; Hugging Face's looks at its padding too, which the loss does not.
    @Test
    void anAnswerLooksAtTheQuestionsWords() throws EngineException {
        for (boolean huggingFace : List.of(true, false)) {
            with(answering(huggingFace), (model, scope) -> {
                Map<String, NDArray> bare = Map.of("pixel_values", pictures(scope, 1), "input_ids",
                        rows(scope, new long[]{2, 5, END}));
                Map<String, NDArray> padded = Map.of("pixel_values", pictures(scope, 1), "input_ids",
                        rows(scope, new long[]{2, 5, END, 0, 0}), "attention_mask",
                        rows(scope, new long[]{1, 1, 1, 0, 0}));
                try (Writing one = model.begin(Pass.INFER, new Inputs(bare, List.of()), 2, true);
                        Writing two = model.begin(Pass.INFER, new Inputs(padded, List.of()), 2, true)) {
                    float[] a = one.logits().toFloatArray();
                    float[] b = two.logits().toFloatArray();
                    float apart = 0;
                    for (int i = 0; i < a.length; i++) {
                        apart = Math.max(apart, Math.abs(a[i] - b[i]));
                    }
                    assertThat(apart > 1e-3).as("Hugging Face " + huggingFace).isEqualTo(huggingFace);
                }
            });
        }
    }

    @Test
    void ofTheLikeliestBeginningsTheBestWholeAnswerWins() throws EngineException {
        with(answering(false), (model, scope) -> {
            NDArray list = rows(scope, new long[]{18, 4, END, 0}, new long[]{18, 5, 6, END}, new long[]{18, 7, END, 0},
                    new long[]{18, 8, 9, END});
            NDArray mask = rows(scope, new long[]{1, 1, 1, 0}, new long[]{1, 1, 1, 1}, new long[]{1, 1, 1, 0},
                    new long[]{1, 1, 1, 1});
            Map<String, NDArray> asked = new HashMap<>(Map.of("pixel_values", pictures(scope, 1), "question_ids",
                    rows(scope, new long[]{19, 5, END}), "question_mask", rows(scope, new long[]{1, 1, 1}),
                    "answer_list_ids", list, "answer_list_mask", mask));
            float[] losses = new float[4];
            for (int i = 0; i < 4; i++) {
                Map<String, NDArray> one = new HashMap<>(asked);
                NDIndex row = new NDIndex("{}:{}", i, i + 1);
                one.putAll(Map.of("answer_ids", list.get(row), "answer_mask", mask.get(row), "n_answers",
                        scope.create(new long[]{1}), "weights", scope.create(new float[]{1})));
                losses[i] = model.loss(BlipLosses.ANSWER, Pass.INFER, new Inputs(one, List.of())).toFloatArray()[0];
            }
            assertThat(best(model, asked)).isEqualTo(smallest(losses));
            asked.put("k_test", scope.create(new long[]{1}));
            BlipLosses own = new BlipLosses(model);
            NDArray start = rows(scope, new long[]{18});
            float[] first = own.answerLogits(Pass.INFER, own.asked(Pass.INFER, new Inputs(asked, List.of())), start,
                    start.onesLike()).toFloatArray();
            assertThat(best(model, asked))
                    .isEqualTo(smallest(new float[]{-first[4], -first[5], -first[7], -first[8]}));
        });
    }

    private static int best(BlipModel model, Map<String, NDArray> inputs) {
        return (int) new BlipLosses(model).best(new Inputs(inputs, List.of())).toLongArray()[0];
    }

    private static int smallest(float[] values) {
        int at = 0;
        for (int i = 1; i < values.length; i++) {
            at = values[i] < values[at] ? i : at;
        }
        return at;
    }

    @Test
    void aFreshCopyBeginsAsItsModel() throws EngineException {
        TestLane.run(context -> {
            BlipModel model = (BlipModel) new BlipFamily().create(FRESH, new ModelFiles(Optional.empty()));
            model.initialise(context.scope(), 4);
            Map<String, Weight> all = model.weights();
            assertThat(all.get("text_encoder_m.encoder.layer.0.output.dense.weight").get().toFloatArray()).isEqualTo(
                    all.get("text_encoder.encoder.layer.0.output.dense.weight").get().toFloatArray());
            assertThat(all.keySet()).noneMatch(n -> n.startsWith("text_decoder_m"));
            assertThat(all.get("temp").get().toFloatArray()).containsExactly(0.07f);
            assertThat(model.objectives()).containsExactly("loss_ita", "loss_itm", "loss_lm");
            assertThat(model.capabilities()).containsExactlyInAnyOrder(Capability.ENCODES_IMAGE,
                    Capability.ENCODES_TEXT, Capability.SCORES_PAIRS, Capability.GENERATES);
            return true;
        });
        with(answering(false), (model, scope) -> {
            assertThat(model.objectives()).containsExactly("loss_vqa");
            assertThat(model.capabilities()).containsExactly(Capability.GENERATES);
        });
    }

    /// What a trained model is kept as is a file of one of the two layouts, and says the same of itself.
    @Test
    void aKeptModelIsKnownAgain() throws EngineException {
        for (JsonObject config : List.of(FRESH, answering(true), answering(false))) {
            with(config, (model, scope) -> {
                Map<String, Weight> own = model.weights();
                Map<String, long[]> shapes = new LinkedHashMap<>();
                new BlipFamily().outward(json(model.config())).plan(own.keySet()).recipes()
                        .forEach((name, recipe) -> shapes.put(name, recipe.shape(recipe.sources().stream()
                                .map(source -> own.get(source).shape().getShape()).toList()).orElseThrow()));
                Layout layout = new BlipFamily().layouts().stream().filter(l -> l.matches().test(shapes.keySet()))
                        .findFirst().orElseThrow();
                JsonObject again = layout.inferConfig().apply(shapes, json(model.config()));
                assertThat(BlipConfig.of(again)).isEqualTo(model.facts());
                assertThat(layout.names().apply(again).plan(shapes.keySet()).recipes().keySet())
                        .containsExactlyInAnyOrderElementsOf(own.keySet());
                assertThat(layout.name()).isEqualTo(model.facts().parts().huggingFace() && !model.facts().parts().tied()
                        ? "Hugging Face"
                        : "original");
            });
        }
    }

    @Test
    void whatAConfigurationLeavesOutIsItsOwnCodesDefault() throws EngineException {
        JsonObject huggingFace = FRESH.deepCopy();
        huggingFace.getAsJsonObject("text_config").remove("num_attention_heads");
        huggingFace.getAsJsonObject("vision_config").remove("num_attention_heads");
        with(FRESH, (model, scope) -> {
            Map<String, long[]> shapes = model.weights().entrySet().stream()
                    .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().shape().getShape()));
            BlipConfig told = BlipConfig.of(BlipConfig.complete(shapes, huggingFace, BlipConfig.Names.ORIGINAL));
            assertThat(told.text().heads()).isEqualTo(8);
            assertThat(told.vision().heads()).isEqualTo(12);
            assertThat(told.vision().epsilon()).isEqualTo(1e-5);
            assertThat(told.text().smoothing()).isZero();
            BlipConfig original = BlipConfig
                    .of(BlipConfig.complete(shapes, new JsonObject(), BlipConfig.Names.ORIGINAL));
            assertThat(original.vision().epsilon()).isEqualTo(1e-6);
            assertThat(original.text().smoothing()).isEqualTo(0.1);
            assertThat(original.ends().start()).isEqualTo(WORDS);
            assertThat(original.ends().encode()).isEqualTo(WORDS + 1);
            assertThat(original.parts().tied()).isTrue();
        });
    }

    /// Where each written word looked is told row by row, whether the rows of a sample ask together or not.
    @Test
    void aListenerHearsEveryRow() throws EngineException {
        with(FRESH, (model, scope) -> {
            Inputs inputs = new Inputs(Map.of("pixel_values", pictures(scope, 2)), List.of());
            Points points = new Points("");
            try (Writing heard = model.begin(Pass.listening(points), inputs, 3, true);
                    Writing fused = model.begin(Pass.INFER, inputs, 3, true)) {
                int[] parents = {0, 1, 2, 3, 4, 5};
                long[] tokens = {4, 5, 6, 7, 8, 9};
                heard.append(parents, tokens);
                fused.append(parents, tokens);
                assertThat(points.heard().get("text_decoder.cross.attn.1").getShape()).isEqualTo(new Shape(6, 2, 1, 5));
                assertThat(points.heard().get("text_decoder.attn.1").getShape()).isEqualTo(new Shape(6, 2, 1, 2));
                assertThat(heard.logits().toFloatArray()).containsExactly(fused.logits().toFloatArray(),
                        within(1e-4f));
            }
        });
    }

    /// The mixture of encoder and decoder as figure 2 draws it: without a picture's attention, with it, and with it behind a mask of the future.
    @Test
    void theModesOfTheTextTransformerAreTold() throws EngineException {
        List<Tokens.Token> tokens = Stream.of(2, 5, END).map(id -> new Tokens.Token(id, "", -1, -1, 0)).toList();
        Encoded sample = new Encoded(Optional.of(new Tokens("", tokens, false)), new float[3 * 8 * 8], 8, 8,
                Optional.of(new Box(0, 0, 8, 8)), Optional.empty());
        with(FRESH, (model, scope) -> assertThat(model.ways(sample)).containsExactly(
                mode(Way.Kind.UNIMODAL, "Bi SA", "text_alone"),
                mode(Way.Kind.READING, "Bi SA + CA", "text_encoder", "text_encoder.cross"),
                mode(Way.Kind.WRITING, "Causal SA + CA", "text_decoder", "text_decoder.cross")));
        with(answering(true), (model, scope) -> assertThat(model.ways(sample)).extracting(Way::kind)
                .as("a question is never read alone").containsExactly(Way.Kind.READING, Way.Kind.WRITING));
    }

    private static Way mode(Way.Kind kind, String blocks, String... sites) {
        return new Way(kind, List.of(sites), List.of(new Way.Lane(Way.Input.WORDS, List.of(blocks, blocks))));
    }

    @Test
    void sitesAreThoseThatAPassReports() throws EngineException {
        for (JsonObject config : List.of(FRESH, answering(true))) {
            with(config, (model, scope) -> {
                List<Tokens.Token> tokens = Stream.of(2, 5, END).map(id -> new Tokens.Token(id, "", -1, -1, 0))
                        .toList();
                Encoded sample = new Encoded(Optional.of(new Tokens("", tokens, false)), new float[3 * 8 * 8], 8, 8,
                        Optional.of(new Box(0, 0, 8, 8)), Optional.empty());
                Map<String, NDArray> heard = heard(model, pair(scope, 2, 5, END));
                List<AttentionSite> sites = model.sites(sample);
                assertThat(heard.keySet().stream().filter(n -> n.matches(".*\\.attn\\.\\d+"))
                        .map(n -> n.replaceFirst("\\.attn\\.\\d+$", "")).distinct())
                        .containsExactlyInAnyOrderElementsOf(sites.stream().map(AttentionSite::name).toList());
                for (AttentionSite site : sites) {
                    for (int layer = 0; layer < site.layers(); layer++) {
                        assertThat(heard.get(site.name() + ".attn." + layer).getShape()).as(site.name())
                                .isEqualTo(new Shape(1, site.heads(), site.query().size(), site.key().size()));
                    }
                }
            });
        }
    }
}
