package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// A part that a plan names and the model does not have.
@Tag("unit")
class PartNamesTest {
    private static final Path PLANS = Path.of("../assets/src/main/resources/org/diptych/plans");

    @TempDir
    Path folder;

    private static VisionLanguageModel model(FineTunePlan plan) throws Exception {
        return Models.named(plan.model().substring("fresh:".length())).orElseThrow()
                .create(FreshFiles.config(plan), new ModelFiles(Optional.empty()));
    }

    /// The wrong one stands among right ones, where something learns all the same. Told before a start, and by it.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "trains": {"frozen": ["text_model", "visoin_model"]}                 | trains.frozen | visoin_model | vision_model, text_model
            "trains": {"parts": ["text_projection", "vision_model.encoder.layers.7"]} | trains.parts | vision_model.encoder.layers.7 | vision_model.encoder.layers.0, vision_model.encoder.layers.1
            "trains": {"parts": ["text_model", "text_projection.weight.all"]}    | trains.parts  | text_projection.weight.all | text_projection.weight
            "lora": {"rank": 2, "parts": ["text_model", "vision"]}               | lora.parts    | vision       | vision_model
            "stages": [{"steps": 6}, {"steps": 6, "trains": {"frozen": ["vision_model", "logit"]}}] | stages.1.trains.frozen | logit | logit_scale
            """)
    void isTold(String key, String where, String part, String there) throws Exception {
        FineTunePlan plan = TinyRun.plan("\"seed\": 3", "\"seed\": 3, " + key);
        assertThatThrownBy(() -> Outline.of(model(plan), plan)).isInstanceOf(EngineException.class)
                .hasMessageContaining(where + ".").hasMessageContaining("called " + part + ".");
        try {
            TinyRun.start(plan, folder.resolve("run"));
        } catch (EngineException e) {
            for (String name : there.split(", ")) {
                assertThat(e.getMessage()).contains(name);
            }
            assertThat(folder.resolve("run").resolve(RunLogFile.NAME)).doesNotExist();
            return;
        }
        throw new AssertionError("it began");
    }

    @Test
    void whereNothingIsLeftToLearnThatIsTold() throws Exception {
        FineTunePlan plan = TinyRun.plan("\"seed\": 3", "\"seed\": 3, \"trains\": {\"parts\": [\"text_model\"], "
                + "\"frozen\": [\"text_model\"]}");
        assertThatThrownBy(() -> TinyRun.start(plan, folder.resolve("run"))).isInstanceOf(EngineException.class)
                .hasMessageContaining("Nothing would learn").hasMessageContaining("(text_model)");
    }

    static Stream<String> plans() throws IOException {
        try (Stream<Path> files = Files.list(PLANS)) {
            List<String> names = files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".json"))
                    .map(f -> f.replace(".json", "")).sorted().toList();
            assertThat(names).hasSizeGreaterThan(20);
            return names.stream();
        }
    }

    /// Of the committed plans every part is there, and of the stages that their models offer.
    @ParameterizedTest
    @MethodSource("plans")
    void committedPlansNameWhatThereIs(String name) throws Exception {
        FineTunePlan plan = TinyPlans.committed(name);
        VisionLanguageModel model = model(plan);
        Map<String, FineTunePlan.Trains> offered = Outline.of(model, plan).stages();
        for (Map.Entry<String, FineTunePlan.Trains> stage : offered.entrySet()) {
            JsonObject json = JsonParser.parseString(TinyPlans.json(name)).getAsJsonObject();
            json.add("trains", new Gson().toJsonTree(stage.getValue()));
            FineTunePlan chosen = PlanFile.parse(json.toString(), stage.getKey());
            assertThat(Outline.of(model, chosen).course()).as(stage.getKey()).isNotEmpty();
            assertThat(model.module().weights().keySet()).anyMatch(stage.getValue()::learns);
        }
    }
}
