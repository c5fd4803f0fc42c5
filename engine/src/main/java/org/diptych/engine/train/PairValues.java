package org.diptych.engine.train;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.StepPairs.Measure;
import org.diptych.engine.api.Task;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.Vectors;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.Objective;

/// Gives each pair of a batch a value of its own, part by part so that a person can stop it. Lane thread only.
final class PairValues {
    private static final double LEAST = 1e-30;

    private final VisionLanguageModel model;
    private final Optional<Objective> objective;
    private final Measure measure;
    private final Prepared prepared;
    private final List<Prepared> parts;
    private final List<OptionalDouble> values = new ArrayList<>();
    private int next;

    /// The first objective that has a value for single pairs decides; where none has, the model's own judgement of a pair.
    ///
    /// @param accumulate micro-batches a step: pairs of one are not compared with those of another
    PairValues(VisionLanguageModel model, List<Objective> objectives, Prepared prepared, int accumulate) {
        this.model = model;
        this.prepared = prepared;
        objective = objectives.stream().filter(o -> measure(model, o) != Measure.NONE).findFirst();
        boolean judges = model.capabilities().contains(Capability.SCORES_PAIRS)
                && model instanceof ScoresPairs pairs && pairs.probability();
        measure = objective.map(o -> measure(model, o)).orElse(judges ? Measure.MATCH : Measure.NONE);
        parts = switch (measure) {
            case CONTRAST -> prepared.parts(accumulate);
            case LOSS, MATCH -> prepared.parts(prepared.samples().size());
            case NONE -> List.of();
        };
    }

    private static Measure measure(VisionLanguageModel model, Objective objective) {
        if (objective.name().equals(Task.CONTRAST.plan()) && Vectors.of(model)) {
            return Measure.CONTRAST;
        }
        return objective.compares(model) ? Measure.NONE : Measure.LOSS;
    }

    Measure measure() {
        return measure;
    }

    /// @return its name in plans; empty where the values are no objective's
    String objective() {
        return objective.map(Objective::name).orElse("");
    }

    int done() {
        return next;
    }

    int all() {
        return parts.size();
    }

    /// Does one part.
    void piece(NDManager scope) {
        Prepared part = parts.get(next++);
        switch (measure) {
            case CONTRAST -> contrast(part.samples(), scope);
            case LOSS -> values.add(loss(objective.orElseThrow(), part, scope));
            case MATCH -> values.add(OptionalDouble.of(match(part.samples(), scope)));
            case NONE -> throw new IllegalStateException("there is nothing to do");
        }
    }

    private void contrast(List<Encoded> samples, NDManager scope) {
        Inputs inputs = model.batch(samples, scope);
        float[] all = Validation.similarities(model, inputs);
        for (double value : MatrixMath.losses(all, samples.size())) {
            values.add(OptionalDouble.of(value));
        }
    }

    private OptionalDouble loss(Objective of, Prepared part, NDManager scope) {
        if (prepared.share(of, part) == 0) { // none of its words is hidden
            return OptionalDouble.empty();
        }
        Inputs inputs = of.inputs(model, part.courses().get(of), model.batch(part.samples(), scope), scope);
        return OptionalDouble.of(of.loss(model, Pass.INFER, inputs).total().toFloatArray()[0]);
    }

    private double match(List<Encoded> one, NDManager scope) {
        float p = ((ScoresPairs) model).scorePairs(Pass.INFER, model.batch(one, scope), model.batch(one, scope))
                .toFloatArray()[0];
        return -Math.log(Math.max(LEAST, p));
    }

    /// @return one for each pair, after the last part; empty where there is nothing to measure
    List<OptionalDouble> values() {
        return measure == Measure.NONE
                ? prepared.pairs().stream().map(_ -> OptionalDouble.empty()).toList()
                : List.copyOf(values);
    }
}
