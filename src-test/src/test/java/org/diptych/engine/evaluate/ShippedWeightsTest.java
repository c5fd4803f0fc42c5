package org.diptych.engine.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.diptych.engine.Shipped;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EvaluateRequest;
import org.diptych.engine.api.EvaluateResult;
import org.diptych.engine.api.Message;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.models.Models;
import org.diptych.engine.train.PlanFile;
import org.diptych.engine.work.Priority;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The small models that ship are what their plans say, and reach the marks of their world.
@Tag("invariant")
class ShippedWeightsTest {
    private static final long LARGEST = 6_000_000;
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"clip", "albef", "roberta", "lxmert", "vilbert", "vilt", "llava", "blip", "blip2",
            "beit3", "uniter", "vlmo"})
    void theFolderIsWholeAndSmall(String family) throws Exception {
        Shipped.unpack(family, folder);
        assertThat(Files.size(folder.resolve("model.safetensors"))).isLessThan(LARGEST);
        JsonObject about = JsonParser.parseString(Files.readString(folder.resolve("diptych.json"))).getAsJsonObject();
        try (InputStream in = getClass().getResourceAsStream("/org/diptych/plans/" + family + ".json")) {
            String plan = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(PlanFile.parse(about.get("plan").toString(), "diptych.json"))
                    .isEqualTo(PlanFile.parse(plan, family + ".json"));
        }
        assertThat(about.get("family").getAsString()).isEqualTo(family);
        assertThat(about.keySet()).contains("seed", "steps", "metrics", "date");
    }

    /// A mark that is missed is named, so that it is noticed when it is reached one day.
    @ParameterizedTest
    @CsvSource({"clip, 100, 5, ''", "albef, 24, 8, toybox.pointing", "roberta, 256, 0, ''",
            "lxmert, 24, 5, toybox.answers", "uniter, 24, 5, toybox.answers", "vilbert, 24, 5, toybox.answers",
            "vilt, 128, 5, toybox.answers toybox.pointing", "llava, 24, 2, toybox.replies toybox.pointing",
            "blip, 64, 7, toybox.pointing", "blip2, 48, 6, toybox.pointing",
            "beit3, 48, 9, toybox.kind_swap toybox.masked.kind toybox.answers toybox.caption toybox.pointing",
            "vlmo, 64, 9, toybox.kind_swap toybox.colour_swap toybox.match toybox.answers"})
    void itReachesTheMarks(String family, int scenes, int set, String missed) throws Exception {
        Shipped.unpack(family, folder);
        NDManager weights = TestLane.lane().scopes().weights();
        Loader.Loaded loaded = TestLane.run(context -> new Loader(Models.all()).load(folder, weights));
        assertThat(loaded.report().parameters()).isLessThanOrEqualTo(3_000_000);
        Marks marks = new Marks(loaded::model, new EvaluateRequest(family, "toybox:test", "aligned", 0, scenes));
        EvaluateResult result = TestLane.lane().submitSteps(Message.of("test.marks"), Priority.BULK, marks).result()
                .toCompletableFuture().join();
        assertThat(result.marks().stream().filter(m -> !m.met()).map(EvaluateResult.Mark::name))
                .containsExactlyElementsOf(missed.isEmpty() ? List.of() : List.of(missed.split(" ")));
        assertThat(result.marks().stream().filter(m -> !Double.isNaN(m.wanted()) && !m.most()
                && !m.name().endsWith(".reader"))).hasSize(set);
        TestLane.run(context -> {
            weights.close();
            return true;
        });
    }
}
