package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.GenerateRequest;
import org.diptych.engine.api.GenerateResult;
import org.diptych.engine.api.GenerateResult.Gaze;
import org.diptych.engine.api.GenerateResult.Word;
import org.diptych.engine.api.Generation;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Picture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a person gets who lets a model write, on the reference's tiny LLaVA.
@Tag("invariant")
class SpeakingTest {
    private static final Path FOLDER = Path.of("golden/llava/v1_5_hf");
    private static final int PATCHES = 16;
    private static Engine engine;
    private static LoadedModel model;

    @BeforeAll
    static void open() throws EngineException {
        engine = Engine.start(new EngineOptions("cpu", 1, Path.of("target/data").toAbsolutePath(), Optional.empty()));
        model = engine.load(new LoadRequest(FOLDER.toString())).result().toCompletableFuture().join();
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static GenerateRequest asked(Decoding how, boolean attention) {
        Picture picture = engine.scene(3, 28, "aligned").picture();
        // a whole prompt: the tiny model has no room for the conversation's own words beside a long answer
        return new GenerateRequest(model.handle(), Optional.of(picture), Optional.of("<image>\nWhat is it?"), how, 3,
                attention);
    }

    private static GenerateResult ask(GenerateRequest request) {
        return engine.generate(request).job().result().toCompletableFuture().join();
    }

    @Test
    void everyWordHasRivalsAndPlacesItLookedAt() {
        GenerateResult result = ask(asked(Decoding.greedy(5), true));
        assertThat(result.reason()).isEqualTo(GenerateResult.Reason.LENGTH);
        assertThat(result.words()).hasSize(5);
        int prompt = result.prompt().orElseThrow().size() - 1; // but for the picture's place
        for (int i = 0; i < 5; i++) {
            Word word = result.words().get(i);
            assertThat(word.alternatives()).hasSize(3);
            assertThat(word.alternatives().getFirst().id()).as("greedy").isEqualTo(word.id());
            assertThat(word.alternatives().getFirst().probability()).isEqualTo(word.probability());
            Gaze gaze = word.gazes().getFirst();
            assertThat(gaze.site()).isEqualTo("language");
            assertThat(gaze.picture()).hasDimensions(3, PATCHES);
            assertThat(gaze.prompt()).hasDimensions(3, prompt);
            assertThat(gaze.written()).hasDimensions(3, i);
            float sum = sum(gaze.picture()[1]) + sum(gaze.prompt()[1]) + sum(gaze.written()[1]);
            assertThat(sum).as("attention is shared out").isCloseTo(1, within(1e-4f));
        }
    }

    private static float sum(float[] values) {
        float sum = 0;
        for (float v : values) {
            sum += v;
        }
        return sum;
    }

    @Test
    void lookingOnChangesNothing() {
        for (Decoding how : List.of(Decoding.greedy(6), Decoding.greedy(6).beams(3, 1),
                Decoding.greedy(6).drawing(0.8, 50, 0.9, 4))) {
            GenerateResult seen = ask(asked(how, true));
            GenerateResult plain = ask(asked(how, false));
            assertThat(seen.words()).extracting(Word::id).isEqualTo(plain.words().stream().map(Word::id).toList());
            assertThat(plain.words()).allMatch(w -> w.gazes().isEmpty());
            assertThat(seen.words()).noneMatch(w -> w.gazes().isEmpty());
            assertThat(ask(asked(how, false)).text()).as("the same seed").isEqualTo(plain.text());
        }
    }

    @Test
    void wordsComeOneByOneAndMayBeStopped() {
        Generation generation = engine.generate(asked(Decoding.greedy(200), false));
        while (generation.since(0).size() < 3) {
            Thread.onSpinWait();
        }
        generation.job().cancel();
        assertThatThrownBy(() -> generation.job().result().toCompletableFuture().join())
                .satisfiesAnyOf(e -> assertThat(e).isInstanceOf(CancellationException.class),
                        e -> assertThat(e).isInstanceOf(CompletionException.class)
                                .hasCauseInstanceOf(CancellationException.class));
        assertThat(generation.since(0)).hasSizeBetween(3, 199);
        assertThat(generation.since(1).getFirst()).isEqualTo(generation.since(0).get(1));
    }

    @Test
    void aFullContextIsSaid() {
        GenerateResult result = ask(asked(Decoding.greedy(100_000).lengths(100_000, 100_000, false), false));
        assertThat(result.reason()).isEqualTo(GenerateResult.Reason.CONTEXT);
        assertThat(result.notes()).extracting(n -> n.key()).contains("engine.note.context");
    }

    @Test
    void aStopTextEndsTheTextBeforeIt() {
        GenerateResult whole = ask(asked(Decoding.greedy(8), false));
        String third = whole.words().get(2).text();
        String stop = third.substring(whole.words().get(1).text().length());
        GenerateResult cut = ask(asked(Decoding.greedy(8).stoppingAt(List.of(stop)), false));
        assertThat(cut.reason()).isEqualTo(GenerateResult.Reason.STOP);
        assertThat(cut.words().size()).isLessThanOrEqualTo(3);
        assertThat(cut.text()).doesNotContain(stop);
    }

    @Test
    void aModelThatNeedsAQuestionSaysSo() {
        GenerateRequest silent = new GenerateRequest(model.handle(),
                Optional.of(engine.scene(3, 28, "aligned").picture()), Optional.empty(), Decoding.greedy(3), 0, false);
        assertThatThrownBy(() -> ask(silent)).hasCauseInstanceOf(EngineException.class)
                .hasMessageContaining("needs words");
    }

    @Test
    void whatWasSaidBeforeIsReadInTheChosenForm() {
        Said said = new Said("mistral_instruct", List.of(new Conversation.Turn("Who?", "A cat.")));
        GenerateRequest request = new GenerateRequest(model.handle(),
                Optional.of(engine.scene(3, 28, "aligned").picture()), Optional.of("Where?"), Decoding.greedy(3), 0,
                true, Optional.of(said));
        Generation generation = engine.generate(request);
        GenerateResult result = generation.job().result().toCompletableFuture().join();
        assertThat(result.prompt().orElseThrow().text())
                .isEqualTo("[INST] <image>\nWho? [/INST] A cat. </s>[INST] Where? [/INST]");
        int place = generation.read().orElseThrow().place().orElseThrow();
        assertThat(result.prompt().orElseThrow().tokens().get(place).string()).isEqualTo("<image>");
        assertThat(model.talk().templates().getFirst()).isEqualTo("v1");
        assertThatThrownBy(() -> ask(new GenerateRequest(model.handle(), request.picture(), request.text(),
                request.how(), 0, false, Optional.of(new Said("klingon", List.of())))))
                .hasCauseInstanceOf(EngineException.class).hasMessageContaining("klingon")
                .hasMessageContaining("mistral_instruct");
    }

    @Test
    void theCommandLineGoesOnWithAConversation() {
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
        System.setProperty("diptych.data", Path.of("target/data").toAbsolutePath().toString());
        List<String> words = List.of("ask", "--model", FOLDER.toString(), "--scene", "3", "--question", "Where?",
                "--template", "mistral_instruct", "--before", "Who?", "--most", "2", "--json", "--lang", "en",
                "--device", "cpu");
        assertThat(org.diptych.engine.cli.Main.run(words.toArray(String[]::new), new java.io.PrintStream(out, true),
                new java.io.PrintStream(err, true))).as("a question without its answer").isEqualTo(2);
        assertThat(err.toString()).contains("pairs");
        List<String> whole = new java.util.ArrayList<>(words);
        whole.addAll(List.of("--before", "A cat."));
        assertThat(org.diptych.engine.cli.Main.run(whole.toArray(String[]::new), new java.io.PrintStream(out, true),
                new java.io.PrintStream(err, true))).as(err.toString()).isZero();
        StringBuilder read = new StringBuilder();
        JsonParser.parseString(out.toString()).getAsJsonObject().getAsJsonArray("prompt")
                .forEach(t -> read.append(t.getAsJsonObject().get("string").getAsString()));
        assertThat(read).contains("Who?", "Acat.", "Where?", "[/INST]").doesNotContain("polite");
    }

    @Test
    void theCommandLineAsks() {
        List<String> how = Decoding.greedy(4).drawing(0.7, 50, 0.9, 3).options();
        assertThat(how).containsExactly("--most", "4", "--temperature", "0.7", "--top-k", "50", "--top-p", "0.9",
                "--seed", "3");
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        java.io.ByteArrayOutputStream err = new java.io.ByteArrayOutputStream();
        System.setProperty("diptych.data", Path.of("target/data").toAbsolutePath().toString());
        int code = org.diptych.engine.cli.Main.run(
                new String[]{"ask", "--model", FOLDER.toString(), "--scene", "3", "--text", "<image>\nWhat is it?",
                        "--most", "4", "--alternatives", "2", "--attention", "--json", "--lang", "en", "--device",
                        "cpu"},
                new java.io.PrintStream(out, true), new java.io.PrintStream(err, true));
        assertThat(code).as(err.toString()).isZero();
        JsonObject json = JsonParser.parseString(out.toString()).getAsJsonObject();
        assertThat(json.get("words").getAsJsonArray()).hasSize(4);
        assertThat(json.get("words").getAsJsonArray().get(0).getAsJsonObject().get("gazes").getAsJsonArray())
                .isNotEmpty();
        assertThat(json.get("reason").getAsString()).isEqualTo("length");
    }
}
