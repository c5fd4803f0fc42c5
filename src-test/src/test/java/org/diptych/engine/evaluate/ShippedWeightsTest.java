package org.diptych.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EvaluateRequest;
import org.diptych.engine.api.EvaluateResult;
import org.diptych.engine.api.Message;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.models.Models;
import org.diptych.engine.train.PlanFile;
import org.diptych.engine.work.Priority;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The small CLIP that ships is what its plan says, and reaches the marks of its world.
@Tag("invariant")
class ShippedWeightsTest {
    private static final String FOLDER = "/org/diptych/weights/clip/";
    private static final long LARGEST = 6_000_000;

    private static final List<String> FILES = List.of("config.json", "tokenizer.json", "preprocessor_config.json",
            "diptych.json", "model.safetensors");
    @TempDir
    Path folder;

    /// The weights may lie in a jar, and a checkpoint is mapped from a file.
    @BeforeEach
    void unpack() throws IOException {
        for (String name : FILES) {
            try (InputStream in = getClass().getResourceAsStream(FOLDER + name)) {
                assertThat(in).as(name).isNotNull();
                Files.copy(in, folder.resolve(name));
            }
        }
    }

    @Test
    void theFolderIsWholeAndSmall() throws Exception {
        assertThat(Files.size(folder.resolve("model.safetensors"))).isLessThan(LARGEST);
        JsonObject about = JsonParser.parseString(Files.readString(folder.resolve("diptych.json"))).getAsJsonObject();
        try (InputStream in = getClass().getResourceAsStream("/org/diptych/plans/clip.json")) {
            String plan = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(PlanFile.parse(about.get("plan").toString(), "diptych.json"))
                    .isEqualTo(PlanFile.parse(plan, "clip.json"));
        }
        assertThat(about.keySet()).contains("seed", "steps", "metrics", "date");
    }

    @Test
    void itReachesTheMarks() throws Exception {
        NDManager weights = TestLane.lane().scopes().weights();
        Loader.Loaded loaded = TestLane.run(context -> new Loader(Models.all()).load(folder, weights));
        assertThat(loaded.report().parameters()).isLessThanOrEqualTo(1_500_000);
        Marks marks = new Marks(loaded::model, new EvaluateRequest("clip", "toybox:test", "aligned", 0, 100));
        EvaluateResult result = TestLane.lane().submitSteps(Message.of("test.marks"), Priority.BULK, marks).result()
                .toCompletableFuture().join();
        assertThat(result.marks()).allMatch(EvaluateResult.Mark::met);
        assertThat(result.marks().stream().filter(m -> !Double.isNaN(m.wanted()))).hasSize(5);
        TestLane.run(context -> {
            weights.close();
            return true;
        });
    }
}
