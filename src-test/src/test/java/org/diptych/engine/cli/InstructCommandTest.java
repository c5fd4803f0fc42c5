package org.diptych.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `diptych instruct`, and what a run learns from its file.
@Tag("invariant")
class InstructCommandTest {
    private static final String PLAN = """
            {"name": "tiny", "model": "fresh:llava", "steps": 2, "batch": 4, "seed": 3, "schedule": {"warmup": 1},
             "data": {"source": "%s", "train": 20, "validation": 8, "pictureSize": 32},
             "objectives": {"instruct": 1}, "trains": {"parts": ["multi_modal_projector", "language_model"]},
             "lora": {"rank": 2, "parts": ["language_model"]},
             "config": {"text_config": {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "max_position_embeddings": 320},
               "vision_config": {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
                 "num_attention_heads": 2, "image_size": 32, "patch_size": 8, "hidden_act": "gelu"},
               "projector_layers": 1, "image_token_index": 303}}
            """;

    @TempDir
    Path folder;

    @Test
    void thePromptIsShownAndNothingIsSent() {
        Run run = Run.of("instruct", "--show-prompt", "--forms", "conversation", "--lang", "en", "--device", "cpu",
                "--address", "http://127.0.0.1:9/v1");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("[system]\nYou look at a picture").contains("[assistant]\nQuestion:")
                .containsPattern("\\[0\\.\\d{3}, ");
        assertThat(Run.of("instruct", "--lang", "zh").err()).contains("--out");
        assertThat(Run.of("instruct", "--forms", "poem", "--out", folder.toString(), "--lang", "en").code())
                .isEqualTo(2);
        assertThat(Run.of("instruct", "--key-from", "NO_SUCH_VARIABLE", "--out", folder.toString()).code())
                .isEqualTo(2);
    }

    @Test
    void whatIsMadeTeachesALlava() throws Exception {
        Path talks = folder.resolve("talks");
        Run made = Run.of("instruct", "--count", "15", "--size", "32", "--out", talks.toString(), "--lang", "en",
                "--device", "cpu", "--json");
        assertThat(made.code()).as(made.err()).isZero();
        assertThat(JsonParser.parseString(made.out()).getAsJsonObject().get("conversations").getAsInt()).isEqualTo(45);
        Path plan = Files.writeString(folder.resolve("plan.json"), PLAN.formatted(talks.toString().replace("\\", "/")));
        Run taught = Run.of("train", "--plan", plan.toString(), "--out", folder.resolve("run").toString(), "--lang",
                "en", "--device", "cpu");
        assertThat(taught.code()).as(taught.err()).isZero();
        assertThat(folder.resolve("run/model/model.safetensors")).exists();
        Run asked = Run.of("ask", "--model", folder.resolve("run/model").toString(), "--scene", "3", "--text",
                "what is it?", "--most", "3", "--lang", "en", "--device", "cpu");
        assertThat(asked.code()).as(asked.err()).isZero();
        Run looked = Run.of("look", "--model", folder.resolve("run/model").toString(), "--scene", "3", "--text",
                "what is it?", "--score", "next:cat", "--method", "chefer", "--out", folder.resolve("look").toString(),
                "--lang", "en", "--device", "cpu");
        assertThat(looked.code()).as(looked.err()).isZero();
        assertThat(folder.resolve("look/relevance-chefer.png")).exists();
        assertThat(looked.out()).contains("… ");
    }

