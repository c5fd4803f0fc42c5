package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.PlanOutline;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.model.Follows;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How many numbers a plan trains, against all that its model has.
@Tag("unit")
class OutlineTest {
    @TempDir
    Path folder;

    private static VisionLanguageModel model(FineTunePlan plan) throws Exception {
        return Models.named(plan.model().substring("fresh:".length())).orElseThrow()
                .create(FreshFiles.config(plan), new ModelFiles(Optional.empty()));
    }

    private static Map<String, PlanOutline.Part> parts(PlanOutline.Stage stage) {
        return stage.parts().stream().collect(java.util.stream.Collectors.toMap(PlanOutline.Part::name, p -> p));
    }

    /// As the reference's LLaVA: W alone has D_v D + D numbers.
    @Test
    void stageOneOfLlavaTrainsItsProjector() throws Exception {
        FineTunePlan plan = TinyPlans.committed("llava-stage1");
        PlanOutline.Stage stage = Outline.of(model(plan), plan).course().getFirst();
        assertThat(stage.trainable()).isEqualTo(128 * 128 + 128);
        Map<String, PlanOutline.Part> parts = parts(stage);
        assertThat(parts).containsOnlyKeys("vision_tower", "multi_modal_projector", "language_model");
        assertThat(parts.get("vision_tower").trainable()).isZero();
        assertThat(parts.get("language_model").total()).isGreaterThan(500_000);
        assertThat(stage.total()).isEqualTo(parts.values().stream().mapToLong(PlanOutline.Part::total).sum());
        assertThat(Outline.of(model(plan), plan).stages()).containsKeys("align", "instruct");
    }

    @Test
    void lowRankChangesAreAPartOfTheirOwn() throws Exception {
        FineTunePlan plan = TinyPlans.committed("llava-stage2-lora");
        VisionLanguageModel model = model(plan);
        PlanOutline.Stage stage = Outline.of(model, plan).course().getFirst();
        long changes = 3L * 4 * 8 * (128 + 128);
        assertThat(parts(stage).get("LoRA")).isEqualTo(new PlanOutline.Part("LoRA", changes, changes, 1, 1));
        assertThat(stage.trainable()).isEqualTo(changes + 128 * 128 + 128);
        assertThat(model.module().weights().keySet()).as("the model is as it was").noneMatch(n -> n.contains("lora"));
    }

    @Test
    void everyStageHasItsCounts() throws Exception {
        FineTunePlan plan = TinyPlans.committed("llava");
        List<PlanOutline.Stage> course = Outline.of(model(plan), plan).course();
        assertThat(course).extracting(PlanOutline.Stage::name).containsExactly("language", "align", "instruct");
        assertThat(course.get(0).trainable() + course.get(1).trainable()).isEqualTo(course.get(2).trainable());
        assertThat(course.get(2).share()).isBetween(0.3, 0.6);
    }

    /// What is counted is what learns, for any model: copies that follow count neither way.
    @ParameterizedTest
    @ValueSource(strings = {"clip", "albef", "blip2", "blip2-stage2", "vlmo-language", "llava-stage1", "beit3"})
    void whatIsCountedLearns(String name) throws Exception {
        FineTunePlan plan = name.equals("clip") ? TinyRun.plan() : TinyPlans.of(name);
        TinyRun run = TinyRun.start(plan, folder.resolve("run"));
        run.session().stop();
        run.toTheEnd();
        PlanOutline.Stage stage = Outline.course(run.model(), plan).getFirst();
        Map<String, float[]> numbers = run.numbers();
        long following = run.model() instanceof Follows f
                ? f.followers().stream().mapToLong(n -> numbers.get(n).length).sum()
                : 0;
        long buffers = run.model().module().weights().entrySet().stream()
                .filter(e -> !e.getValue().trainable()
                        && !(run.model() instanceof Follows f && f.followers().contains(e.getKey())))
                .mapToLong(e -> e.getValue().shape().size()).sum();
        assertThat(stage.total()).isEqualTo(
                numbers.values().stream().mapToLong(v -> v.length).sum() - following - buffers);
        assertThat(stage.trainable()).isEqualTo(numbers.keySet().stream()
                .filter(n -> run.model().module().weights().get(n).trainable() && plan.trains().learns(n)
                        && !(run.model() instanceof Follows f && f.followers().contains(n)))
                .mapToLong(n -> numbers.get(n).length).sum());
        run.close();
    }

