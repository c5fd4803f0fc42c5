package org.diptych.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `diptych experiment`.
@Tag("unit")
class ExperimentCommandTest {
    @TempDir
    Path folder;

    @Test
    void listsWhatThereIsAndWhatItAsks() {
        Run list = Run.of("experiment", "--lang", "en");
        assertThat(list.code()).isZero();
        assertThat(list.out()).contains("roberta-masking").contains("clip-batch-size").contains("one side alone");
        Run one = Run.of("experiment", "roberta-masking", "--lang", "zh");
        assertThat(one.out()).contains("动态掩码").contains("diptych experiment roberta-masking --out DIR");
        JsonArray json = JsonParser.parseString(Run.of("experiment", "--json").out()).getAsJsonArray();
        assertThat(json.size()).isGreaterThanOrEqualTo(6);
        assertThat(json.get(0).getAsJsonObject().getAsJsonArray("arms")).hasSizeGreaterThan(1);
    }

    @Test
    void saysWhatItDoesNotUnderstand() {
        Run unknown = Run.of("experiment", "nonsense", "--lang", "en");
        assertThat(unknown.code()).isEqualTo(1);
        assertThat(unknown.err()).contains("There is no experiment called nonsense.");
        assertThat(Run.of("experiment", "--out", "x", "--lang", "en").code()).isEqualTo(2);
        assertThat(Run.of("experiment", "clip-batch-size", "--seeds", "21", "--lang", "en").err())
                .contains("--seeds 21");
    }

    @Test
    void carriesOneOutAndSaysWhatCameOfIt() throws Exception {
        Path file = folder.resolve("short.json");
        Files.writeString(file,
                """
                        {"id": "short", "steps": 4, "seeds": 1,
                         "arms": [{"id": "one", "plan": "roberta-static", "change": {"data": {"train": 64, "validation": 32}}},
                                  {"id": "two", "plan": "roberta-dynamic", "change": {"data": {"train": 64, "validation": 32}}}],
                         "measures": [{"value": "validation.loss.mlm", "better": "lower"}], "curves": ["loss"],
                         "claims": [{"measure": "validation.loss.mlm", "arm": "two", "against": "one"}]}
                        """);
        Path out = folder.resolve("out");
        Run run = Run.of("experiment", file.toString(), "--out", out.toString(), "--threads", "1", "--lang", "en");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("validation loss: mlm").contains("One seed is no evidence of spread")
                .contains(out.resolve("result.json").toString());
        Run again = Run.of("experiment", file.toString(), "--out", out.toString(), "--threads", "1", "--json");
        JsonObject told = JsonParser.parseString(again.out()).getAsJsonObject();
        assertThat(told.getAsJsonArray("verdicts").get(0).getAsJsonObject().get("kind").getAsString())
                .isEqualTo("ONE_SEED");
        assertThat(told.getAsJsonObject("measured").keySet()).containsExactly("one", "two");
    }
}