    private static JsonObject memory(String plan, String... more) {
        Run run = Run.of(Stream.concat(Stream.of("train", "--plan", plan, "--preview", "--json", "--accumulate", "4",
                "--device", "cpu"), Stream.of(more)).toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        return JsonParser.parseString(run.out()).getAsJsonObject().getAsJsonObject("memory");
    }

    /// A committed plan with one objective from its first step to its last: each stage and each objective is measured by itself, and of what one holds the layers are the most.
    private String brief(String family, String objective) throws Exception {
        try (InputStream in = getClass().getResourceAsStream("/org/diptych/plans/" + family + ".json")) {
            JsonObject plan = JsonParser.parseString(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .getAsJsonObject();
            plan.remove("stages");
            JsonObject only = new JsonObject();
            only.addProperty(objective, 1);
            plan.add("objectives", only);
            return Files.writeString(folder.resolve(family + ".json"), plan.toString()).toString();
        }
    }

    @Test
    void aPlanIsPreviewed() throws Exception {
        Run run = Run.of("train", "--plan", "llava-stage1", "--preview", "--lang", "en", "--device", "cpu");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("Learns: 16,512 of ").contains("  multi_modal_projector: 16,512 of 16,512")
                .contains("  vision_tower: 0 of ");
        Run stages = Run.of("train", "--plan", "vlmo-stages", "--preview", "--lang", "zh", "--device", "cpu");
        assertThat(run.out()).contains("Memory: ").contains("activations of 32 examples").contains("It fits: ");
        assertThat(stages.out()).contains("language").contains("pairs").contains("transformer");
        JsonObject memory = memory("clip");
        assertThat(memory.get("total").getAsLong()).isEqualTo(Stream
                .of("weights", "gradients", "optimiser", "activations").mapToLong(p -> memory.get(p).getAsLong())
                .sum());
        assertThat(memory.get("verdict").getAsString()).isEqualTo("FITS");
        assertThat(memory.get("microBatch").getAsInt()).isEqualTo(32);
        for (Map.Entry<String, String> one : Map.of("clip", "contrastive", "vlmo", "mlm", "beit3", "mlm", "blip2",
                "itm").entrySet()) {
            String plan = brief(one.getKey(), one.getValue());
            assertThat(memory(plan, "--checkpoint-activations").get("activations").getAsLong()).as(one.getKey())
                    .isLessThan(memory(plan).get("activations").getAsLong());
        }
        assertThat(memory("clip", "--precision", "bf16").get("activations").getAsLong())
                .isLessThan(memory("clip").get("activations").getAsLong());
        assertThat(Run.of("train", "--plan", "clip", "--preview", "--precision", "fp16", "--lang", "en").err())
                .contains("--precision fp16");
        assertThat(Run.of("train", "--plan", "clip", "--lang", "en").err()).contains("--out");
        assertThat(Run.of("train", "--plan", "clip", "--preview", "--out", "x", "--lang", "en").code()).isEqualTo(2);
    }

    /// The tower for pictures has four layers, that for words three; heads learn at the full rate, what is frozen has none.
    @Test
    void aPreviewTellsTheRatesOfLayers() throws Exception {
        Path plan = folder.resolve("slow.json");
        Files.writeString(plan, """
                {"model": "clip", "steps": 20, "batch": 8, "optimizer": {"rate": 0.032, "layerDecay": 0.5},
                 "trains": {"frozen": ["text_projection"]}}""");
        Run run = Run.of("train", "--plan", plan.toString(), "--preview", "--lang", "en", "--device", "cpu");
        assertThat(run.code()).as(run.err()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines.get(index(lines, "  vision_model:") + 1))
                .isEqualTo("    peak rate 1.0e-03 to 3.2e-02, by layers");
        assertThat(lines.get(index(lines, "  text_model:") + 1))
                .isEqualTo("    peak rate 2.0e-03 to 3.2e-02, by layers");
        assertThat(lines.get(index(lines, "  text_projection:") + 1)).doesNotContain("peak rate");
        Files.writeString(plan, Files.readString(plan).replace("0.5", "1.5"));
        Run wrong = Run.of("train", "--plan", plan.toString(), "--preview", "--lang", "en", "--device", "cpu");
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err()).contains("optimizer.layerDecay").contains("1.5");
        assertThat(wrong.err().lines()).hasSize(3);
    }

    private static int index(List<String> lines, String begins) {
        return IntStream.range(0, lines.size()).filter(i -> lines.get(i).startsWith(begins)).findFirst().orElseThrow();
    }
}
