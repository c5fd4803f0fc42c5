package org.diptych.app.finetune;

import java.util.List;
import org.diptych.engine.api.FineTunePlan;

/// A number of a plan that the form offers as the plan has it, with the bounds that a plan's file is held to.
///
/// @param path  as in [PlanValue]
/// @param whole true for a count
record PlanNumber(String path, double least, double most, boolean whole) {
    private static final double LONGEST = 10_000_000;

    static final PlanNumber TRAIN = new PlanNumber("data/train", 2, 100_000_000, true);
    static final PlanNumber VALIDATION = new PlanNumber("data/validation", 8, 10_000, true);
    static final PlanNumber SIDE = new PlanNumber("data/pictureSize", 16, 1024, true);
    static final List<PlanNumber> LESSONS = List.of(new PlanNumber("lessons/share", 0.01, 0.99, false),
            new PlanNumber("lessons/patches", 0.01, 0.99, false), new PlanNumber("lessons/pair", 0.01, 0.99, false),
            new PlanNumber("lessons/alpha", 0, 1, false), new PlanNumber("lessons/alphaRamp", 0, LONGEST, true));
    static final List<PlanNumber> OPTIMIZER = List.of(new PlanNumber("optimizer/weightDecay", 0, 1, false),
            new PlanNumber("optimizer/beta1", 0, 0.99999, false),
            new PlanNumber("optimizer/beta2", 0, 0.999999, false),
            new PlanNumber("optimizer/epsilon", 1e-16, 1e-2, false),
            new PlanNumber("optimizer/clipNorm", 0, 1e9, false));
    static final PlanNumber FLOOR = new PlanNumber("schedule/floor", 0, 1, false);
    static final PlanNumber GAIN = new PlanNumber("earlyStop/minDelta", 0, 1e9, false);
    static final List<PlanNumber> MOMENTS = List.of(new PlanNumber("moments/every", 0, LONGEST, true),
            new PlanNumber("moments/megabytes", 0.001, 1e6, false), new PlanNumber("moments/share", 0, 1, false));
    /// Numbers that the form has a value of its own for, since a slider moves them or they follow others.
    static final PlanNumber EVALUATE = new PlanNumber("evaluateEvery", 1, LONGEST, true);
    static final PlanNumber CHECKPOINT = new PlanNumber("checkpointEvery", 1, LONGEST, true);
    static final PlanNumber RATE = new PlanNumber("optimizer/rate", 1e-12, 0.999, false);
    static final PlanNumber STEPS = new PlanNumber("steps", 1, LONGEST, true);
    static final PlanNumber BATCH = new PlanNumber("batch", 2, 65_536, true);
    static final PlanNumber SEED = new PlanNumber("seed", -1e15, 1e15, true);
    static final PlanNumber NOISE = new PlanNumber("data/noise", 0, 1, false);
    static final PlanNumber HARD = new PlanNumber("data/hardNegatives", 0, 1, false);
    static final PlanNumber WARMUP = new PlanNumber("schedule/warmup", 0, LONGEST, true);
    static final PlanNumber PARTS = new PlanNumber("accumulate", 1, 65_536, true);
    static final PlanNumber LAYERS = new PlanNumber("optimizer/layerDecay", 1e-6, 1, false);
    static final PlanNumber ALPHA = new PlanNumber("lora/alpha", 1e-6, 1e6, false);
    static final PlanNumber PATIENCE = new PlanNumber("earlyStop/patience", 0, 100_000, true);

    double of(FineTunePlan plan) {
        return ((Number) new PlanValue(path).of(plan)).doubleValue();
    }

    FineTunePlan with(FineTunePlan plan, double value) {
        return new PlanValue(path).with(plan, value);
    }
}
