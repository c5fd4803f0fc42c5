package org.diptych.engine.models.llava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Task;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.model.Instructs;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Pass;
import org.diptych.engine.train.FreshFiles;
import org.diptych.engine.train.PlanFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which words of captions and conversations are learnt, with Toybox's words.
@Tag("unit")
class LlavaLessonsTest {
    @TempDir
    Path folder;
    private LlavaModel model;
    private Encoded own;

    private static FineTunePlan committed() throws Exception {
        try (var in = LlavaLessonsTest.class.getResourceAsStream("/org/diptych/plans/llava-stage2.json")) {
            return PlanFile.parse(new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8), "stage2");
        }
    }

    @BeforeEach
    void open() throws Exception {
        JsonObject config = FreshFiles.write(folder, committed());
        model = (LlavaModel) new LlavaFamily().create(config, new ModelFiles(Optional.of(folder)));
        own = model.encode(Sample.of(Toybox.scene(3, 64, World.ALIGNED).picture(), "what is it?"));
    }

    /// @return the words that are learnt
    private static List<String> learnt(Lesson lesson) {
        return IntStream.range(0, lesson.words().length).filter(i -> lesson.words()[i] >= 0)
                .mapToObj(i -> lesson.shown().tokens().orElseThrow().tokens().get(i).string()).toList();
    }

    private static List<String> read(Lesson lesson) {
        return lesson.shown().tokens().orElseThrow().tokens().stream().map(t -> t.string()).toList();
    }

    private Instructs talks() {
        return model.lessons().instructs().orElseThrow();
    }

    private static final List<Conversation.Turn> TURNS = List.of(
            new Conversation.Turn("what is the red thing?", "a fish."),
            new Conversation.Turn("how many things are there?", "two."));

    @Test
    void answersAndTheirClosingTokensAreLearnt() throws EngineException {
        Lesson lesson = talks().answered(own, TURNS);
        assertThat(learnt(lesson)).containsExactly("a", "fish", ".", "</s>", "two", ".", "</s>");
        assertThat(read(lesson)).startsWith("<s>", "a", "chat", "between").contains("<image>", "user", "assistant")
                .doesNotContain("<unk>");
        assertThat(read(lesson)).containsSequence("user", ":", "<image>", "what", "is", "the", "red");
    }

    @Test
    void ofACaptionAllButThePictureIsLearnt() throws EngineException {
        Lesson lesson = talks().captioned(own, "a red fish");
        assertThat(read(lesson)).containsExactly("<s>", "<image>", "a", "red", "fish");
        assertThat(learnt(lesson)).containsExactly("a", "red", "fish");
    }

    @Test
    void withoutThePictureEveryWordIsLearnt() throws EngineException {
        Lesson lesson = talks().alone(own, TURNS);
        assertThat(read(lesson)).doesNotContain("<image>");
        assertThat(learnt(lesson)).hasSize(read(lesson).size() - 1);
        assertThat(learnt(talks().alone(own, "a red fish"))).containsExactly("a", "red", "fish");
    }

    @Test
    void noToyboxConversationHasAnUnknownWord() throws EngineException {
        for (String language : List.of("en", "zh")) {
            for (long seed = 0; seed < 60; seed++) {
                for (Conversation one : Toybox.conversations(seed, World.ALIGNED, language)) {
                    Lesson lesson = talks().answered(own, one.turns());
                    assertThat(read(lesson)).as(one.toString()).doesNotContain("<unk>");
                    long closed = learnt(lesson).stream().filter("</s>"::equals).count();
                    assertThat(closed).as("every answer is learnt to its end").isEqualTo(one.turns().size());
                    assertThat(read(lesson).size()).isLessThanOrEqualTo(model.textLength());
                }
            }
        }
    }

    @Test
    void aLongTextLosesItsEnd() throws EngineException {
        Lesson lesson = talks().captioned(own, "a red fish and ".repeat(200));
        assertThat(read(lesson)).hasSize(model.textLength());
        assertThat(lesson.shown().tokens().orElseThrow().truncated()).isTrue();
    }

    /// The loss of lessons of different lengths in one batch is that of their words: the mean over learnt words of both.
    @Test
    void aBatchWeighsWords() throws EngineException {
        TestLane.run(context -> {
            model.initialise(context.scope(), 4);
            Lessons lessons = model.lessons();
            Lesson one = talks().answered(own, TURNS);
            Lesson other = talks().answered(own, TURNS.subList(1, 2));
            double[] alone = new double[2];
            for (int i = 0; i < 2; i++) {
                alone[i] = loss(lessons, List.of(i == 0 ? one : other), context.scope());
            }
            double both = loss(lessons, List.of(one, other), context.scope());
            int a = learnt(one).size();
            int b = learnt(other).size();
            assertThat(both).isCloseTo((alone[0] * a + alone[1] * b) / (a + b),
                    org.assertj.core.api.Assertions.within(1e-4));
            return true;
        });
    }

    private double loss(Lessons lessons, List<Lesson> all, ai.djl.ndarray.NDManager scope) {
        Lesson.Course course = new Lesson.Course(all, 0);
        Inputs base = model.batch(course.shown(), scope);
        Inputs inputs = lessons.inputs(Task.INSTRUCTIONS, course, base, scope);
        NDArray loss = model.loss(lessons.tasks().get(Task.INSTRUCTIONS), Pass.INFER, inputs);
        assertThat(lessons.guess(Task.INSTRUCTIONS, Pass.INFER, inputs).orElseThrow().labels().toLongArray())
                .as("what is judged is what is learnt")
                .satisfies(labels -> assertThat(Arrays.stream(labels).filter(l -> l >= 0).count())
                        .isEqualTo(all.stream().mapToInt(l -> learnt(l).size()).sum()));
        return loss.toFloatArray()[0];
    }

    @Test
    void aFormWithoutClosingTokensIsRefused() throws Exception {
        FineTunePlan plan = committed();
        Map<String, Object> config = new java.util.LinkedHashMap<>(plan.config());
        config.put("conversation", "llava_v0");
        JsonObject json = new com.google.gson.Gson().toJsonTree(config).getAsJsonObject();
        json.getAsJsonObject("text_config").addProperty("vocab_size", 306);
        LlavaModel other = (LlavaModel) new LlavaFamily().create(json, new ModelFiles(Optional.of(folder)));
        assertThatThrownBy(() -> other.lessons().instructs().orElseThrow().answered(own, TURNS))
                .isInstanceOf(EngineException.class).hasMessageContaining("llava_v0");
        List<String> names = new ArrayList<>(model.stages().keySet());
        assertThat(names).containsExactly("align", "instruct");
        assertThat(model.stages().get("align").learns("language_model.lm_head.weight")).isFalse();
        assertThat(model.stages().get("instruct").learns("vision_tower.vision_model.pre_layrnorm.weight")).isFalse();
    }
}
