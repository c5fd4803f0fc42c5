package org.diptych.engine.train;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Terms;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.model.VisionLanguageModel;

/// Has a run learn by other terms from its next step on. Lane thread only, unless it says otherwise.
final class Changing {
    private final FineTunePlan plan;
    private final VisionLanguageModel model;
    private final Dataset data;
    private final Changes changes;
    private final Trainer trainer;
    private final Correcting.Run run;
    /// A peak rate that no step has had yet.
    private final AtomicReference<Optional<Double>> wished = new AtomicReference<>(Optional.empty());

    Changing(TrainingSession.Start start, Changes changes, Trainer trainer, Correcting.Run run) {
        this.plan = start.plan();
        this.model = start.model();
        this.data = start.train();
        this.changes = changes;
        this.trainer = trainer;
        this.run = run;
    }

    /// A slider asks for many rates while a step is under way; only the last of them is taken. From any thread.
    void wishFor(double rate) {
        wished.set(Optional.of(rate));
    }

    /// Has the next step, and those behind it, take the peak rate that was asked for last.
    ///
    /// @param rate as it stands
    void wish(double rate) throws EngineException {
        Optional<Double> next = wished.getAndSet(Optional.empty());
        int from = run.step() + 1;
        if (next.isPresent() && next.get() != changes.rate(from).orElse(rate) && from <= plan.steps()) {
            changes.rate(next.get(), from);
            event(RunLog.Event.Kind.RATE, from, number(next.get()));
        }
    }

    /// From any thread.
    ///
    /// @param rate as it stands
    /// @return what the next step learns by
    Terms terms(double rate) {
        int next = Math.min(run.step() + 1, plan.steps());
        int stage = plan.stageAt(next);
        double planned = stage == plan.stageAt(Math.max(1, run.step())) ? rate : plan.course().get(stage).rate();
        return new Terms(wished.get().orElse(changes.rate(next).orElse(planned)), changes.batch(next),
                changes.objectives(next));
    }

    /// @param rate as it stands
    /// @return the first step that learns so
    int take(Terms next, double rate) throws EngineException {
        int from = run.step() + 1;
        check(next, from);
        boolean batch = changes.batch(from) != next.batch();
        boolean objectives = !changes.objectives(from).equals(next.objectives());
        if (objectives) {
            trainer.know(new TreeMap<>(next.objectives()));
            Heads.name(model, data, plan.withObjectives(next.objectives()));
            changes.objectives(next.objectives(), from);
        }
        if (batch) {
            changes.batch(next.batch(), from);
        }
        if (next.rate() != terms(rate).rate()) {
            wishFor(next.rate());
        }
        if (objectives || batch) {
            run.changed();
        }
        if (batch) {
            event(RunLog.Event.Kind.BATCH, from, Integer.toString(next.batch()));
        }
        if (objectives) {
            event(RunLog.Event.Kind.OBJECTIVES, from, new TreeMap<>(next.objectives()).entrySet().stream()
                    .map(e -> e.getKey() + " " + number(e.getValue())).collect(Collectors.joining(", ")));
        }
        return from;
    }

    private void event(RunLog.Event.Kind kind, int from, String text) throws EngineException {
        run.events().append(new RunLog.Event(kind, from, run.seconds(), RunLog.Event.NONE, text));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : String.valueOf((float) value);
    }

    private void check(Terms next, int from) throws EngineException {
        if (!run.underWay() || from > plan.steps()) {
            throw new EngineException("train.change.ended", run.events().header().id());
        }
        if (next.objectives().values().stream().noneMatch(w -> w > 0)) {
            throw new EngineException("train.change.none");
        }
        if (data.size() < next.batch()) {
            throw new EngineException("train.batch", data.name(), data.size(), next.batch());
        }
        FineTunePlan wanted = plan.withObjectives(next.objectives()).withBatch(next.batch()).withRate(next.rate());
        PlanFile.check(wanted);
        Heads.check(model, data, wanted);
        measured(next.objectives());
    }

    /// A run that is to end by a value must go on to have it.
    private void measured(Map<String, Double> objectives) throws EngineException {
        String metric = plan.earlyStop().metric();
        if (plan.earlyStop().patience() == 0) {
            return;
        }
        for (String name : changes.objectives(run.step()).keySet()) {
            if (!objectives.containsKey(name)
                    && (metric.equals("validation.loss." + name) || metric.equals("validation.accuracy." + name))) {
                throw new EngineException("train.change.metric", metric, name);
            }
        }
    }
}
