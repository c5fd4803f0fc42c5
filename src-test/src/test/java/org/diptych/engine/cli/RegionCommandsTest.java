package org.diptych.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.diptych.engine.api.Picture;
import org.diptych.engine.data.regions.RegionSets;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.models.RandomModel;
import org.diptych.engine.models.uniter.UniterFamily;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A model that reads regions, by commands only.
@Tag("invariant")
class RegionCommandsTest {
    private static final List<String> WORDS = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "blue",
            "fish", "cup", "and");
    private static final String CONFIG = """
            {"model_type": "uniter", "vocab_size": 11, "max_position_embeddings": 32, "type_vocab_size": 2,
             "hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
             "hidden_act": "gelu", "img_dim": 12, "has_cls": true, "has_itm_output": true}
            """;
    @TempDir
    private static Path folder;
    private static String model;
    private static String picture;

    @BeforeAll
    static void write() throws Exception {
        model = RandomModel.save(folder.resolve("regions"), new UniterFamily(),
                JsonParser.parseString(CONFIG).getAsJsonObject(), WORDS).toString();
        Picture drawn = Toybox.scene(5, 64, World.named("aligned")).picture();
        Path file = folder.resolve("scene-42.png");
        Pictures.writePng(file, drawn);
        picture = file.toString();
    }

    private static Run run(String... args) {
        return Run.of(Stream.concat(Stream.of(args), Stream.of("--lang", "en", "--device", "cpu"))
                .toArray(String[]::new));
    }

    private static Run done(String... args) {
        Run run = run(args);
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    private static JsonObject trace(Path out) throws IOException {
        return JsonParser.parseString(Files.readString(out.resolve("trace.json"))).getAsJsonObject();
    }

    @Test
    void aSceneBringsItsOwnBoxes() throws IOException {
        Path out = folder.resolve("scene");
        done("look", "--model", model, "--scene", "5", "--out", out.toString());
        JsonArray boxes = trace(out).getAsJsonArray("boxes");
        assertThat(boxes).hasSize(Toybox.scene(5, 64, World.named("aligned")).objects().size());
        assertThat(out.resolve("relevance-chefer.png")).isNotEmptyFile();
        assertThat(out.resolve("attention-joined-layer2.png")).isNotEmptyFile();
    }

    @Test
    void aGridAndAMaskedWord() throws IOException {
        Path out = folder.resolve("grid");
        done("look", "--model", model, "--image", picture, "--text", "a red fish", "--regions", "grid:2x3", "--score",
                "word:2", "--method", "grad_cam", "--out", out.toString());
        JsonObject json = trace(out);
        assertThat(json.getAsJsonArray("boxes")).hasSize(6);
        JsonObject found = json.getAsJsonObject("relevance").getAsJsonObject("grad_cam");
        assertThat(found.getAsJsonArray("patches")).hasSize(6);
        assertThat(found.getAsJsonArray("read").get(2).getAsJsonObject().get("string").getAsString())
                .isEqualTo("[MASK]");
    }

    @Test
    void aFileOfFeatures() throws IOException {
        Path file = folder.resolve("features.tsv");
        byte[] boxes = new byte[2 * 4 * 4];
        java.nio.ByteBuffer fill = java.nio.ByteBuffer.wrap(boxes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (float v : new float[]{0, 0, 30, 30, 10, 10, 64, 60}) {
            fill.putFloat(v);
        }
        String features = Base64.getEncoder().encodeToString(new byte[2 * 12 * 4]);
        Files.writeString(file, String.join("\t", "42", "64", "64", "2", Base64.getEncoder().encodeToString(boxes),
                features) + "\n");
        Path out = folder.resolve("file");
        done("look", "--model", model, "--image", picture, "--text", "a red fish", "--regions", file.toString(),
                "--out",
                out.toString());
        assertThat(trace(out).getAsJsonArray("boxes")).hasSize(2);
        Run refused = run("look", "--model", model, "--image", picture, "--text", "a red fish", "--regions",
                folder.resolve("none.npz").toString(), "--out", out.toString());
        assertThat(refused.code()).isNotZero();
        assertThat(refused.err()).contains("none.npz").doesNotContain("Exception");
    }

    @Test
    void aMatrixOfMatches() throws IOException {
        Path out = folder.resolve("matrix");
        done("contrast", "--model", model, "--images", picture, picture, "--texts", "a red fish", "a blue cup",
                "--regions", "grid:3x3", "--out", out.toString());
        assertThat(Files.readAllLines(out.resolve("matrix.csv"))).hasSize(3);
    }

    @Test
    void theTimeOfTwoModels() {
        JsonArray rows = JsonParser
                .parseString(done("time", "--models", model, "clip", "--text", "a red fish", "--runs",
                        "2", "--json").out())
                .getAsJsonObject().getAsJsonArray("rows");
        assertThat(rows).hasSize(2);
        assertThat(rows.get(0).getAsJsonObject().get("together").getAsDouble()).isPositive();
        assertThat(rows.get(0).getAsJsonObject().get("regions").getAsBoolean()).isTrue();
    }

    @Test
    void theObjectivesOfOneInput() {
        String[] asked = {"tasks", "--model", model, "--scene", "5", "--both", "--json", "--seed"};
        JsonArray views = JsonParser.parseString(done(Stream.concat(Stream.of(asked), Stream.of("4"))
                .toArray(String[]::new)).out()).getAsJsonArray();
        assertThat(views).extracting(v -> v.getAsJsonObject().get("task").getAsString() + " "
                + v.getAsJsonObject().get("masking").getAsString())
                .contains("mlm conditional", "mlm joint", "itm conditional").doesNotContain("itm joint");
        assertThat(views).allMatch(v -> Double.isFinite(v.getAsJsonObject().get("loss").getAsDouble()));
        assertThat(run("tasks", "--model", model, "--scene", "5", "--joint", "--both").code()).isEqualTo(2);
        assertThat(done("tasks", "--model", model, "--image", picture, "--text", "a red fish", "--joint").out())
                .contains("mlm (joint)").contains(" <- ");
    }

    private static Path plan(Path set, String objectives) throws IOException {
        return Files.writeString(folder.resolve("plan.json"), """
                {"name": "own", "model": "%s", "steps": 3, "batch": 4, "seed": 3, "evaluateEvery": 3,
                 "checkpointEvery": 3, "schedule": {"warmup": 1}, "data": {"source": "%s"}, "objectives": %s}
                """.formatted(model.replace("\\", "/"), set.toString().replace("\\", "/"), objectives));
    }

    @Test
    void aSetWithRegionsIsToldOfAndLearntFrom() throws Exception {
        Path set = RegionSets.write(Files.createDirectories(folder.resolve("own")), 12, 2, true);
        assertThat(done("data", "--set", set.toString()).out()).contains("Table of captions")
                .contains("Beside the pictures: region features, ").contains(" 12 numbers, 16 classes");
        JsonObject facts = JsonParser.parseString(done("data", "--set", set.toString(), "--json").out())
                .getAsJsonObject().getAsJsonObject("regions");
        assertThat(facts.get("width").getAsInt()).isEqualTo(12);
        assertThat(facts.get("pictures").getAsInt()).isEqualTo(12);
        Path out = folder.resolve("taught");
        done("train", "--plan", plan(set, "{\"mlm\": 1, \"itm\": 1}").toString(), "--out", out.toString());
        assertThat(out.resolve("model/model.safetensors")).exists();
        Path wide = RegionSets.write(Files.createDirectories(folder.resolve("wide")), 12, 4, false);
        Run refused = run("train", "--plan", plan(wide, "{\"mlm\": 1}").toString(), "--out",
                folder.resolve("refused").toString());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("reads 12 numbers a region, the set has 48");
    }

    @Test
    void whatCannotBeMeantIsSaid() {
        assertThat(run("look", "--model", model, "--image", picture, "--text", "a", "--regions", "grid:0x3", "--out",
                folder.toString()).code()).isEqualTo(2);
        assertThat(run("look", "--model", model, "--image", picture, "--text", "a", "--regions", "toybox", "--out",
                folder.toString()).code()).isEqualTo(2);
        assertThat(run("look", "--model", model, "--image", picture, "--text", "a", "--score", "word:x", "--out",
                folder.toString()).code()).isEqualTo(2);
        assertThat(run("load", "--model", model).out()).contains("cannot: answers questions");
    }
}
