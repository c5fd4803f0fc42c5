package org.diptych.app.finetune;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.diptych.app.finetune.TeachModel.Trains;
import org.diptych.engine.Engine;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.train.PlanFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What the form makes of a model's parts and of its own sliders.
@Tag("unit")
class StartTest {
    private static final List<String> LAYERS = List.of("logit_scale", "text_model", "text_model.encoder.layers.0",
            "text_model.encoder.layers.1", "vision_model", "vision_model.encoder.layers.0",
            "vision_model.encoder.layers.1", "vision_model.encoder.layers.2", "text_projection", "visual_projection");
    private static final List<String> OUTSIDE = List.of("logit_scale", "text_projection", "visual_projection");

    private static Start start(List<String> layers) {
        return new Start(Engine.cards().getFirst(), Optional.empty(), layers, Optional.empty());
    }

    private static List<String> parts(Trains trains) {
        return start(LAYERS).parts(trains).orElseThrow();
    }

    @Test
    void partsComeFromTheModelsOwnLayers() {
        assertThat(parts(Trains.ALL)).isEmpty();
        assertThat(parts(Trains.PROJECTION)).containsExactlyElementsOf(OUTSIDE);
        assertThat(parts(Trains.VISION)).containsAll(OUTSIDE).contains("vision_model").doesNotContain("text_model");
        assertThat(parts(Trains.TEXT)).containsAll(OUTSIDE).contains("text_model").doesNotContain("vision_model");
        assertThat(parts(Trains.LAST)).containsAll(OUTSIDE)
                .contains("text_model.encoder.layers.1", "vision_model.encoder.layers.2").hasSize(5);
    }

    @Test
    void aModelWithoutSuchPartsOffersThemNot() {
        assertThat(start(List.of()).parts(Trains.ALL)).contains(List.of());
        assertThat(start(List.of()).parts(Trains.LAST)).isEmpty();
        assertThat(start(List.of()).parts(Trains.PROJECTION)).isEmpty();
        assertThat(start(List.of("text_model", "text_model.layers.0")).parts(Trains.VISION)).isEmpty();
    }

    @Test
    void theSlidersMakeASoundPlan() throws Exception {
        TeachModel model = new TeachModel();
        model.rate.set(3e-4);
        model.batch.set(16);
        model.steps.set(50);
        model.warmup.set(0.2);
        model.seed.set(9);
        model.language.set("zh");
        model.trains.set(Trains.PROJECTION);
        FineTunePlan base = PlanFile.parse("{\"name\": \"base\", \"model\": \"fresh:clip\", \"config\": {\"a\": 1}}",
                "base");
        FineTunePlan plan = model.plan(base, start(LAYERS), "mine");
        PlanFile.check(plan);
        assertThat(plan.name()).isEqualTo("mine");
        assertThat(plan.model()).isEqualTo("fresh:" + Engine.cards().getFirst().id());
        assertThat(plan.optimizer().rate()).isEqualTo(3e-4);
        assertThat(plan.batch()).isEqualTo(16);
        assertThat(plan.steps()).isEqualTo(50);
        assertThat(plan.schedule().warmup()).isEqualTo(10);
        assertThat(plan.seed()).isEqualTo(9);
        assertThat(plan.data().language()).isEqualTo("zh");
        assertThat(plan.trains().parts()).isEqualTo(OUTSIDE);
        assertThat(plan.config()).isEqualTo(base.config());
    }

    /// The form's steps are shared out as the plan's are, and its rate moves theirs.
    @Test
    void stagesKeepTheirProportions() throws Exception {
        TeachModel model = new TeachModel();
        FineTunePlan base = PlanFile.parse("""
                {"name": "base", "model": "fresh:llava", "config": {"image_token_index": 303},
                 "optimizer": {"rate": 0.001}, "schedule": {"warmup": 1}, "objectives": {"instruct": 1},
                 "stages": [{"name": "a", "steps": 20, "objectives": {"captioning": 1}},
                            {"name": "b", "steps": 60, "rate": 0.004}, {"name": "c", "steps": 20}]}
                """, "base");
        model.stage.set(TeachModel.COURSE);
        model.steps.set(50);
        model.rate.set(0.0005);
        model.warmup.set(0.2);
        FineTunePlan plan = model.plan(base, start(LAYERS), "mine");
        PlanFile.check(plan);
        assertThat(plan.stages()).extracting(FineTunePlan.Stage::steps).containsExactly(10, 30, 10);
        assertThat(plan.stages()).extracting(FineTunePlan.Stage::rate).containsExactly(0.0005, 0.002, 0.0005);
        assertThat(plan.stages().getFirst().objectives()).containsOnlyKeys("captioning");
        assertThat(plan.schedule().warmup()).isEqualTo(2);
        model.steps.set(10);
        PlanFile.check(model.plan(base, start(LAYERS), "short"));
        model.stage.set("");
        model.lora.set(8);
        FineTunePlan whole = model.plan(base, start(LAYERS), "whole");
        PlanFile.check(whole);
        assertThat(whole.stages()).isEmpty();
        assertThat(whole.lora()).isEqualTo(FineTunePlan.Lora.of(8));
    }

    @Test
    void countsAreBrief() {
        assertThat(CountPane.brief(0)).isEqualTo("0");
        assertThat(CountPane.brief(999)).isEqualTo("999");
        assertThat(CountPane.brief(16_512)).isEqualTo("16.5 k");
        assertThat(CountPane.brief(999_999)).isEqualTo("1.00 M");
        assertThat(CountPane.brief(188_000_000)).isEqualTo("188 M");
        assertThat(CountPane.brief(3_740_000_000L)).isEqualTo("3.74 G");
    }
}
