package org.diptych.engine.models.llava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Sample;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.generate.Decoder;
import org.diptych.engine.generate.Written;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Points;
import org.diptych.engine.model.Weight;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What is LLaVA's own: the splice, the learnt labels, positions, grouped heads, the cache.
@Tag("unit")
class LlavaTest {
    private static final long IMAGE = 30;
    private static final long PAD = 31;
    private static final Path FOLDER = Path.of("golden/llava/v1_5_hf");

    private static LlavaModel model(NDManager scope, String text) throws EngineException {
        JsonObject json = JsonParser.parseString("""
                {"text_config": {"vocab_size": 32, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4,
                  "intermediate_size": 24, "max_position_embeddings": 40%s},
                 "vision_config": {"hidden_size": 12, "num_hidden_layers": 3, "num_attention_heads": 3,
                  "intermediate_size": 20, "image_size": 8, "patch_size": 4},
                 "projector_layers": 2, "image_token_index": 30, "pad_token_id": 31}""".formatted(text))
                .getAsJsonObject();
        LlavaModel model = (LlavaModel) new LlavaFamily().create(json, new ModelFiles(Optional.empty()));
        model.initialise(scope, 7);
        model.weights().forEach((name, weight) -> weight.set(weight.get().mul(8))); // far from uniform
        return model;
    }

