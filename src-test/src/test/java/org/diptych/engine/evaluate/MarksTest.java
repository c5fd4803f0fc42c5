package org.diptych.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EvaluateRequest;
import org.diptych.engine.api.EvaluateResult;
import org.diptych.engine.api.EvaluateResult.Mark;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Message;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.diptych.engine.train.FreshFiles;
import org.diptych.engine.train.PlanFile;
import org.diptych.engine.work.Priority;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("invariant")
class MarksTest {
    private static final int SCENES = 12;

    @Test
    void aModelThatLearntNothingGuesses(@TempDir java.nio.file.Path folder) throws Exception {
        FineTunePlan plan = PlanFile.parse("""
                {"model": "fresh:clip", "data": {"pictureSize": 32}, "config": {"projection_dim": 16,
                 "logit_scale_init_value": 2.6592, "text_config": {"hidden_size": 16, "intermediate_size": 32,
                 "num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 48, "hidden_act": "gelu",
                 "layer_norm_eps": 1e-5}, "vision_config": {"image_size": 32, "patch_size": 8, "hidden_size": 16,
                 "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "hidden_act": "gelu",
                 "layer_norm_eps": 1e-5}}}""", "tiny");
        NDManager weights = TestLane.lane().scopes().weights();
        VisionLanguageModel model = TestLane.run(context -> {
            VisionLanguageModel made = Models.named("clip").orElseThrow().create(FreshFiles.write(folder, plan),
                    new ModelFiles(Optional.of(folder)));
            ((Initialises) made).initialise(weights, 1);
            return made;
        });
        EvaluateResult result = measure(model, "toybox:test", "aligned");
        Map<String, Mark> marks = result.marks().stream().collect(Collectors.toMap(Mark::name, m -> m));
        int things = 0;
        for (long seed : Toybox.distinct(SCENES, Split.TEST, 5, World.ALIGNED, "short", "en")) {
            things += Toybox.scene(seed, 32, World.ALIGNED).objects().size();
        }
        assertThat(marks.get("toybox.kind_swap").count()).isEqualTo(things);
        assertThat(marks.get("toybox.colour_swap").count()).isEqualTo(things);
        assertThat(marks.get("toybox.r1.image_to_text").count()).isEqualTo(SCENES);
        assertThat(marks.get("toybox.kind_swap").value()).isLessThan(0.5);
        assertThat(marks.get("toybox.colour_swap").value()).isLessThan(0.6);
        assertThat(marks.get("toybox.r1.text_to_image").met()).isFalse();
        assertThat(marks.keySet()).contains("toybox.pointing.grad_attention", "toybox.pointing.raw",
                "toybox.pointing.rollout", "toybox.pointing.chefer", "toybox.pointing.patch_text",
                "toybox.pointing.occlusion");
        assertThat(measure(model, "toybox:test", "aligned").marks()).isEqualTo(result.marks());
        assertThat(measure(model, "toybox:compositional", "free").marks()).allMatch(Mark::met);
        TestLane.run(context -> {
            weights.close();
            return true;
        });
    }

    /// The smallest model of each family, with no training: every mark that its heads allow is there, none beyond, and nothing is right that must be learnt.
    @ParameterizedTest
    @CsvSource(delimiter = ':', textBlock = """
            roberta : toybox.masked.colour.reader toybox.masked.kind.reader
            uniter  : toybox.kind_swap toybox.match toybox.masked.colour toybox.masked.kind.blank toybox.answers toybox.answers.count toybox.pointing.chefer toybox.pointing.word.raw
            vilt    : toybox.kind_swap toybox.match toybox.masked.colour toybox.masked.kind.blank toybox.answers toybox.answers.count toybox.pointing.chefer toybox.pointing.word.raw
            albef   : toybox.r1.image_to_text toybox.kind_swap toybox.match toybox.masked.colour toybox.masked.kind.blank toybox.pointing.grad_cam toybox.pointing.word.chefer
            blip    : toybox.r1.image_to_text toybox.kind_swap toybox.match toybox.caption toybox.pointing.grad_cam
            blip2   : toybox.r1.image_to_text toybox.kind_swap toybox.match toybox.pointing.grad_cam
            llava   : toybox.replies
            """)
    void eachFamilyIsMeasuredByWhatItCanDo(String family, String names, @TempDir java.nio.file.Path folder)
            throws Exception {
        FineTunePlan plan;
        try (var in = getClass().getResourceAsStream("/org/diptych/plans/" + family + ".json")) {
            plan = PlanFile.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), family);
        }
        NDManager weights = TestLane.lane().scopes().weights();
        VisionLanguageModel model = TestLane.run(context -> {
            VisionLanguageModel made = Models.named(family).orElseThrow().create(FreshFiles.write(folder, plan),
                    new ModelFiles(Optional.of(folder)));
            ((Initialises) made).initialise(weights, 1);
            return made;
        });
        Map<String, Mark> marks = TestLane.lane().submitSteps(Message.of("test.marks"), Priority.BULK,
                new Marks(() -> model, new EvaluateRequest("m", "toybox:test", "aligned", 5, 2))).result()
                .toCompletableFuture().join().marks().stream().collect(Collectors.toMap(Mark::name, m -> m));
        List<String> expected = List.of(names.split(" "));
        assertThat(marks.keySet()).containsAll(expected);
        assertThat(marks.keySet().stream().map(MarksTest::group).distinct())
                .containsExactlyInAnyOrderElementsOf(Stream
                        .concat(expected.stream().map(MarksTest::group), expected.contains("toybox.kind_swap")
                                ? Stream.of("colour_swap")
                                : Stream.empty())
                        .distinct().toList());
        assertThat(marks.values()).anyMatch(m -> !m.met());
        TestLane.run(context -> {
            weights.close();
            return true;
        });
    }

    private static String group(String mark) {
        return mark.split("\\.")[1];
    }

    private static EvaluateResult measure(VisionLanguageModel model, String data, String world) throws EngineException {
        Marks marks = new Marks(() -> model, new EvaluateRequest("m", data, world, 5, SCENES));
        return TestLane.lane().submitSteps(Message.of("test.marks"), Priority.BULK, marks).result()
                .toCompletableFuture().join();
    }

    /// A tokenizer of words gives back neither capitals nor the gaps before stops.
    @Test
    void aReplyIsRightWordByWord() {
        assertThat(Spoken.same("the cat is brown .", "The cat is brown.")).isTrue();
        assertThat(Spoken.same("the cat is brown", "The cat is brown.")).isFalse();
        assertThat(Spoken.same("the cat is red .", "The cat is brown.")).isFalse();
        assertThat(Spoken.same("左 边 是 猫 。", "左边是猫。")).isTrue();
        assertThat(Spoken.same("左边是狗。", "左边是猫。")).isFalse();
    }

    @Test
    void whatIsNotKnownIsTold() {
        for (String data : new String[]{"toybox:tests", "imagenet", ""}) {
            assertThatThrownBy(() -> new Marks(() -> null, new EvaluateRequest("m", data, "aligned", 0, 4)))
                    .isInstanceOf(EngineException.class).hasMessageContaining("toybox:test");
        }
        assertThatThrownBy(() -> new Marks(() -> null, new EvaluateRequest("m", "toybox:test", "round", 0, 4)))
                .isInstanceOf(EngineException.class).hasMessageContaining("round");
    }
}
