package org.diptych.engine.models.blip2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan.Trains;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Points;
import org.diptych.engine.model.Weight;
import org.diptych.engine.model.Writing;
import org.diptych.engine.models.Models;
import org.diptych.engine.probe.Relevance;
import org.diptych.engine.tower.T5Tower;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// FlanT5 as stage 2's language model: no reference's numbers are at hand for it, so its own equations are computed a second time.
@Tag("unit")
class T5Test {
    private static final int WORDS = 20;
    private static final int END = 1;
    /// As `blip2-flan-t5-xl` has it, but small; a head's width times their number is not the model's.
    private static final String T5 = """
            {"model_type": "t5", "vocab_size": 20, "d_model": 40, "d_kv": 6, "d_ff": 14, "num_layers": 2,
             "num_decoder_layers": 2, "num_heads": 4, "relative_attention_num_buckets": 8,
             "relative_attention_max_distance": 12, "dropout_rate": 0.0, "layer_norm_epsilon": 1e-06,
             "feed_forward_proj": "gated-gelu", "tie_word_embeddings": false, "decoder_start_token_id": 0,
             "eos_token_id": 1, "pad_token_id": 0}""";
    private static final String CONFIG = """
            {"vision_config": {"hidden_size": 12, "intermediate_size": 24, "num_hidden_layers": 2,
                               "num_attention_heads": 2, "image_size": 8, "patch_size": 4},
             "qformer_config": {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 3,
                                "num_attention_heads": 2, "hidden_dropout_prob": 0.0,
                                "cross_attention_frequency": 2},
             "num_query_tokens": 3, "text_config":""" + T5 + "}";

    private interface Check {
        void run(Blip2Model model, NDManager scope) throws EngineException;
    }

    private static JsonObject json(String text) {
        return JsonParser.parseString(text).getAsJsonObject();
    }

