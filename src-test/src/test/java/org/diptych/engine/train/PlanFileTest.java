package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Texts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class PlanFileTest {
    private static String shipped() throws IOException {
        try (InputStream in = PlanFileTest.class.getResourceAsStream("/org/diptych/plans/clip.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void whatIsWrittenReadsTheSame() throws Exception {
        FineTunePlan plan = PlanFile.parse(shipped(), "clip.json");
        String json = PlanFile.json(plan);
        assertThat(PlanFile.parse(json, "again")).isEqualTo(plan);
        assertThat(PlanFile.json(PlanFile.parse(json, "again"))).isEqualTo(json);
        assertThat(json).contains("\"hidden_size\": 128,").endsWith("}\n");
    }

    @Test
    void whatIsLeftOutTakesADefault() throws EngineException {
        FineTunePlan plan = PlanFile.parse("{\"model\": \"clip\", \"steps\": 40}", "short");
        assertThat(plan.objectives()).containsExactly(java.util.Map.entry("contrastive", 1.0));
        assertThat(plan.schedule().warmup()).isEqualTo(4);
        assertThat(plan.data().source()).isEqualTo("toybox");
        assertThat(plan.trains().learns("anything")).isTrue();
        assertThat(plan.optimizer().beta2()).isEqualTo(0.98);
    }

    /// One message that names the key, the value and what is allowed.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"steps|0|steps|1 … 10000000", "steps|2.5|steps|1 … 10000000",
            "steps|\"many\"|steps|1 … 10000000", "batch|1|batch|2 … 65536", "batch|60000|batch|data.train = 50000",
            "evaluateEvery|0|evaluateEvery|1", "data.noise|1.5|data.noise|0 … 1", "data.noise|-0.1|data.noise|0 … 1",
            "data.hardNegatives|2|data.hardNegatives|0 … 1", "data.world|\"flat\"|data.world|aligned, loose, free",
            "data.language|\"fr\"|data.language|en, zh", "data.train|1|data.train|2",
            "data.pictureSize|8|data.pictureSize|16 … 1024", "optimizer.rate|0|optimizer.rate|0",
            "optimizer.rate|1|optimizer.rate|0.999", "optimizer.rate|null|optimizer.rate|0.999",
            "optimizer.beta1|1|optimizer.beta1|0.99999",
            "optimizer.layerDecay|0|optimizer.layerDecay|0 < … ≤ 1",
            "optimizer.layerDecay|1.01|optimizer.layerDecay|0 … 1",
            "optimizer.layerDecay|-0.5|optimizer.layerDecay|0 … 1",
            "optimizer.layerDecay|\"slow\"|optimizer.layerDecay|0 … 1", "optimizer.clipNorm|-1|optimizer.clipNorm|0",
            "schedule.warmup|5000|schedule.warmup|1500", "schedule.floor|2|schedule.floor|0 … 1",
            "model|\" \"|model|clip",
            "model|7|model|…", "data|[]|data|{ … }", "trains.parts|\"vision_model\"|trains.parts|[",
            "objectives.contrastive|-1|objectives.contrastive|0 … 1000"})
    void valuesOutOfRange(String key, String value, String named, String allowed) throws IOException {
        JsonObject plan = JsonParser.parseString(shipped()).getAsJsonObject();
        plan.getAsJsonObject("data").addProperty("train", 50000); // limits of other keys
        plan.addProperty("steps", 1500);
        String[] path = key.split("\\.");
        JsonObject at = path.length == 1 ? plan : plan.getAsJsonObject(path[0]);
        at.add(path[path.length - 1], JsonParser.parseString(value));
        assertThatThrownBy(() -> PlanFile.parse(plan.toString(), "my plan")).isInstanceOf(EngineException.class)
                .hasMessageContaining("my plan").hasMessageContaining(named)
                .hasMessageContaining(value.replace("\"", "")).hasMessageContaining(allowed);
    }

    @ParameterizedTest
    @CsvSource({"stepz,'',stepz", "lr,optimizer,optimizer.lr", "layer_decay,optimizer,optimizer.layer_decay",
            "wolrd,data,data.wolrd", "part,trains,trains.part",
            "warmUp,schedule,schedule.warmUp"})
    void unknownKeys(String key, String section, String named) throws IOException {
        JsonObject plan = JsonParser.parseString(shipped()).getAsJsonObject();
        (section.isEmpty() ? plan : plan.getAsJsonObject(section)).addProperty(key, 1);
        assertThatThrownBy(() -> PlanFile.parse(plan.toString(), "p")).isInstanceOf(EngineException.class)
                .hasMessageContaining(named + ".");
    }

    @Test
    void unknownObjective() {
        assertThatThrownBy(() -> PlanFile.parse("{\"model\":\"clip\",\"objectives\":{\"magic\":1}}", "p"))
                .isInstanceOf(EngineException.class).hasMessageContaining("magic").hasMessageContaining("contrastive");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"{\"steps\": }", "[]", "''", "7", "{\"steps\": 5"})
    void notAPlanAtAll(String text) {
        assertThatThrownBy(() -> PlanFile.parse(text, "p")).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.what(Texts.CHINESE)).contains("p"));
    }

    @Test
    void aFileThatIsNotThere(@TempDir Path folder) {
        assertThatThrownBy(() -> PlanFile.read(folder.resolve("none.json"))).isInstanceOf(EngineException.class)
                .hasMessageContaining("none.json");
    }

    @Test
    void aPlanFromTheWindowIsHeldToTheSameRules(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("plan.json");
        FineTunePlan good = PlanFile.parse(shipped(), "clip.json");
        PlanFile.write(file, good);
        assertThat(PlanFile.read(file)).isEqualTo(good);
        FineTunePlan bad = new FineTunePlan(good.name(), good.model(), good.config(), good.startFrom(), good.data(),
                good.objectives(),
                good.lessons(), good.trains(), good.lora(), good.optimizer(), good.schedule(), good.stages(),
                good.steps(), 1, good.seed(),
                good.evaluateEvery(),
                good.checkpointEvery());
        assertThatThrownBy(() -> PlanFile.check(bad)).hasMessageContaining("batch");
        assertThat(Files.list(folder)).containsExactly(file);
    }
}