    @Test
    void theKeptModelTellsItsCounts() throws Exception {
        FineTunePlan plan = TinyPlans.of("llava-stage2-lora", "steps", "2", "schedule.warmup", "1");
        TinyRun run = TinyRun.start(plan, folder.resolve("run")).toTheEnd();
        Path kept = TinyRun.await(run.session().keep(folder.resolve("kept")));
        JsonObject about = JsonParser.parseString(Files.readString(kept.resolve("diptych.json"))).getAsJsonObject();
        JsonObject counts = about.getAsJsonArray("parameters").get(0).getAsJsonObject();
        PlanOutline.Stage stage = Outline.course(run.model(), plan).getFirst();
        assertThat(counts.get("trainable").getAsLong()).isEqualTo(stage.trainable());
        assertThat(counts.get("total").getAsLong()).isEqualTo(stage.total());
        assertThat(counts.getAsJsonObject("parts").keySet()).contains("LoRA", "vision_tower");
        FineTunePlan again = TinyRun.plan("\"model\": \"fresh:clip\"", "\"model\": \"" + kept + "\"");
        PlanOutline file = Outline.of(new Loader(Models.all()).outline(kept), again);
        assertThat(file.course().getFirst().total()).as("of a file, by its header alone")
                .isEqualTo(stage.total() - parts(stage).get("LoRA").total());
        run.close();
    }

    /// The committed stages of VLMo are those that the model itself declares; attention stays as it is while words are learnt.
    @Test
    void vlmosStagesAreThoseOfThePaper() throws Exception {
        FineTunePlan plan = TinyPlans.committed("vlmo-stages");
        VisionLanguageModel model = model(plan);
        Map<String, FineTunePlan.Trains> declared = Outline.of(model, plan).stages();
        assertThat(plan.stages()).extracting(FineTunePlan.Stage::name).containsExactly("vision", "language", "pairs");
        for (String name : model.module().weights().keySet()) {
            assertThat(plan.stages().get(1).trains().learns(name)).as(name)
                    .isEqualTo(declared.get("language").learns(name));
            boolean picture = declared.get("vision").learns(name) || name.matches("itc_(vl_)?image_proj.*");
            assertThat(plan.stages().get(0).trains().learns(name)).as(name).isEqualTo(picture);
            assertThat(plan.stages().get(2).trains().learns(name)).isTrue();
        }
        assertThat(plan.stages().get(1).trains().learns("transformer.blocks.0.attn.qkv.weight")).isFalse();
    }

    /// The committed stages, two steps each, and again with another length of the second: what that one freezes does not feel its length.
    @Test
    void vlmosStagesAreCarriedOut() throws Exception {
        Map<String, float[]> shorter = afterWords(2);
        Map<String, float[]> longer = afterWords(5);
        FineTunePlan.Stage words = TinyPlans.committed("vlmo-stages").stages().get(1);
        assertThat(shorter.keySet()).anyMatch(words.trains()::learns).anyMatch(n -> !words.trains().learns(n));
        shorter.forEach((name, values) -> {
            if (!words.trains().learns(name)) {
                assertThat(longer.get(name)).as(name).isEqualTo(values);
            }
        });
        assertThat(longer.get("transformer.blocks.0.mlp_text.fc1.weight"))
                .isNotEqualTo(shorter.get("transformer.blocks.0.mlp_text.fc1.weight"));
    }

    /// @return the weights after two steps on pictures and some on words
    private Map<String, float[]> afterWords(int steps) throws Exception {
        JsonArray stages = JsonParser.parseString(TinyPlans.json("vlmo-stages")).getAsJsonObject()
                .getAsJsonArray("stages");
        stages.remove(2);
        stages.get(0).getAsJsonObject().addProperty("steps", 2);
        stages.get(1).getAsJsonObject().addProperty("steps", steps);
        FineTunePlan plan = TinyPlans.of("vlmo-stages", "steps", Integer.toString(2 + steps), "stages",
                stages.toString(), "schedule.warmup", "1");
        TinyRun run = TinyRun.start(plan, folder.resolve("words" + steps)).toTheEnd();
        try {
            return run.numbers();
        } finally {
            run.close();
        }
    }

    /// Pre-training by many tasks, then one task: what is no longer asked is no longer measured, and the answers' head learns only in the second stage.
    @Test
    void unitersStagesAreCarriedOut() throws Exception {
        JsonArray stages = JsonParser.parseString(TinyPlans.json("uniter-stages")).getAsJsonObject()
                .getAsJsonArray("stages");
        stages.forEach(stage -> stage.getAsJsonObject().addProperty("steps", 2));
        TinyRun run = TinyRun.start(TinyPlans.of("uniter-stages", "steps", "4", "stages", stages.toString(),
                "schedule.warmup", "1"), folder.resolve("uniter")).toTheEnd();
        try {
            assertThat(told(run, 2)).containsExactlyInAnyOrder("loss.mlm", "loss.mrfr", "loss.mrc-kl", "loss.itm",
                    "loss.alignment");
            assertThat(told(run, 4)).containsExactly("loss.vqa");
        } finally {
            run.close();
        }
    }

    private static List<String> told(TinyRun run, int step) {
        return run.session().log().since(0).stream().filter(r -> r.step() == step)
                .flatMap(r -> r.values().keySet().stream()).filter(k -> k.startsWith("loss.")).toList();
    }
}
