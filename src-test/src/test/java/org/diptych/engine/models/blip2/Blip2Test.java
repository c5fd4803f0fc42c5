package org.diptych.engine.models.blip2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan.Trains;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Points;
import org.diptych.engine.model.Probe;
import org.diptych.engine.model.Weight;
import org.diptych.engine.model.Writing;
import org.diptych.engine.models.Models;
import org.diptych.engine.probe.Relevance;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class Blip2Test {
    private static final int QUERIES = 3;
    private static final int WORDS = 20;
    private static final int END = 19;
    private static final String TOWER = """
            "vision_config": {"hidden_size": 12, "intermediate_size": 24, "num_hidden_layers": 2,
                              "num_attention_heads": 2, "image_size": 8, "patch_size": 4},
            "qformer_config": {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 3,
                               "num_attention_heads": 2, "max_position_embeddings": 12,
                               "hidden_dropout_prob": 0.0, "cross_attention_frequency": 2},
            "num_query_tokens": 3, "image_text_hidden_size": 8""";
    private static final String FIRST = "{\"vocab_size\": 20, \"pad_token_id\": 0, " + TOWER + "}";
    private static final String SECOND = "{" + TOWER + """
            , "text_config": {"vocab_size": 20, "eos_token_id": 19, "pad_token_id": 0, "hidden_size": 10,
                              "ffn_dim": 14, "num_hidden_layers": 2, "num_attention_heads": 2,
                              "max_position_embeddings": 24, "dropout": 0.0}}""";

    private interface Check {
        void run(Blip2Model model, NDManager scope) throws EngineException;
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    /// Weights drawn larger than training starts from, so that what a test looks for stands out.
    private static void with(String config, Check check) throws EngineException {
        TestLane.run(context -> {
            Blip2Model model = (Blip2Model) new Blip2Family().create(json(config), new ModelFiles(Optional.empty()));
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

    private static NDArray rows(NDManager scope, long[]... rows) {
        return scope.create(Stream.of(rows).flatMapToLong(LongStream::of).toArray(),
                new Shape(rows.length, rows[0].length));
    }

    private static Inputs pairs(NDManager scope, long[]... ids) {
        return new Inputs(Map.of("pixel_values", random(scope, new Shape(ids.length, 3, 8, 8), 3, 1), "input_ids",
                rows(scope, ids), "attention_mask", rows(scope, ids).neq(0)), List.of());
    }

    private static Map<String, NDArray> heard(Blip2Model model, Inputs inputs) {
        Points points = new Points("");
        model.forward(Pass.listening(points), inputs);
        return points.heard();
    }

    private static float[] at(Map<String, NDArray> heard, String stream, int place) {
        return heard.get(stream + ".hidden.3").get(new NDIndex("0, {}", place)).toFloatArray();
    }

    @Test
    void threeMasksSayWhoSeesWhom() throws EngineException {
        assertThat(table(QFormer.Reading.APART)).containsExactly("xx...", "xx...", "..xxx", "..xxx", "..xxx");
        assertThat(table(QFormer.Reading.ALL)).containsOnly("xxxxx");
        assertThat(table(QFormer.Reading.WRITING)).containsExactly("xx...", "xx...", "xxx..", "xxxx.", "xxxxx");
        with(FIRST, (model, scope) -> {
            Map<String, NDArray> all = heard(model, pairs(scope, new long[]{2, 5, 6, END}));
            Map<String, NDArray> other = heard(model, pairs(scope, new long[]{2, 5, 6, 7}));
            assertThat(at(all, QFormer.QUERIES, 0)).isEqualTo(at(other, QFormer.QUERIES, 0));
            assertThat(at(all, QFormer.WORDS, 0)).isNotEqualTo(at(other, QFormer.WORDS, 0));
            assertThat(at(all, QFormer.TOGETHER, 0)).isNotEqualTo(at(other, QFormer.TOGETHER, 0));
            assertThat(at(all, QFormer.WRITTEN, 2)).isEqualTo(at(other, QFormer.WRITTEN, 2));
            assertThat(at(all, QFormer.WRITTEN, 3)).isNotEqualTo(at(other, QFormer.WRITTEN, 3));
        });
    }

    private static List<String> table(QFormer.Reading reading) {
        return IntStream.range(0, 5).mapToObj(i -> {
            StringBuilder row = new StringBuilder();
            IntStream.range(0, 5).forEach(j -> row.append(reading.sees(i, j, 2) ? 'x' : '.'));
            return row.toString();
        }).toList();
    }

    @Test
    void queriesLookAtThePictureInEverySecondLayerAndWordsNever() throws EngineException {
        with(FIRST, (model, scope) -> {
            Set<String> crossed = new HashSet<>(heard(model, pairs(scope, new long[]{2, 5, END})).keySet());
            crossed.removeIf(n -> !n.contains(".cross.attn."));
            assertThat(crossed).containsExactlyInAnyOrder("queries.cross.attn.0", "queries.cross.attn.2",
                    "joined.cross.attn.0", "joined.cross.attn.2");
        });
    }

    @Test
    void everySiteIsAsLargeAsWhatIsHeard() throws EngineException {
        for (String stage : List.of(FIRST, SECOND)) {
            with(stage, (model, scope) -> {
                Map<String, NDArray> heard = heard(model, pairs(scope, new long[]{2, 5, 6, END}));
                List<AttentionSite> sites = model.sites(sample(4));
                assertThat(sites).hasSizeGreaterThan(3);
                for (AttentionSite site : sites) {
                    for (int i = 0; i < site.layers(); i++) {
                        int layer = site.first() + i * site.every();
                        assertThat(heard.get(site.name() + ".attn." + layer).getShape())
                                .as(site.name() + " " + layer)
                                .isEqualTo(new Shape(1, site.heads(), site.query().size(), site.key().size()));
                    }
                }
            });
        }
    }

    private static Encoded sample(int words) {
        List<Tokens.Token> tokens = IntStream.range(0, words)
                .mapToObj(i -> new Tokens.Token(i, "w" + i, i, i + 1, 0)).toList();
        return new Encoded(Optional.of(new Tokens("w".repeat(words), tokens, false)), new float[0], 8, 8,
                Optional.of(new Box(0, 0, 8, 8)), Optional.empty());
    }

    @Test
    void theNearestQuerySpeaksForItsPicture() throws EngineException {
        JsonObject config = Blip2Config.fresh(json(FIRST));
        config.getAsJsonObject(Blip2Config.FILE).addProperty("match", false);
        with(config.toString(), (model, scope) -> {
            assertThat(model.probability()).isFalse();
            Inputs inputs = pairs(scope, new long[]{2, 5, END}, new long[]{2, 7, END});
            NDArray pictures = model.heads().pictures(Pass.READABLE,
                    model.bridge().ask(Pass.READABLE, model.bridge().picture(Pass.READABLE, inputs)).states());
            NDArray texts = model.heads().text(Pass.READABLE, model.bridge().former().read(Pass.READABLE,
                    inputs.get("input_ids"), inputs.get("attention_mask")));
            float[] scores = model.scorePairs(Pass.READABLE, inputs, inputs).toFloatArray();
            for (int i = 0; i < 2; i++) {
                for (int j = 0; j < 2; j++) {
                    double best = -1;
                    for (int q = 0; q < QUERIES; q++) {
                        best = Math.max(best, pictures.get(new NDIndex("{}, {}", i, q))
                                .mul(texts.get(new NDIndex("{}", j))).sum().getFloat());
                    }
                    assertThat((double) scores[i * 2 + j]).isCloseTo(best, within(1e-5));
                }
            }
        });
    }

    /// What was taught and what was not is counted: the bridge is a part of the whole, and through the frozen language model the loss still reaches it.
    @Test
    void theLossReachesTheBridgeThroughAFrozenLanguageModel() throws EngineException {
        with(SECOND, (model, scope) -> {
            Map<String, Trains> stages = model.stages();
            assertThat(stages).containsOnlyKeys("bridge", "projection", "all");
            long all = count(model, stages.get("all"));
            long bridge = count(model, stages.get("bridge"));
            assertThat(count(model, stages.get("projection"))).isEqualTo(16 * 10 + 10);
            assertThat(bridge)
                    .isEqualTo(all - count(model, new Trains(List.of("visual_encoder", "opt_model"), List.of())))
                    .isLessThan(all);
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                model.weights().forEach((name, weight) -> {
                    if (stages.get("bridge").learns(name)) {
                        weight.get().setRequiresGradient(true);
                    }
                });
                collector.backward(model.loss(model.objectives().getFirst(), Pass.READABLE,
                        pairs(scope, new long[]{18, 5, 6, END})));
                model.weights().forEach((name, weight) -> {
                    assertThat(weight.get().hasGradient()).as(name).isEqualTo(stages.get("bridge").learns(name));
                    if (name.equals("query_tokens") || name.equals("opt_proj.weight")) {
                        assertThat(weight.get().getGradient().abs().sum().getFloat()).as(name).isPositive();
                    }
                });
            }
        });
    }

    private static long count(Blip2Model model, Trains trains) {
        return model.weights().entrySet().stream().filter(e -> trains.learns(e.getKey()))
                .mapToLong(e -> e.getValue().shape().size()).sum();
    }

    @Test
    void whatIsRememberedAndWhatIsComputedAnewWriteTheSame() throws EngineException {
        with(SECOND, (model, scope) -> {
            Inputs inputs = pairs(scope, new long[]{0, 18, 5}, new long[]{18, 6, 7}); // the first prompt is filled up in front
            for (int rows : new int[]{1, 2}) {
                try (Writing cached = model.begin(Pass.INFER, inputs, rows, true);
                        Writing anew = model.begin(Pass.INFER, inputs, rows, false)) {
                    assertThat(cached.begun().ids()).hasDimensions(2 * rows, 0);
                    assertThat(cached.begun().hidden()).isEqualTo(3);
                    assertThat(cached.begun().front()).containsExactly(END - 1);
                    int[] parents = rows == 1 ? new int[]{0, 1} : new int[]{1, 0, 3, 3};
                    for (int step = 0; step < 4; step++) {
                        close(cached.logits(), anew.logits());
                        long[] next = LongStream.range(3, 3 + parents.length).toArray();
                        cached.append(parents, next);
                        anew.append(parents, next);
                    }
                }
            }
        });
    }

    @Test
    void paddingInFrontOfAPromptChangesNothing() throws EngineException {
        with(SECOND, (model, scope) -> {
            try (Writing padded = model.begin(Pass.INFER, pairs(scope, new long[]{0, 0, 18, 5}), 1, true);
                    Writing plain = model.begin(Pass.INFER, pairs(scope, new long[]{18, 5}), 1, true)) {
                close(padded.logits(), plain.logits());
                padded.append(new int[]{0}, new long[]{7});
                plain.append(new int[]{0}, new long[]{7});
                close(padded.logits(), plain.logits());
            }
        });
    }

    private static void close(NDArray a, NDArray b) {
        assertThat(a.getShape()).isEqualTo(b.getShape());
        assertThat(a.sub(b).abs().max().getFloat()).isLessThan(1e-4f);
    }

    @Test
    void aModelThatBeginsHasItsOwnFirstTokenAndEqualMlps() throws EngineException {
        with(FIRST, (model, scope) -> {
            model.initialise(scope, 7);
            Map<String, Weight> all = model.weights();
            assertThat(all.get("Qformer.bert.embeddings.word_embeddings.weight").shape())
                    .isEqualTo(new Shape(WORDS + 1, 16));
            assertThat(model.writes(rows(scope, new long[]{2, 5, END})).toLongArray()).containsExactly(WORDS, 5, END);
            String layer = "Qformer.bert.encoder.layer.1.";
            assertThat(all.get(layer + "intermediate_query.dense.weight").get()
                    .contentEquals(all.get(layer + "intermediate.dense.weight").get())).isTrue();
            assertThat(all.get("temp").get().toFloatArray()).containsExactly(0.07f);
            assertThat(model.capabilities()).containsExactly(Capability.SCORES_PAIRS);
        });
        with(SECOND, (model, _) -> {
            assertThat(model.ends().start()).isEqualTo(END - 1);
            assertThat(model.capabilities()).containsExactly(Capability.GENERATES);
        });
    }

    /// As the paper asks (section 4.1); only what has a language model can be asked.
    @Test
    void aQuestionIsAskedInThePapersWords() throws EngineException {
        assertThat(QuestionForm.named("answer").prompt(List.of(), "What is it?"))
                .isEqualTo("Question: What is it? Answer:");
        assertThat(QuestionForm.named("short-answer").prompt(List.of(new Conversation.Turn("Who?", "a cat"),
                new Conversation.Turn("Where?", "On a mat.")), "Why?")).isEqualTo(
                        "Question: Who? Answer: a cat. Question: Where? Answer: On a mat. Question: Why? Short answer:");
        assertThatThrownBy(() -> QuestionForm.named("v1")).isInstanceOf(EngineException.class);
        with(FIRST, (model, _) -> assertThat(model.templates()).isEmpty());
        with(SECOND, (model, _) -> {
            assertThat(model.templates()).containsExactly("answer", "short-answer");
            assertThat(model.stops("answer")).contains("\n");
            assertThatThrownBy(() -> model.stops("v1")).isInstanceOf(EngineException.class);
        });
    }

    @Test
    void whatClosesAPromptIsNotRead() throws EngineException {
        with(SECOND, (model, scope) -> {
            try (Writing closed = model.begin(Pass.INFER, pairs(scope, new long[]{18, 5, END}), 1, true);
                    Writing open = model.begin(Pass.INFER, pairs(scope, new long[]{18, 5}), 1, true)) {
                close(closed.logits(), open.logits());
            }
        });
    }

    @Test
    void theWholeEvaHasALayerMoreThanIsRead() {
        Map<String, long[]> shapes = new HashMap<>();
        for (int i = 0; i < 40; i++) {
            String block = "blocks." + i + ".";
            shapes.put(block + "attn.q_bias", new long[]{88});
            shapes.put(block + "mlp.fc1.weight", new long[]{176, 88});
        }
        shapes.put("patch_embed.proj.weight", new long[]{88, 3, 14, 14});
        shapes.put("pos_embed", new long[]{1, 257, 88});
        shapes.put("norm.weight", new long[]{88});
        Layout layout = new Blip2Family().layouts().stream().filter(l -> l.matches().test(shapes.keySet()))
                .findFirst().orElseThrow();
        JsonObject config = layout.inferConfig().apply(shapes, new JsonObject());
        NameMap.Plan plan = layout.names().apply(config).plan(shapes.keySet());
        assertThat(plan.dropped().keySet()).containsExactlyInAnyOrder("blocks.39.attn.q_bias",
                "blocks.39.mlp.fc1.weight", "norm.weight");
        assertThat(plan.recipes()).containsKeys("visual_encoder.blocks.38.attn.q_bias", "visual_encoder.pos_embed");
        assertThat(config.getAsJsonObject("vision").get("depth").getAsInt()).isEqualTo(39);
    }

    /// The map of a match over the picture is gathered from all queries, since the match is their mean; words have theirs too.
    @Test
    void whatWasTrainedAndTheTowerBesideItAreOneModel(@TempDir Path folder) throws Exception {
        Path golden = Path.of("golden/blip2/stage1_qformer");
        for (String file : List.of("blip2_pretrained.pth", "eva_vit_g.pth", "config.json", "vocab.txt")) {
            Files.copy(golden.resolve(file), folder.resolve(file));
        }
        TestLane.run(context -> {
            Loader loader = new Loader(Models.all());
            Loader.Loaded joined = loader.load(folder, context.scope().newSubManager());
            Loader.Loaded whole = loader.load(golden.resolve("model.safetensors"), context.scope().newSubManager());
            assertThat(joined.report().layout()).isEqualTo("LAVIS beside EVA ViT");
            assertThat(joined.report().missing()).isEmpty();
            assertThat(joined.report().unexpected()).isEmpty();
            Map<String, Weight> expected = whole.model().module().weights();
            joined.model().module().weights().forEach((name, weight) -> assertThat(weight.get().toFloatArray())
                    .as(name).containsExactly(expected.get(name).get().toFloatArray(), within(1e-3f))); // the tower is fp16
            return true;
        });
    }

    @Test
    void everyQueryHasASayInWhatAMatchRestsOn() throws EngineException {
        with(FIRST, (model, scope) -> {
            Inputs inputs = pairs(scope, new long[]{2, 5, 6, END});
            for (RelevanceMethod method : List.of(RelevanceMethod.RAW, RelevanceMethod.ROLLOUT,
                    RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER)) {
                Relevance.Explained explained = Relevance.explain(method, model.sites(sample(4)),
                        Relevance.Focus.SUMMARY, pass -> model.matchLogits(pass, inputs, inputs).sum());
                float[] picture = explained.onPicture().orElseThrow();
                assertThat(picture).as(method.name()).hasSize(4);
                assertThat(sum(picture)).as(method.name()).isPositive();
                assertThat(explained.onWords().orElseThrow()).as(method.name()).hasSize(4);
            }
            float[] one = new float[4];
            Points points = new Points("");
            model.matchLogits(Pass.listening(points), inputs, inputs);
            NDArray last = points.heard().get("joined.cross.attn.2").mean(new int[]{1}).sum(new int[]{1});
            System.arraycopy(last.toFloatArray(), 1, one, 0, 4);
            float[] raw = Relevance.explain(RelevanceMethod.RAW, model.sites(sample(4)), Relevance.Focus.SUMMARY,
                    pass -> model.matchLogits(pass, inputs, inputs).sum()).onPicture().orElseThrow();
            for (int i = 0; i < 4; i++) {
                assertThat(raw[i]).isCloseTo(one[i], within(1e-4f));
            }
            assertThat(model.sites(sample(4))).extracting(AttentionSite::query).contains(new Axis.Queries(QUERIES));
        });
    }

    /// The middle layer in which queries look at the picture, each weight times how much the match rises with it, found here by moving the weights one by one; mean over heads and queries.
    @Test
    void gradCamIsOfTheQueriesThatLookAtThePicture() throws EngineException {
        with(FIRST, (model, scope) -> {
            Inputs inputs = pairs(scope, new long[]{2, 5, 6, END});
            Points points = new Points("");
            double score = match(model, Pass.listening(points), inputs);
            NDArray map = points.heard().get("joined.cross.attn.0");
            float[] weights = map.toFloatArray(); // (1, 2, 3, 5)
            int heads = 2;
            int places = 5;
            double[][] wanted = new double[QUERIES][places - 1];
            for (int i = 0; i < weights.length; i++) {
                double rise = (moved(model, inputs, i, 1e-2f) - moved(model, inputs, i, -1e-2f)) / 2e-2;
                if (i % places > 0) { // the first is the summary of the picture
                    wanted[i / places % QUERIES][i % places - 1] += Math.max(0, rise) * weights[i] / heads;
                }
            }
            float[] mean = new float[places - 1];
            List<float[]> each = new java.util.ArrayList<>();
            for (int q = 0; q < QUERIES; q++) {
                float[] one = cam(model, inputs, Relevance.Focus.query(q), score);
                each.add(one);
                for (int p = 0; p < one.length; p++) {
                    assertThat((double) one[p]).as("query %d, patch %d", q, p).isCloseTo(wanted[q][p],
                            within(0.02 * Math.max(0.05, wanted[q][p])));
                    mean[p] += one[p] / QUERIES;
                }
            }
            assertThat(each.get(0)).isNotEqualTo(each.get(1));
            assertThat(cam(model, inputs, Relevance.Focus.SUMMARY, score)).containsExactly(mean, within(1e-5f));
            assertThat(model.methods()).contains(RelevanceMethod.GRAD_CAM);
        });
    }

    private static float[] cam(Blip2Model model, Inputs inputs, Relevance.Focus focus, double score) {
        Relevance.Explained explained = Relevance.explain(RelevanceMethod.GRAD_CAM, model.sites(sample(4)), focus,
                pass -> model.matchLogits(pass, inputs, inputs).sum());
        assertThat(explained.score()).isCloseTo(score, within(1e-4));
        return explained.onPicture().orElseThrow();
    }

    private static double match(Blip2Model model, Pass pass, Inputs inputs) {
        return model.matchLogits(pass, inputs, inputs).toFloatArray()[0];
    }

    /// @return the match when one weight of the first look at the picture is another
    private static double moved(Blip2Model model, Inputs inputs, int place, float by) {
        return match(model, Pass.listening(new Probe() {
            @Override
            public NDArray attention(String site, int layer, NDArray weights) {
                if (!site.equals("joined.cross") || layer != 0) {
                    return weights;
                }
                float[] values = weights.toFloatArray();
                values[place] += by;
                return weights.getManager().create(values, weights.getShape());
            }

            @Override
            public void hidden(String stream, int index, NDArray state) {
                // attention alone is moved
            }

            @Override
            public void value(String name, NDArray value) {
                // attention alone is moved
            }
        }), inputs);
    }

    private static double sum(float[] values) {
        double sum = 0;
        for (float v : values) {
            sum += v;
        }
        return sum;
    }
}
