package org.diptych.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diptych.engine.api.Picture;
import org.diptych.engine.image.Pictures;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `diptych data`, and runs that learn from what it counts.
@Tag("invariant")
class DataCommandTest {
    private static final int PICTURES = 12;
    private static final String PLAN = """
            {"name": "tiny", "model": "fresh:clip", "steps": 2, "batch": 4, "seed": 3, "evaluateEvery": 2,
             "checkpointEvery": 2, "schedule": {"warmup": 1}, "data": {"source": "%s", "train": 20, "validation": 8},
             "config": {"projection_dim": 16, "logit_scale_init_value": 2.6592,
               "text_config": {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1,
                 "num_attention_heads": 2, "max_position_embeddings": 48, "hidden_act": "gelu", "layer_norm_eps": 1e-5},
               "vision_config": {"image_size": 32, "patch_size": 8, "hidden_size": 16, "intermediate_size": 32,
                 "num_hidden_layers": 2, "num_attention_heads": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-5}}}
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void sets() throws Exception {
        StringBuilder table = new StringBuilder("title,filepath\na cat,absent.png\n");
        StringBuilder karpathy = new StringBuilder("{\"images\": [{\"filename\": 5, \"sentences\": []}");
        for (int i = 0; i < PICTURES; i++) {
            byte[] rgb = new byte[8 * 8 * 3];
            java.util.Arrays.fill(rgb, (byte) (20 * i));
            Pictures.writePng(folder.resolve(i + ".png"), new Picture(8, 8, rgb, "made"));
            table.append("\"a red circle, ").append(i).append("\",").append(i).append(".png\n");
            karpathy.append(String.format(
                    ",{\"filename\": \"%d.png\", \"split\": \"%s\", \"sentences\": [{\"raw\": \"a blue star %d\"}]}", i,
                    i < 8 ? "train" : "val", i));
        }
        Files.writeString(folder.resolve("pairs.csv"), table);
        Files.writeString(folder.resolve("dataset_flickr30k.json"), karpathy + "], \"dataset\": \"flickr30k\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"pairs.csv", "dataset_flickr30k.json"})
    void twoStepsAreLearntFromEach(String file) throws Exception {
        Path plan = Files.writeString(folder.resolve("plan.json"),
                PLAN.formatted(folder.resolve(file).toString().replace("\\", "/")));
        Run taught = Run.of("train", "--plan", plan.toString(), "--out", folder.resolve("run").toString(), "--lang",
                "en", "--device", "cpu", "--json");
        assertThat(taught.code()).as(taught.err()).isZero();
        JsonObject done = JsonParser.parseString(taught.out()).getAsJsonObject();
        assertThat(done.get("step").getAsInt()).isEqualTo(2);
        assertThat(done.getAsJsonObject("last").keySet()).anyMatch(k -> k.startsWith("validation."));
        assertThat(folder.resolve("run/model/model.safetensors")).exists();
    }

    @Test
    void countsAndBrokenRowsAreTold() {
        Run told = Run.of("data", "--set", folder.resolve("pairs.csv").toString(), "--lang", "en", "--device", "cpu");
        assertThat(told.code()).as(told.err()).isZero();
        assertThat(told.out()).contains("Table of captions").contains("12 pairs: 10 to learn from, 2 for validation")
                .contains("1 rows skipped").contains("row 2: There is no picture absent.png.");
        Run chinese = Run.of("data", "--set", folder.resolve("pairs.csv").toString(), "--lang", "zh", "--device",
                "cpu");
        assertThat(chinese.out()).contains("第 2 行：图片 absent.png 不存在。");
        Run run = Run.of("data", "--set", folder.resolve("dataset_flickr30k.json").toString(), "--json", "--device",
                "cpu");
        JsonObject json = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(json.get("format").getAsString()).isEqualTo("karpathy");
        assertThat(json.get("train").getAsInt()).isEqualTo(8);
        assertThat(json.get("validation").getAsInt()).isEqualTo(4);
        assertThat(json.getAsJsonArray("broken").get(0).getAsJsonObject().get("reason").getAsString())
                .isEqualTo("type");
    }

    @Test
    void whatIsNoSetIsSaidInThreeSentences() {
        Run run = Run.of("data", "--set", folder.resolve("0.png").toString(), "--lang", "en", "--device", "cpu");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("is in none of the forms").contains("image,caption");
    }
}
