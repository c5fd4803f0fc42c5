package org.diptych.app.finetune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.ModelCard;
import org.diptych.engine.train.PlanFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A plan that fills the form comes out of it as the same plan, and the form's bounds are those of a plan's file.
@Tag("unit")
class PlanFormTest {
    private static final Path PLANS = Path.of("").toAbsolutePath()
            .resolveSibling("assets/src/main/resources/org/diptych/plans");

    static List<Path> plans() throws IOException {
        try (Stream<Path> all = Files.list(PLANS)) {
            return all.sorted().toList();
        }
    }

    static List<PlanNumber> numbers() {
        return Stream.of(PlanNumber.LESSONS, PlanNumber.OPTIMIZER, PlanNumber.MOMENTS,
                List.of(PlanNumber.TRAIN, PlanNumber.VALIDATION, PlanNumber.SIDE, PlanNumber.FLOOR, PlanNumber.GAIN,
                        PlanNumber.EVALUATE, PlanNumber.CHECKPOINT, PlanNumber.RATE, PlanNumber.BATCH,
                        PlanNumber.SEED, PlanNumber.NOISE, PlanNumber.HARD, PlanNumber.PATIENCE, PlanNumber.LAYERS,
                        PlanNumber.ALPHA, PlanNumber.STEPS))
                .flatMap(List::stream).toList();
    }

    private static Start start(FineTunePlan plan) {
        ModelCard card = Engine.cards().stream().filter(c -> plan.model().endsWith(c.id())).findFirst().orElseThrow();
        return new Start(card, Optional.empty(), List.of(), Optional.empty());
    }

    private static FineTunePlan through(FineTunePlan plan) {
        TeachModel model = new TeachModel();
        model.rate.set(0.5);
        model.trains.set(TeachModel.Trains.LAST);
        model.pins.set(List.of());
        model.fill(plan, start(plan));
        return model.plan(model.base.get().orElseThrow(), start(plan), "the form's own name");
    }

    @ParameterizedTest
    @MethodSource("plans")
    void aCommittedPlanComesBackAsItWas(Path file) throws Exception {
        FineTunePlan plan = PlanFile.read(file);
        assertThat(through(plan)).isEqualTo(plan);
    }

    /// Every setting is unlike the usual one, and unlike what a slider can be moved to.
    @Test
    void aPlanOfUnusualSettingsComesBackAsItWas() throws Exception {
        FineTunePlan plan = PlanFile.parse("""
                {"name": "mine", "model": "fresh:clip", "config": {"projection_dim": 32},
                 "startFrom": {"clip": {"a": "b"}},
                 "data": {"source": "/some//where", "world": "free", "language": "zh", "captions": "full",
                          "noise": 0.123, "hardNegatives": 0.456, "train": 777, "validation": 33, "pictureSize": 48},
                 "objectives": {"contrastive": 0.25, "mlm-text": 3},
                 "lessons": {"masking": "static", "rule": "whole", "share": 0.3, "joint": true, "alpha": 0.7,
                             "alphaRamp": 11, "patches": 0.25, "pair": 0.35, "codes": "/some, where/codes.jsonl",
                             "tasks": "one"},
                 "trains": {"parts": ["text_model"], "frozen": ["text_model.embeddings"]},
                 "lora": {"rank": 3, "alpha": 5, "parts": ["text_model"], "projections": ["k_proj"]},
                 "optimizer": {"rate": 0.123, "beta1": 0.8, "beta2": 0.9, "epsilon": 1e-9, "weightDecay": 0.2,
                               "clipNorm": 7, "layerDecay": 0.33},
                 "schedule": {"warmup": 700, "floor": 0.4}, "steps": 777, "batch": 6, "seed": 123456789012,
                 "evaluateEvery": 13, "checkpointEvery": 17, "accumulate": 3,
                 "earlyStop": {"metric": "validation.accuracy.itm", "patience": 99, "minDelta": 0.5},
                 "moments": {"every": 9, "megabytes": 1.5, "share": 0.5, "pairs": [4, 2]}, "checkpointing": true,
                 "precision": "bf16"}
                """, "mine");
        assertThat(through(plan)).isEqualTo(plan);
    }

    /// A value of the form that is changed afterwards is the only thing that differs.
    @Test
    void whatIsChangedInTheFormIsChangedInThePlan() throws Exception {
        FineTunePlan plan = PlanFile.read(PLANS.resolve("blip.json"));
        TeachModel model = new TeachModel();
        model.fill(plan, start(plan));
        model.set(new PlanValue("optimizer/weightDecay"), 0.3);
        model.seed.set(5);
        FineTunePlan now = model.plan(model.base.get().orElseThrow(), start(plan), "");
        FineTunePlan.Optimizer o = plan.optimizer();
        assertThat(now.optimizer()).isEqualTo(
                new FineTunePlan.Optimizer(o.rate(), o.beta1(), o.beta2(), o.epsilon(), 0.3, o.clipNorm(), 1));
        assertThat(new PlanValue("optimizer").with(now.withSeed(plan.seed()), o)).isEqualTo(plan);
    }

    /// What is drawn anew for another model begins with that model's usual plan.
    @Test
    void anotherModelForgetsTheGivenPlan() throws Exception {
        FineTunePlan plan = PlanFile.read(PLANS.resolve("blip.json"));
        TeachModel model = new TeachModel();
        model.fill(plan, start(plan));
        FineTunePlan clip = PlanFile.read(PLANS.resolve("clip.json"));
        model.begin(clip, start(clip));
        FineTunePlan now = model.plan(model.base.get().orElseThrow(), start(clip), "new");
        assertThat(now.name()).isEqualTo("new");
        assertThat(now.model()).isEqualTo("fresh:clip");
        assertThat(now.config()).isEqualTo(clip.config());
        assertThat(now.evaluateEvery()).isEqualTo(now.steps() / 20);
    }

    @ParameterizedTest
    @MethodSource("numbers")
    void theBoundsAreThoseOfAPlansFile(PlanNumber number) throws Exception {
        // so long and so much that no bound depends on another setting
        FineTunePlan wide = PlanFile.parse("{\"model\": \"fresh:clip\", \"steps\": 10, \"batch\": 2, "
                + "\"lora\": {\"rank\": 4}, \"schedule\": {\"warmup\": 0}, \"data\": {\"train\": 100000}}", "wide");
        for (double good : new double[]{number.least(), number.most()}) {
            FineTunePlan plan = number.with(wide, good);
            PlanFile.check(plan);
            assertThat(number.of(plan)).isEqualTo(good);
        }
        double more = number.whole() ? 1 : Math.max(number.most() * 1e-3, 1e-9);
        if (!number.path().equals("optimizer/layerDecay")) { // any factor above 0 is one
            assertThatThrownBy(() -> PlanFile.check(number.with(wide, number.least() - (number.whole() ? 1 : 1e-15))))
                    .as(number.path() + " below").isInstanceOf(EngineException.class);
        }
        assertThatThrownBy(() -> PlanFile.check(number.with(wide, number.most() + more))).as(number.path() + " above")
                .isInstanceOf(EngineException.class);
    }
}