    private static float[] random(long size, long seed, double deviation) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[(int) size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * deviation);
        }
        return values;
    }

    private static void with(Check check) throws EngineException {
        TestLane.run(context -> {
            Blip2Model model = (Blip2Model) new Blip2Family().create(json(CONFIG), new ModelFiles(Optional.empty()));
            model.weights().forEach((name, weight) -> {
                weight.set(context.scope().create(random(weight.shape().size(), name.hashCode(), 0.3), weight.shape()));
                if (weight.shape().dimension() == 1 && name.endsWith("weight")) { // a norm's gain
                    weight.set(weight.get().add(1f));
                }
            });
            check.run(model, context.scope());
            return true;
        });
    }

    private static NDArray rows(NDManager scope, long[]... rows) {
        return scope.create(java.util.stream.Stream.of(rows).flatMapToLong(java.util.Arrays::stream).toArray(),
                new Shape(rows.length, rows[0].length));
    }

    private static NDArray pixels(NDManager scope, int count) {
        return scope.create(random(count * 192L, 3, 1), new Shape(count, 3, 8, 8));
    }

    /// The second text is one shorter, filled up with what stands for nothing.
    private static Inputs prompts(NDManager scope) {
        return new Inputs(Map.of("pixel_values", pixels(scope, 2), "input_ids",
                rows(scope, new long[]{5, 7, 9, END}, new long[]{6, 8, END, 0}), "attention_mask",
                rows(scope, new long[]{1, 1, 1, 1}, new long[]{1, 1, 1, 0})), List.of());
    }

    private static void close(NDArray a, NDArray b) {
        assertThat(a.getShape()).isEqualTo(b.getShape());
        assertThat(a.sub(b).abs().max().getFloat()).isLessThan(1e-4f);
    }

    private static PlainT5 plain(Blip2Model model) {
        Map<String, double[][]> all = new HashMap<>();
        model.weights().forEach((name, weight) -> {
            if (name.startsWith("t5_model.")) {
                int width = (int) weight.shape().get(weight.shape().dimension() - 1);
                float[] flat = weight.get().toFloatArray();
                double[][] matrix = new double[flat.length / width][width];
                for (int i = 0; i < flat.length; i++) {
                    matrix[i / width][i % width] = flat[i];
                }
                all.put(name.substring("t5_model.".length()), matrix);
            }
        });
        return new PlainT5(all, 2, 4, 6, 8, 12);
    }

    /// Both ways of computing it, and words of different lengths in one batch, against the plain computation of each alone.
    @Test
    void logitsAreThoseOfThePlainComputation() throws EngineException {
        with((model, scope) -> {
            T5Tower tower = ((T5Language) model.language()).tower();
            PlainT5 plain = plain(model);
            int[][] reads = {{5, 7, 9, 11, 13, 2, 4, 6, 8, 10, 12, 14, 16, 18, 3, END}, {6, 8, END}};
            long[][] ids = new long[2][16];
            long[][] there = new long[2][16];
            for (int b = 0; b < 2; b++) {
                for (int i = 0; i < reads[b].length; i++) {
                    ids[b][i] = reads[b][i];
                    there[b][i] = 1;
                }
            }
            int[] writes = {0, 4, 19, 2, 17, 3, 11, 5, 6, 7, 8, 9, 10, 12, 13};
            long[] words = IntStream.of(writes).asLongStream().toArray();
            for (Pass pass : List.of(Pass.READABLE, Pass.INFER)) {
                T5Tower.Memory memory = tower.read(pass, tower.embed(rows(scope, ids)), rows(scope, there));
                NDArray logits = tower.write(pass, rows(scope, words, words), memory);
                assertThat(logits.getShape()).isEqualTo(new Shape(2, writes.length, WORDS));
                for (int b = 0; b < 2; b++) {
                    double[][] expected = plain.write(plain.read(plain.embed(reads[b])), writes);
                    float[] got = logits.get(b).toFloatArray();
                    for (int i = 0; i < got.length; i++) {
                        assertThat((double) got[i]).as("row %d value %d", b, i)
                                .isCloseTo(expected[i / WORDS][i % WORDS], within(1e-4));
                    }
                }
            }
        });
    }

    @Test
    void whatIsRememberedAndWhatIsComputedAnewWriteTheSame() throws EngineException {
        with((model, scope) -> {
            for (Pass pass : List.of(Pass.INFER, Pass.READABLE, Pass.listening(new Points("")))) {
                for (int rows : new int[]{1, 2}) {
                    try (Writing cached = model.begin(pass, prompts(scope), rows, true);
                            Writing anew = model.begin(pass, prompts(scope), rows, false)) {
                        assertThat(cached.begun().ids()).hasDimensions(2 * rows, 1);
                        int[] parents = rows == 1 ? new int[]{0, 1} : new int[]{1, 0, 3, 3};
                        for (int step = 0; step < 5; step++) {
                            close(cached.logits(), anew.logits());
                            long[] next = IntStream.range(0, parents.length).mapToLong(i -> 3 + i).toArray();
                            cached.append(parents, next);
                            anew.append(parents, next);
                        }
                    }
                }
            }
        });
    }

    @Test
    void paddingBehindAPromptChangesNothing() throws EngineException {
        with((model, scope) -> {
            Inputs alone = new Inputs(Map.of("pixel_values", pixels(scope, 2).get(new NDIndex("1:2")), "input_ids",
                    rows(scope, new long[]{6, 8, END})), List.of());
            close(model.nextLogits(Pass.INFER, alone),
                    model.nextLogits(Pass.INFER, prompts(scope)).get(new NDIndex("1:2")));
        });
    }

    /// What is lost on a text is what its words cost when it is written word by word: those behind the cut, each once.
    @Test
    void theLossIsThatOfTheWordsBehindTheCut() throws EngineException {
        with((model, scope) -> {
            long[][] suffix = {{4, 17, 3, END}, {12, END}};
            Map<String, NDArray> all = new HashMap<>(prompts(scope).tensors());
            all.put("labels", rows(scope, suffix[0], new long[]{12, END, -100, -100}));
            double loss = model.loss(Blip2Losses.LANGUAGE, Pass.READABLE, new Inputs(all, List.of())).getFloat();
            double sum = 0;
            try (Writing writing = model.begin(Pass.READABLE, prompts(scope), 1, true)) {
                for (int t = 0; t < 4; t++) {
                    float[] told = writing.logits().logSoftmax(-1).toFloatArray();
                    long[] next = new long[2];
                    for (int b = 0; b < 2; b++) {
                        next[b] = t < suffix[b].length ? suffix[b][t] : 0;
                        sum -= t < suffix[b].length ? told[b * WORDS + (int) next[b]] : 0;
                    }
                    writing.append(new int[]{0, 1}, next);
                }
            }
            assertThat(loss).isCloseTo(sum / 6, within(1e-4));
        });
    }

    private static Encoded sample(long... ids) {
        List<Tokens.Token> tokens = java.util.stream.LongStream.of(ids)
                .mapToObj(i -> new Tokens.Token((int) i, "w" + i, 0, 1, 0)).toList();
        return new Encoded(Optional.of(new Tokens("w", tokens, false)), random(192, 5, 1), 8, 8,
                Optional.of(new Box(0, 0, 8, 8)), Optional.empty());
    }

    /// Section 3.3: the prefix goes to the encoder, the suffix is what the decoder is to say.
    @Test
    void aTextIsCutWhereTheDrawSays() throws EngineException {
        with((model, scope) -> {
            Lesson.Course course = new Lesson.Course(List.of(Lesson.of(sample(5, 6, 7, 8, END), -1).with(0.6),
                    Lesson.of(sample(9, 10, END), -1).with(0.1), Lesson.of(sample(9, 10, END), -1).with(0.99)), 0);
            Inputs inputs = model.lessons().inputs(Task.WRITING, course, model.batch(course.shown(), scope), scope);
            assertThat(inputs.get("input_ids").toLongArray()).containsExactly(5, 6, END, END, 0, 0, 9, END, 0);
            assertThat(inputs.get("attention_mask").toLongArray()).containsExactly(1, 1, 1, 1, 0, 0, 1, 1, 0);
            assertThat(inputs.get("labels").toLongArray()).containsExactly(7, 8, END, 9, 10, END, 10, END, -100);
            assertThat(model.lessons().guess(Task.WRITING, Pass.INFER, inputs).orElseThrow().logits().getShape())
                    .isEqualTo(new Shape(3, 3, WORDS));
        });
    }

    @Test
    void theLossReachesTheBridgeThroughAFrozenLanguageModel() throws EngineException {
        with((model, scope) -> {
            Trains bridge = model.stages().get("bridge");
            assertThat(model.stages().get("projection").parts()).containsExactly("t5_proj");
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                model.weights().forEach((name, weight) -> {
                    if (bridge.learns(name)) {
                        weight.get().setRequiresGradient(true);
                    }
                });
                collector.backward(model.loss(Blip2Losses.LANGUAGE, Pass.TRAIN, prompts(scope)));
                model.weights().forEach((name, weight) -> {
                    assertThat(weight.get().hasGradient()).as(name).isEqualTo(bridge.learns(name));
                    if (name.equals("query_tokens") || name.equals("t5_proj.weight")) {
                        assertThat(weight.get().getGradient().abs().sum().getFloat()).as(name).isPositive();
                    }
                });
            }
        });
    }

    @Test
    void everySiteIsAsLargeAsWhatIsHeard() throws EngineException {
        with((model, scope) -> {
            Encoded sample = sample(5, 6, END);
            Points points = new Points("");
            model.forward(Pass.listening(points), model.batch(List.of(sample), scope));
            List<AttentionSite> sites = model.sites(sample);
            assertThat(sites).extracting(AttentionSite::name).contains("queries.cross", "language", "written",
                    "written.cross");
            for (AttentionSite site : sites) {
                for (int i = 0; i < site.layers(); i++) {
                    assertThat(points.heard().get(site.name() + ".attn." + (site.first() + i * site.every()))
                            .getShape()).as(site.name())
                            .isEqualTo(new Shape(1, site.heads(), site.query().size(), site.key().size()));
                }
            }
        });
    }

    /// What a word rests on: the queries' own look at the picture, as far as the word's score hangs on it.
    @Test
    void theNextWordRestsOnThePicture() throws EngineException {
        with((model, scope) -> {
            Encoded sample = sample(5, 6, END);
            for (RelevanceMethod method : model.methods()) {
                float[] picture = Relevance.explain(method, model.sites(sample), Relevance.Focus.SUMMARY,
                        pass -> model.nextLogits(pass, model.batch(List.of(sample), scope)).get(new NDIndex("0, 7")))
                        .onPicture().orElseThrow();
                assertThat(picture).as(method.name()).hasSize(4);
                double sum = 0;
                for (float value : picture) {
                    sum += value;
                }
                assertThat(sum).as(method.name()).isPositive();
            }
        });
    }

    /// The reference's tensors of a T5 of this size, as `T5ForConditionalGeneration` lists them.
    private static Map<String, long[]> published() {
        Map<String, long[]> all = new LinkedHashMap<>();
        all.put("shared.weight", new long[]{WORDS, 40});
        for (String stack : List.of("encoder", "decoder")) {
            all.put(stack + ".embed_tokens.weight", new long[]{WORDS, 40});
            for (int i = 0; i < 2; i++) {
                String block = stack + ".block." + i + ".layer.";
                attention(all, block + "0.SelfAttention", block + "0.layer_norm.weight");
                if (i == 0) {
                    all.put(block + "0.SelfAttention.relative_attention_bias.weight", new long[]{8, 4});
                }
                String mlp = block + "1.";
                if (stack.equals("decoder")) {
                    attention(all, block + "1.EncDecAttention", block + "1.layer_norm.weight");
                    mlp = block + "2.";
                }
                all.put(mlp + "DenseReluDense.wi_0.weight", new long[]{14, 40});
                all.put(mlp + "DenseReluDense.wi_1.weight", new long[]{14, 40});
                all.put(mlp + "DenseReluDense.wo.weight", new long[]{40, 14});
                all.put(mlp + "layer_norm.weight", new long[]{40});
            }
            all.put(stack + ".final_layer_norm.weight", new long[]{40});
        }
        all.put("lm_head.weight", new long[]{WORDS, 40});
        return all;
    }

    private static void attention(Map<String, long[]> all, String name, String norm) {
        for (String part : List.of(".q.weight", ".k.weight", ".v.weight")) {
            all.put(name + part, new long[]{24, 40});
        }
        all.put(name + ".o.weight", new long[]{40, 24});
        all.put(norm, new long[]{40});
    }

    private record Tensor(long[] shape, float[] values) {
    }

    private static Tensor tensor(String name, long[] shape) {
        long size = java.util.stream.LongStream.of(shape).reduce(1, (a, b) -> a * b);
        String twin = name.replaceFirst("(encoder|decoder)\\.embed_tokens", "shared");
        return new Tensor(shape, random(size, twin.hashCode(), 0.2));
    }

    /// The Hugging Face file of the fixture, whose language model is put out.
    private static Map<String, Tensor> bridge(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) bytes.getLong();
        byte[] header = new byte[length];
        bytes.get(header);
        Map<String, Tensor> all = new LinkedHashMap<>();
        json(new String(header, StandardCharsets.UTF_8)).entrySet().forEach(entry -> {
            if (!entry.getKey().startsWith("__") && !entry.getKey().startsWith("language_model.")) {
                JsonObject item = entry.getValue().getAsJsonObject();
                long[] shape = item.getAsJsonArray("shape").asList().stream().mapToLong(e -> e.getAsLong()).toArray();
                int from = item.getAsJsonArray("data_offsets").get(0).getAsInt();
                int to = item.getAsJsonArray("data_offsets").get(1).getAsInt();
                float[] values = new float[(to - from) / 4];
                bytes.slice(8 + length + from, to - from).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
                all.put(entry.getKey(), new Tensor(shape, values));
            }
        });
        return all;
    }

    private static Path save(Path folder, Map<String, Tensor> tensors) throws IOException {
        Files.createDirectories(folder);
        JsonObject header = new JsonObject();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, tensor) -> {
            JsonObject entry = new JsonObject();
            entry.addProperty("dtype", "F32");
            JsonArray shape = new JsonArray();
            java.util.stream.LongStream.of(tensor.shape).forEach(shape::add);
            entry.add("shape", shape);
            JsonArray offsets = new JsonArray();
            offsets.add(data.size());
            ByteBuffer values = ByteBuffer.allocate(4 * tensor.values.length).order(ByteOrder.LITTLE_ENDIAN);
            values.asFloatBuffer().put(tensor.values);
            data.writeBytes(values.array());
            offsets.add(data.size());
            entry.add("data_offsets", offsets);
            header.add(name, entry);
        });
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
        file.writeBytes(json);
        file.writeBytes(data.toByteArray());
        Files.write(folder.resolve("model.safetensors"), file.toByteArray());
        return folder;
    }

    /// Both layouts; with a configuration, and from shapes alone, where only what no shape tells is the published value.
    @Test
    void thePublishedNamesLoadWithoutRemainder(@TempDir Path folder) throws Exception {
        Path golden = Path.of("golden/blip2/stage2_opt");
        JsonObject config = json(Files.readString(golden.resolve("config.json")));
        config.add("text_config", json(T5));
        Map<String, Tensor> face = bridge(golden.resolve("model.safetensors"));
        published().forEach((name, shape) -> face.put("language_model." + name, tensor(name, shape)));
        Path first = save(folder.resolve("face"), face);
        Files.writeString(first.resolve("config.json"), config.toString());
        Map<String, Tensor> lavis = new LinkedHashMap<>();
        TestLane.run(context -> {
            Loader.Loaded loaded = new Loader(Models.all()).load(first, context.scope().newSubManager());
            assertThat(loaded.report().layout()).isEqualTo("Hugging Face");
            assertThat(loaded.report().missing()).isEmpty();
            assertThat(loaded.report().unexpected()).isEmpty();
            assertThat(loaded.report().dropped()).containsOnlyKeys("language_model.encoder.embed_tokens.weight",
                    "language_model.decoder.embed_tokens.weight");
            Blip2Model model = (Blip2Model) loaded.model();
            assertThat(model.capabilities()).containsExactly(Capability.GENERATES);
            assertThat(model.templates()).containsExactly("short-answer", "answer");
            assertThat(model.facts().language()).containsInstanceOf(Blip2Config.T5.class);
            model.weights().forEach((name, weight) -> {
                if (name.startsWith("t5_model.")) {
                    lavis.put(name, tensor(name.substring("t5_model.".length()), weight.shape().getShape()));
                    assertThat(weight.get().toFloatArray()).as(name).containsExactly(lavis.get(name).values);
                } else {
                    lavis.put(name, new Tensor(weight.shape().getShape(), weight.get().toFloatArray()));
                }
            });
            return true;
        });
        assertThat(lavis).containsKeys("t5_proj.weight", "t5_model.decoder.block.1.layer.1.EncDecAttention.q.weight");
        published().forEach((name, shape) -> lavis.put("t5_model." + name, tensor(name, shape)));
        Path second = save(folder.resolve("lavis"), lavis);
        JsonObject bare = config.deepCopy();
        bare.remove("text_config");
        Files.writeString(second.resolve("config.json"), bare.toString());
        TestLane.run(context -> {
            Loader.Loaded loaded = new Loader(Models.all()).load(second, context.scope().newSubManager());
            assertThat(loaded.report().layout()).isEqualTo("LAVIS");
            assertThat(loaded.report().missing()).isEmpty();
            assertThat(loaded.report().unexpected()).isEmpty();
            Blip2Config.T5 t5 = (Blip2Config.T5) ((Blip2Model) loaded.model()).facts().language().orElseThrow();
            assertThat(t5.tower().heads()).isEqualTo(4);
            assertThat(t5.tower().head()).isEqualTo(6);
            assertThat(t5.tower().mlp()).isEqualTo(14);
            assertThat(t5.tower().tied()).isFalse();
            assertThat(t5.end()).isEqualTo(END);
            return true;
        });
        lavis.keySet().removeIf(n -> n.startsWith("t5_model."));
        Path third = save(folder.resolve("bridge"), lavis);
        Files.writeString(third.resolve("config.json"), bare.toString());
        TestLane.run(context -> {
            Loader.Loaded loaded = new Loader(Models.all()).load(third, context.scope().newSubManager());
            assertThat(loaded.report().missing()).isEmpty();
            assertThat(loaded.model().capabilities()).as("a bridge whose language model lies elsewhere").isEmpty();
            Map<String, Weight> weights = loaded.model().module().weights();
            assertThat(weights).containsKey("t5_proj.weight").doesNotContainKey("t5_model.shared.weight");
            return true;
        });
    }
}