    private static Inputs inputs(NDManager scope, long[][] ids, long[][] attended, int pictures) {
        Map<String, NDArray> tensors = new HashMap<>();
        tensors.put("input_ids", Splice.tensor(scope, ids));
        tensors.put("attention_mask", Splice.tensor(scope, attended));
        float[] pixels = new float[pictures * 3 * 64];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) Math.sin(i * 0.7);
        }
        tensors.put("pixel_values", scope.create(pixels, new Shape(pictures, 3, 8, 8)));
        return new Inputs(tensors, List.of());
    }

    private static long[][] ones(long[][] ids) {
        return Arrays.stream(ids).map(row -> Arrays.stream(row).map(id -> id == PAD ? 0 : 1).toArray())
                .toArray(long[][]::new);
    }

    /// @return the largest difference
    private static float apart(NDArray a, NDArray b) {
        assertThat(a.getShape()).isEqualTo(b.getShape());
        return a.sub(b).abs().max().toFloatArray()[0];
    }

    @Test
    void aPictureTakesThePlaceOfItsToken() {
        long[][] ids = {{1, IMAGE, 5, PAD}, {1, 2, IMAGE, 6}};
        Splice right = Splice.inPlace(new long[][]{ids[0]}, new long[][]{{1, 1, 1, 0}},
                Optional.of(new long[][]{{-100, -100, 5, -100}}), 2, 1, IMAGE, PAD);
        assertThat(right.sources()[0]).as("word, two rows of the picture, word, nothing").containsExactly(0, 4, 5, 2,
                -1);
        assertThat(right.attended()[0]).containsExactly(1, 1, 1, 1, 0);
        assertThat(right.positions()[0]).containsExactly(0, 1, 2, 3, 1);
        assertThat(right.labels()[0]).containsExactly(-100, -100, -100, 5, -100);
    }

    @Test
    void paddingBeforeATextStaysThere() {
        Splice left = Splice.inPlace(new long[][]{{PAD, 1, IMAGE, 5}, {1, 2, IMAGE, 6}},
                new long[][]{{0, 1, 1, 1}, {1, 1, 1, 1}}, Optional.empty(), 2, 2, IMAGE, PAD);
        assertThat(left.sources()[0]).containsExactly(-1, 1, 8, 9, 3);
        assertThat(left.positions()[0]).containsExactly(1, 0, 1, 2, 3);
        assertThat(left.sources()[1]).containsExactly(4, 5, 10, 11, 7);
        Splice shorter = Splice.inPlace(new long[][]{{1, 2, 3, 4}, {1, 2, IMAGE, 6}},
                new long[][]{{1, 1, 1, 1}, {1, 1, 1, 1}}, Optional.empty(), 3, 1, IMAGE, PAD);
        assertThat(shorter.sources()[0]).as("a text without a picture moves to the end").containsExactly(-1, -1, 0, 1,
                2, 3);
    }

    @Test
    void theOriginalTakesPaddingAwayAndPutsItAnew() {
        long[][] ids = {{PAD, 1, -200, 5}, {1, 2, 3, 4}};
        long[][] attended = {{0, 1, 1, 1}, {1, 1, 1, 1}};
        Splice right = Splice.anew(ids, attended, Optional.of(ids), 3, 1, -200, 99, false, false);
        assertThat(right.sources()[0]).containsExactly(1, 8, 9, 10, 3);
        assertThat(right.sources()[1]).containsExactly(4, 5, 6, 7, -1);
        assertThat(right.labels()[0]).containsExactly(1, -100, -100, -100, 5);
        Splice left = Splice.anew(ids, attended, Optional.of(ids), 3, 1, -200, 99, true, false);
        assertThat(left.sources()[1]).containsExactly(-1, 4, 5, 6, 7);
        assertThat(left.positions()[1]).containsExactly(0, 1, 2, 3, 4);
        assertThat(Splice.anew(ids, attended, Optional.of(ids), 3, 1, -200, 2, false, false).sources()[0])
                .as("cut to the context").containsExactly(1, 8);
    }

    @Test
    void tokensAndPicturesHaveToMatch() {
        assertThatThrownBy(() -> Splice.inPlace(new long[][]{{1, 2}}, new long[][]{{1, 1}}, Optional.empty(), 4, 1,
                IMAGE, PAD)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Splice.anew(new long[][]{{1, -200, -200}}, new long[][]{{1, 1, 1}}, Optional.empty(),
                4, 1, -200, 99, false, false)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void fusedAndReadableAgreeWithGroupedHeads() throws EngineException {
        float apart = TestLane.run(context -> {
            LlavaModel model = model(context.scope(), ", \"num_key_value_heads\": 2, \"rope_theta\": 50");
            long[][] ids = {{1, IMAGE, 5, 6, PAD}, {1, 2, IMAGE, 6, 9}};
            Inputs inputs = inputs(context.scope(), ids, ones(ids), 2);
            LlavaModel.Prompt prompt = model.prompt(inputs);
            Splice splice = model.spliced(prompt, inputs);
            return apart(model.logits(Pass.INFER, prompt, splice, model.features(Pass.INFER, inputs)),
                    model.logits(Pass.READABLE, prompt, splice, model.features(Pass.READABLE, inputs)));
        });
        assertThat(apart).isLessThan(1e-4f);
    }

    /// A key head that serves two query heads is the same as two equal key heads.
    @Test
    void aGroupSharesItsKeys() throws EngineException {
        float apart = TestLane.run(context -> {
            LlavaModel grouped = model(context.scope(), ", \"num_key_value_heads\": 2");
            LlavaModel full = model(context.scope(), "");
            Map<String, Weight> from = grouped.weights();
            full.weights().forEach((name, weight) -> {
                NDArray value = from.get(name).get();
                if (!value.getShape().equals(weight.shape())) { // (2 d, D) to (4 d, D), each head twice
                    value = value.reshape(2, 1, 4, 16).repeat(1, 2).reshape(16, 16);
                }
                weight.set(value);
            });
            long[][] ids = {{1, IMAGE, 5, 6}};
            Inputs inputs = inputs(context.scope(), ids, ones(ids), 1);
            LlavaModel.Prompt prompt = full.prompt(inputs);
            Splice splice = full.spliced(prompt, inputs);
            return apart(full.logits(Pass.READABLE, prompt, splice, full.features(Pass.READABLE, inputs)),
                    grouped.logits(Pass.READABLE, prompt, splice, grouped.features(Pass.READABLE, inputs)));
        });
        assertThat(apart).isLessThan(1e-4f);
    }

    /// Rotary positions know distances only; another base gives other attention.
    @Test
    void attentionDependsOnDistances() throws EngineException {
        TestLane.run(context -> {
            long[][] ids = {{1, IMAGE, 5, 6}};
            List<NDArray> maps = new ArrayList<>();
            for (String theta : List.of("", ", \"rope_theta\": 20")) {
                for (long shift : List.of(0L, 9L)) {
                    LlavaModel model = model(context.scope(), theta);
                    Inputs inputs = inputs(context.scope(), ids, ones(ids), 1);
                    LlavaModel.Prompt prompt = model.prompt(inputs);
                    Splice splice = model.spliced(prompt, inputs);
                    long[][] moved = {Arrays.stream(splice.positions()[0]).map(p -> p + shift).toArray()};
                    Points points = new Points("");
                    Pass pass = Pass.listening(points);
                    model.states(pass, new Splice(splice.sources(), moved, splice.attended(), splice.labels()),
                            model.embedded(prompt, splice, model.features(pass, inputs)), Optional.empty());
                    maps.add(points.heard().get("language.attn.1"));
                }
            }
            assertThat(apart(maps.get(0), maps.get(1))).isLessThan(1e-3f);
            assertThat(apart(maps.get(0), maps.get(2))).isGreaterThan(1e-3f);
            return true;
        });
    }

    @Test
    void theCacheAnswersAsIfAllWereReadAnew() throws EngineException {
        TestLane.run(context -> {
            LlavaModel model = model(context.scope(), ", \"num_key_value_heads\": 1");
            long[][] ids = {{1, IMAGE, 5, 6, PAD, PAD}, {1, 2, IMAGE, 6, 9, 4}};
            for (Decoding how : List.of(Decoding.greedy(6), Decoding.greedy(6).beams(3, 1))) {
                for (Pass pass : List.of(Pass.INFER, Pass.READABLE)) {
                    Inputs inputs = inputs(context.scope(), ids, ones(ids), 2);
                    List<float[]> cached = new ArrayList<>();
                    List<float[]> anew = new ArrayList<>();
                    Written a = new Decoder(how).with((Decoder.Listener) m -> cached.add(m.logits())).write(model, pass,
                            inputs);
                    Written b = new Decoder(how).anew().with((Decoder.Listener) m -> anew.add(m.logits()))
                            .write(model, pass, inputs);
                    assertThat(a.rows()).isDeepEqualTo(b.rows());
                    assertThat(cached).hasSameSizeAs(anew);
                    for (int step = 0; step < cached.size(); step++) {
                        assertThat(cached.get(step)).containsExactly(anew.get(step),
                                org.assertj.core.api.Assertions.within(2e-3f));
                    }
                }
            }
            return true;
        });
    }

    /// A batch of prompts of different lengths is padded before the texts, which must change nothing.
    @Test
    void aPaddedPromptWritesWhatItWritesAlone() throws EngineException {
        TestLane.run(context -> {
            LlavaModel model = model(context.scope(), "");
            long[][] ids = {{1, IMAGE, 5, PAD, PAD}, {1, IMAGE, 6, 9, 4}};
            long[][] both = new Decoder(Decoding.greedy(5)).write(model, Pass.INFER,
                    inputs(context.scope(), ids, ones(ids), 2)).texts().stream()
                    .map(t -> t.fresh()).toArray(long[][]::new);
            long[][] one = {{1, IMAGE, 5}};
            assertThat(new Decoder(Decoding.greedy(5)).write(model, Pass.INFER,
                    inputs(context.scope(), one, ones(one), 1)).texts().getFirst().fresh()).containsExactly(both[0]);
            return true;
        });
    }

    @Test
    void aFullContextEndsTheText() throws EngineException {
        Written written = TestLane.run(context -> {
            LlavaModel model = model(context.scope(), "");
            model.weights().get("language_model.lm_head.weight").set(
                    context.scope().zeros(new Shape(32, 16), DataType.FLOAT32)); // always the first id, never the end
            long[][] ids = {{1, IMAGE, 5}};
            return new Decoder(Decoding.greedy(100)).write(model, Pass.INFER,
                    inputs(context.scope(), ids, ones(ids), 1));
        });
        assertThat(written.texts().getFirst().reason()).isEqualTo(Written.Reason.CONTEXT);
        assertThat(written.texts().getFirst().fresh()).as("40 places, four patches and two words").hasSize(34);
    }

    @Test
    void unknownTemplatesAreNamed() {
        assertThatThrownBy(() -> Template.named("v7")).isInstanceOf(EngineException.class)
                .hasMessageContaining("v7").hasMessageContaining("llava_llama_2");
    }

    @Test
    void aPromptNeedsOnePlaceForEachPicture() throws EngineException {
        LlavaModel model = read();
        Picture picture = new Picture(4, 4, new byte[48], "grey");
        Encoded asked = model.encode(Sample.of(picture, "What is it?"));
        assertThat(asked.tokens().orElseThrow().tokens()).as("put before the question by itself")
                .filteredOn(t -> t.string().equals(Template.IMAGE)).hasSize(1);
        assertThat(asked.tokens().orElseThrow().text()).endsWith("USER: <image>\nWhat is it? ASSISTANT:");
        assertThatThrownBy(() -> model.encode(Sample.of(picture, "<image> and <image>")))
                .isInstanceOf(EngineException.class).hasMessageContaining("2 image places");
        assertThatThrownBy(() -> model.encode(Sample.of("What is <image>?"))).isInstanceOf(EngineException.class)
                .hasMessageContaining("no picture");
        assertThatThrownBy(() -> model.encode(Sample.of(picture, "word ".repeat(400))))
                .isInstanceOf(EngineException.class).hasMessageContaining("too long");
    }

    private static LlavaModel read() throws EngineException {
        try {
            JsonObject json = JsonParser.parseString(java.nio.file.Files.readString(FOLDER.resolve("config.json")))
                    .getAsJsonObject();
            json.addProperty("projector_layers", 2);
            return (LlavaModel) new LlavaFamily().create(json, new ModelFiles(Optional.of(FOLDER)));
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// Without its closing token a round is one shorter than counted: the whole sample is left out, as in the reference.
    @Test
    void roundsThatDoNotAddUpAreNotLearnt() throws EngineException {
        Prompts prompts = new Prompts(org.diptych.engine.text.Tokenizers.openSentencePiece(
                FOLDER.resolve("tokenizer.model"), true), -200);
        Template chat = Template.named("v1");
        String talk = chat.prompt(List.of(new Template.Turn("<image>\nWhat?", Optional.of("A car."))));
        assertThat(prompts.rounds(chat, talk).fits()).isTrue();
        Prompts.Taught cut = prompts.rounds(chat, talk.replace("</s>", ""));
        assertThat(cut.fits()).isFalse();
        assertThat(cut.labels()).containsOnly(-100);
    }
}
