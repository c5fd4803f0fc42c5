package org.diptych.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog.Event;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.image.Pictures;
import org.diptych.engine.train.PlanFile;
import org.diptych.engine.train.RunLogFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A person's own pictures, of which some are damaged and some go while a model learns from them.
@Tag("invariant")
class DamagedPicturesTest {
    private static final int PICTURES = 24;

    @TempDir
    Path folder;

    private Path set() throws Exception {
        Path set = Files.createDirectory(folder.resolve("set"));
        FineTunePlan toybox = PlanFile.parse("{\"model\": \"fresh:clip\", \"data\": {\"pictureSize\": 32}}", "toybox");
        Dataset examples = new ToyboxDataset(toybox.data(), Split.TRAIN);
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < PICTURES; i++) {
            Example example = examples.example(i);
            Pictures.writePng(set.resolve(i + ".png"), example.picture());
            lines.append("{\"image\": \"").append(i).append(".png\", \"caption\": \"").append(example.caption())
                    .append("\"}\n");
        }
        Files.writeString(set.resolve("captions.jsonl"), lines);
        return set;
    }

    private Path plan(Path set, int steps) throws Exception {
        return Files.writeString(folder.resolve("plan" + steps + ".json"), """
                {"name": "own", "model": "fresh:clip", "steps": %d, "batch": 8, "seed": 3, "evaluateEvery": 4,
                 "checkpointEvery": 4, "schedule": {"warmup": 1}, "data": {"source": "%s"},
                 "config": {"projection_dim": 16, "logit_scale_init_value": 2.6592,
                   "text_config": {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1,
                     "num_attention_heads": 2, "max_position_embeddings": 48, "hidden_act": "gelu",
                     "layer_norm_eps": 1e-5},
                   "vision_config": {"image_size": 32, "patch_size": 8, "hidden_size": 16, "intermediate_size": 32,
                     "num_hidden_layers": 1, "num_attention_heads": 2, "hidden_act": "gelu",
                     "layer_norm_eps": 1e-5}}}
                """.formatted(steps, set.toString().replace("\\", "\\\\")));
    }

    private static Run train(String... args) {
        Run run = Run.of(Stream.concat(Stream.of("train"), Stream.concat(Stream.of(args),
                Stream.of("--device", "cpu", "--threads", "1"))).toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    private static List<String> skipped(Path run) throws Exception {
        return RunLogFile.read(run).events().stream().filter(e -> e.event() == Event.Kind.SKIPPED)
                .map(e -> e.index() + " " + e.text()).toList();
    }

    @Test
    void theRunGoesOnWithOthersAndEachKeepsItsNumber() throws Exception {
        Path set = set();
        byte[] bytes = Files.readAllBytes(set.resolve("3.png"));
        Files.write(set.resolve("3.png"), Arrays.copyOf(bytes, bytes.length / 3));
        Path first = folder.resolve("first");
        Run run = train("--plan", plan(set, 4).toString(), "--out", first.toString(), "--lang", "en");
        assertThat(run.err()).contains("One picture could not be read (the first: 3.png)");
        assertThat(skipped(first)).containsExactly("3 3.png");
        Files.delete(set.resolve("0.png"));
        Files.delete(set.resolve("12.png"));
        Path more = folder.resolve("more");
        Run on = train("--plan", plan(set, 9).toString(), "--branch", first.toString(), "--out", more.toString(),
                "--lang", "zh");
        assertThat(on.err()).contains("有 3 张图片读不出来");
        assertThat(skipped(more)).containsExactlyInAnyOrder("0 0.png", "3 3.png", "10 12.png"); // two of the twelve before are kept for validation
    }
}
