package org.diptych.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.diptych.engine.models.RandomModel;
import org.diptych.engine.models.beit3.Beit3Family;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a plan to weights to maps and matrices, by commands only.
@Tag("invariant")
class ModelCommandsTest {
    private static final String PLAN = """
            {"name": "tiny", "model": "fresh:clip",
             "config": {"model_type": "clip", "projection_dim": 16, "logit_scale_init_value": 2.6592,
               "text_config": {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
                 "num_attention_heads": 2, "max_position_embeddings": 48, "layer_norm_eps": 1e-5, "hidden_act": "gelu"},
               "vision_config": {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
                 "num_attention_heads": 2, "image_size": 64, "patch_size": 16, "layer_norm_eps": 1e-5, "hidden_act": "gelu"}},
             "data": {"source": "toybox", "world": "aligned", "language": "en", "captions": "short", "noise": 0,
               "hardNegatives": 0, "train": 64, "validation": 16, "pictureSize": 64},
             "objectives": {"contrastive": 1}, "trains": {"parts": [], "frozen": []},
             "optimizer": {"rate": 0.001, "beta1": 0.9, "beta2": 0.98, "epsilon": 1e-6, "weightDecay": 0.05,
               "clipNorm": 1},
             "schedule": {"warmup": 1, "floor": 0.1}, "steps": 3, "batch": 8, "seed": 7, "evaluateEvery": 3,
             "checkpointEvery": 3}
            """;
    @TempDir
    private static Path folder;
    private static Path model;
    private static Path pictures;

    @BeforeAll
    static void teach() throws IOException {
        Path plan = Files.writeString(folder.resolve("plan.json"), PLAN);
        Run run = done("train", "--plan", plan.toString(), "--out", folder.resolve("run").toString(), "--json");
        JsonObject json = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(json.get("step").getAsInt()).isEqualTo(3);
        assertThat(run.err()).contains("Step 0: validation", "Step 3: loss").doesNotContain("NaN");
        model = Path.of(json.get("model").getAsString());
        done("toybox", "--count", "3", "--out", folder.resolve("toybox").toString());
        try (Stream<Path> files = Files.walk(folder.resolve("toybox"))) {
            pictures = files.filter(f -> f.toString().endsWith(".png")).findFirst().orElseThrow().getParent();
        }
    }

    private static Run done(String... args) {
        Run run = Run.of(Stream.concat(Stream.of(args), Stream.of("--lang", "en", "--device", "cpu"))
                .toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    private static Path picture() throws IOException {
        try (Stream<Path> files = Files.list(pictures)) {
            return files.filter(f -> f.toString().endsWith(".png")).sorted().findFirst().orElseThrow();
        }
    }

    @Test
    void keptWeightsOpenAndSayHowTheyWereRead() {
        Run told = done("load", "--model", model.toString());
        assertThat(told.out()).contains("safetensors", "Hugging Face");
        JsonObject json = JsonParser.parseString(done("load", "--model", model.toString(), "--json").out())
                .getAsJsonObject();
        assertThat(json.get("form").getAsString()).isEqualTo("safetensors");
        assertThat(json.getAsJsonArray("missing")).isEmpty();
    }

    @Test
    void lookWritesMapsAndAllNumbers() throws IOException {
        Path out = folder.resolve("look");
        done("look", "--model", model.toString(), "--image", picture().toString(), "--text", "a large red fish",
                "--words", "red fish", "--out", out.toString());
        for (String name : List.of("relevance-chefer.png", "relevance-raw.png",
                "attention-vision-layer1.png", "attention-vision-layer2.png")) {
            assertThat(ImageIO.read(out.resolve(name).toFile()).getWidth()).as(name).isPositive();
        }
        JsonObject trace = JsonParser.parseString(Files.readString(out.resolve("trace.json"))).getAsJsonObject();
        assertThat(trace.getAsJsonArray("sites")).hasSize(2);
        JsonObject relevance = trace.getAsJsonObject("relevance").getAsJsonObject("grad_attention");
        assertThat(relevance.getAsJsonArray("patches")).hasSize(16);
        JsonObject vision = trace.getAsJsonArray("sites").get(0).getAsJsonObject();
        double sum = 0; // of what the class position looks at: a softmax
        for (int k = 0; k < 17; k++) {
            sum += vision.getAsJsonArray("head_mean").get(0).getAsJsonArray().get(k).getAsDouble();
        }
        assertThat(sum).isBetween(0.9999, 1.0001);
    }

    /// It has nothing to explain of a sentence without a gap, and is told so only where a method was asked for.
    @Test
    void aFileThatFillsGapsOnlyIsLookedAtInItsGap() throws Exception {
        List<String> words = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "fish");
        String gaps = RandomModel.save(folder.resolve("gaps"), new Beit3Family(), JsonParser.parseString("""
                {"vocab_size": 8, "max_source_positions": 20, "encoder_embed_dim": 16, "encoder_layers": 2,
                 "encoder_attention_heads": 2, "encoder_ffn_embed_dim": 24, "img_size": 32, "patch_size": 8,
                 "heads": {"words": true}}""").getAsJsonObject(), words).toString();
        Path whole = folder.resolve("whole");
        done("look", "--model", gaps, "--scene", "3", "--text", "a red fish", "--out", whole.toString());
        assertThat(whole.resolve("trace.json")).exists();
        assertThat(whole.resolve("relevance-chefer.png")).doesNotExist();
        Path gap = folder.resolve("gap");
        done("look", "--model", gaps, "--scene", "3", "--text", "a [MASK] fish", "--out", gap.toString());
        assertThat(gap.resolve("relevance-chefer.png")).isNotEmptyFile();
        Run refused = Run.of("look", "--model", gaps, "--scene", "3", "--text", "a red fish", "--method", "chefer",
                "--out", whole.toString(), "--lang", "en", "--device", "cpu");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("does not offer").doesNotContain("Exception");
    }

    @Test
    void wordsThatAreNotThereAreAFault() throws IOException {
        Run run = Run.of("look", "--model", model.toString(), "--image", picture().toString(), "--text", "a red fish",
                "--words", "boat", "--out", folder.resolve("none").toString(), "--lang", "en");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err().lines()).hasSize(3).anyMatch(line -> line.contains("boat"));
        assertThat(folder.resolve("none")).doesNotExist();
    }

