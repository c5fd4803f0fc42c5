package org.diptych.app.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.train.PlanFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Plans side by side.
@Tag("unit")
class PlanSettingsTest {
    private static FineTunePlan plan(String json) throws EngineException {
        return PlanFile.parse(json, "test");
    }

    @Test
    void onlyWhatDiffersIsNamedWithTheValueOfEachPlan() throws EngineException {
        FineTunePlan one = plan(
                """
                        {"name": "a", "model": "clip", "steps": 100, "schedule": {"warmup": 5}, "optimizer": {"rate": 0.001}}""");
        FineTunePlan two = plan("""
                {"name": "a", "model": "clip", "steps": 100, "schedule": {"warmup": 5}, "optimizer": {"rate": 0.0001},
                 "trains": {"parts": ["text_model", "text_projection"]}, "config": {"text_config": {"layers": 3}}}""");
        assertThat(PlanSettings.differences(List.of(one, two))).isEqualTo(Map.of("optimizer.rate",
                List.of("0.001", "1.0E-4"), "trains.parts", List.of("", "text_model, text_projection"),
                "config.text_config.layers", List.of("–", "3")));
    }

    @Test
    void thePlanLiesFlatInTheOrderOfItsFile() throws EngineException {
        Map<String, String> settings = PlanSettings.of(plan("{\"name\": \"a\", \"model\": \"fresh:clip\"}"));
        assertThat(settings).containsEntry("model", "fresh:clip").containsEntry("data.source", "toybox")
                .containsEntry("optimizer.clipNorm", "1").containsEntry("objectives.contrastive", "1");
        assertThat(List.copyOf(settings.keySet())).startsWith("name", "model", "data.source");
    }

    @Test
    void equalPlansDifferInNothing() throws EngineException {
        FineTunePlan plan = plan("{\"name\": \"a\", \"model\": \"clip\"}");
        assertThat(PlanSettings.differences(List.of(plan, plan))).isEmpty();
    }
}
