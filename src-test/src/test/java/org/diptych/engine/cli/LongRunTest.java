package org.diptych.engine.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// `diptych bench --long`: what is told of a run, be it as short as can be.
@Tag("unit")
class LongRunTest {
    @Test
    void aShortRunIsMeasuredToo() {
        Run run = Run.of("bench", "--long", "--models", "roberta", "--steps", "100", "--threads", "1", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        Map<String, Double> told = new TreeMap<>();
        for (JsonElement row : JsonParser.parseString(run.out()).getAsJsonObject().getAsJsonArray("rows")) {
            JsonObject one = row.getAsJsonObject();
            told.put(one.get("name").getAsString().replaceFirst("^roberta, 100 training steps: ", ""),
                    one.get("median").getAsDouble());
        }
        assertThat(told).containsOnlyKeys("live arrays, early", "live arrays, late", "resident, early",
                "resident, late", "waiting for examples, of a step", "beside the steps, of the run");
        assertThat(told.get("live arrays, late")).as("what a step makes goes with it").isPositive()
                .isLessThanOrEqualTo(1.2 * told.get("live arrays, early"));
        assertThat(told.get("beside the steps, of the run")).isBetween(0.0, 100.0);
    }
}