    @Test
    void contrastWritesTheMatrix() throws IOException {
        Path out = folder.resolve("contrast");
        Run run = done("contrast", "--model", model.toString(), "--images", pictures.toString(), "--texts",
                "a fish, red", "a \"blue\" cup", "a tree", "--out", out.toString(), "--json");
        List<String> csv = Files.readAllLines(out.resolve("matrix.csv"));
        assertThat(csv).hasSize(4);
        assertThat(csv.getFirst()).isEqualTo("image,\"a fish, red\",\"a \"\"blue\"\" cup\",a tree");
        assertThat(csv.get(1).split(",")).hasSize(4);
        assertThat(ImageIO.read(out.resolve("matrix.png").toFile()).getHeight()).isPositive();
        JsonObject metrics = JsonParser.parseString(Files.readString(out.resolve("metrics.json"))).getAsJsonObject();
        assertThat(metrics).isEqualTo(JsonParser.parseString(run.out()));
        assertThat(metrics.get("r5.image_to_text").getAsDouble()).isEqualTo(1);
        assertThat(metrics.get("r1.text_to_image").getAsDouble()).isBetween(0.0, 1.0);
    }

    @Test
    void aMatchThatNoHeadTellsIsRefused() {
        String[] asked = {"contrast", "--model", model.toString(), "--images", pictures.toString(), "--texts", "a tree",
                "--out", folder.resolve("none").toString(), "--lang", "en", "--score", "match"};
        Run refused = Run.of(asked);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("no head that judges").contains("similarity");
        assertThat(folder.resolve("none")).doesNotExist();
        asked[asked.length - 1] = "cosine";
        assertThat(Run.of(asked).err()).contains("--score cosine");
    }

    @Test
    void evaluateGivesMarks() {
        JsonObject json = JsonParser.parseString(
                done("evaluate", "--model", model.toString(), "--count", "8", "--json").out()).getAsJsonObject();
        assertThat(json.getAsJsonArray("marks").asList()).anySatisfy(
                m -> assertThat(m.getAsJsonObject().get("name").getAsString()).isEqualTo("toybox.kind_swap"));
    }

    /// With another plan, which freezes what the parent had learnt; and with one that means to.
    @Test
    void aRunIsBranched() throws IOException {
        Path plan = Files.writeString(folder.resolve("frozen.json"),
                PLAN.replace("\"frozen\": []", "\"frozen\": [\"vision_model\"]"));
        Path out = folder.resolve("branch");
        Run run = done("train", "--branch", folder.resolve("run").toString(), "--plan", plan.toString(), "--more", "2",
                "--out", out.toString(), "--json");
        JsonObject json = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(json.get("step").getAsInt()).isEqualTo(5);
        Map<String, String> before = weights(model);
        Map<String, String> after = weights(Path.of(json.get("model").getAsString()));
        assertThat(after.keySet()).isEqualTo(before.keySet()).anyMatch(n -> n.startsWith("vision_model."));
        after.forEach((name, bytes) -> {
            if (name.startsWith("vision_model.")) {
                assertThat(bytes).as(name).isEqualTo(before.get(name));
            }
        });
        assertThat(after.get("text_projection.weight")).isNotEqualTo(before.get("text_projection.weight"));

        Files.writeString(plan, PLAN.replace("\"frozen\": []", "\"frozen\": [\"visoin_model\"]"));
        for (List<String> how : List.of(List.of("--preview"), List.of("--out", folder.resolve("wrong").toString()),
                List.of("--out", folder.resolve("wrong").toString(), "--branch", folder.resolve("run").toString(),
                        "--more", "2"))) {
            Run wrong = Run.of(Stream.concat(
                    Stream.of("train", "--plan", plan.toString(), "--lang", "en", "--device", "cpu"), how.stream())
                    .toArray(String[]::new));
            assertThat(wrong.code()).as("%s", how).isEqualTo(1);
            assertThat(wrong.err().lines()).hasSize(3);
            assertThat(wrong.err()).contains("visoin_model", "trains.frozen", "vision_model, ");
        }
        assertThat(folder.resolve("wrong")).doesNotExist();
    }

    /// @return name of a tensor -> its bytes
    private static Map<String, String> weights(Path folder) throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("model.safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        int head = (int) file.getLong();
        String text = new String(file.array(), 8, head, StandardCharsets.UTF_8);
        Map<String, String> out = new TreeMap<>();
        JsonParser.parseString(text).getAsJsonObject().entrySet().stream().filter(e -> !e.getKey().startsWith("__"))
                .forEach(e -> {
                    JsonArray at = e.getValue().getAsJsonObject().getAsJsonArray("data_offsets");
                    out.put(e.getKey(), new String(file.array(), 8 + head + at.get(0).getAsInt(),
                            at.get(1).getAsInt() - at.get(0).getAsInt(), StandardCharsets.ISO_8859_1));
                });
        return out;
    }

    @Test
    void aFinishedRunResumesToItsEnd() {
        Run run = done("train", "--resume", "--out", folder.resolve("run").toString(), "--json");
        assertThat(JsonParser.parseString(run.out()).getAsJsonObject().get("step").getAsInt()).isEqualTo(3);
    }
}
