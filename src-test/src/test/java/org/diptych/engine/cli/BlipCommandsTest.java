package org.diptych.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A very small BLIP, taught, kept, opened again: it is looked into, compared with and asked like any other model.
@Tag("unit")
class BlipCommandsTest {
    private static final String PLAN = """
            {"name": "tiny", "model": "fresh:blip", "steps": 4, "batch": 4, "seed": 3, "evaluateEvery": 4,
             "checkpointEvery": 4, "optimizer": {"rate": 0.003}, "schedule": {"warmup": 2},
             "objectives": {"contrastive": 1, "itm": 1, "captioning": 1},
             "data": {"train": 32, "validation": 8, "pictureSize": 32},
             "config": {"image_text_hidden_size": 8, "queue_size": 8,
               "text_config": {"hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
                 "num_attention_heads": 2, "max_position_embeddings": 64},
               "vision_config": {"image_size": 32, "patch_size": 8, "hidden_size": 16, "intermediate_size": 24,
                 "num_hidden_layers": 1, "num_attention_heads": 2}}}
            """;

    private static Run ok(String... args) {
        Run run = Run.of(Stream.concat(Stream.of(args), Stream.of("--lang", "en")).toArray(String[]::new));
        assertThat(run.code()).as(String.join(" ", args) + "\n" + run.err()).isZero();
        return run;
    }

    private static Set<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    @Test
    void aKeptModelIsUsedLikeAnyOther(@TempDir Path folder) throws IOException {
        Path plan = Files.writeString(folder.resolve("plan.json"), PLAN);
        Path run = folder.resolve("run");
        ok("train", "--plan", plan.toString(), "--out", run.toString(), "--accumulate", "2", "--patience", "30",
                "--min-delta", "0.5", "--checkpoint-activations");
        assertThat(Files.readString(run.resolve("plan.json"))).contains("\"accumulate\": 2", "\"patience\": 30",
                "\"minDelta\": 0.5", "\"checkpointing\": true", "\"metric\": \"validation.loss\"");
        String model = run.resolve("model").toString();
        assertThat(ok("load", "--model", model).out()).contains("BLIP").contains("original");

        Path maps = folder.resolve("maps");
        ok("look", "--model", model, "--scene", "3", "--text", "a red fish", "--out", maps.toString());
        assertThat(files(maps)).contains("attention-text_encoder.cross-layer2.png",
                "attention-text_decoder.cross-layer1.png", "attention-visual_encoder-layer1.png");
        assertThat(files(maps).stream().filter(f -> f.contains("grad_cam") || f.contains("GRAD_CAM"))).isNotEmpty();

        ok("toybox", "--count", "3", "--size", "32", "--out", folder.resolve("scenes").toString());
        ok("contrast", "--model", model, "--images", folder.resolve("scenes/images").toString(), "--texts",
                "a red fish",
                "a blue car", "--out", folder.resolve("contrast").toString());
        List<String> rows = Files.readAllLines(folder.resolve("contrast/matrix.csv"));
        assertThat(rows).hasSize(4);
        Set<List<String>> matrices = new HashSet<>();
        for (String score : List.of("match", "similarity")) {
            Path out = folder.resolve("contrast-" + score);
            JsonObject figures = JsonParser.parseString(ok("contrast", "--model", model, "--images",
                    folder.resolve("scenes/images").toString(), "--texts", "a red fish", "a blue car", "--score",
                    score, "--out", out.toString(), "--json").out()).getAsJsonObject();
            assertThat(figures.get("score").getAsString()).isEqualTo(score);
            matrices.add(Files.readAllLines(out.resolve("matrix.csv")));
        }
        assertThat(matrices).as("both numbers of the same pairs").hasSize(2).contains(rows);

        JsonObject said = JsonParser.parseString(ok("ask", "--model", model, "--scene", "3", "--most", "4", "--least",
                "3", "--json", "--attention", "--alternatives", "2").out()).getAsJsonObject();
        JsonArray words = said.getAsJsonArray("words");
        assertThat(words.size()).isBetween(2, 4);
        assertThat(words.toString()).contains("text_decoder.cross");
        ok("ask", "--model", model, "--scene", "3", "--text", "a picture of", "--most", "4", "--beams", "3", "--json",
                "--attention");
        ok("ask", "--model", model, "--scene", "3", "--most", "4", "--top-p", "0.9", "--seed", "2");
    }
}
