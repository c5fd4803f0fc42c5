package org.diptych.engine.train;

import ai.djl.ndarray.NDManager;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Spread;

/// A run's evaluations: whether one is under way, what it writes into the log, and whether the run gains no more. Lane thread only.
final class Evaluation {
    /// Writes a row into the run's log.
    @FunctionalInterface
    interface Rows {
        void row(Map<String, Double> values) throws EngineException;
    }

    private final TrainingSession.Start start;
    private final FineTunePlan plan;
    private final Trainer trainer;
    private final Changes changes;
    private Validation validation;
    private volatile boolean underWay;
    private boolean gainsNoMore;

    Evaluation(TrainingSession.Start start, Trainer trainer, Changes changes) throws EngineException {
        this.start = start;
        this.plan = start.plan();
        this.trainer = trainer;
        this.changes = changes;
        anew();
    }

    /// Judges by what the trainer learns by now. The batch stays the plan's, so that losses can be compared whatever a person changes.
    void anew() throws EngineException {
        validation = new Validation(start.model(), start.validation(), plan.batch(), trainer.objectives(), plan.seed());
    }

    void begin() {
        underWay = true;
        validation.begin();
    }

    boolean underWay() {
        return underWay;
    }

    /// @return true when the newest evaluations brought no gain, as many as the plan has patience for
    boolean gainsNoMore() {
        return gainsNoMore;
    }

    /// Does one piece.
    ///
    /// @return true when all are done
    boolean piece(NDManager now) throws EngineException {
        return validation.piece(trainer, now);
    }

    /// Writes down what the pieces gave.
    void end(int step, double seconds, RunLogFile log, Mishaps mishaps, Rows rows) throws EngineException {
        underWay = false;
        mishaps.skipped(validation.lost(), false, step, seconds);
        Map<String, Double> values = validation.values();
        if (step == 0) {
            values.put("parameters", (double) trainer.learner().numbers());
        }
        Spread spread = trainer.learner().spread(step, seconds);
        values.put("weight_norm", spread.norm());
        rows.row(values);
        endEarly(step, values, log);
        Optional<RunLog.Snapshot> shot = validation.snapshot(step);
        if (shot.isPresent()) {
            log.append(shot.get());
        }
        log.append(spread);
    }

    private void endEarly(int step, Map<String, Double> values, RunLogFile log) throws EngineException {
        FineTunePlan.EarlyStop rule = plan.earlyStop();
        if (rule.patience() > 0 && !values.containsKey(rule.metric())) {
            throw new EngineException("train.metric", rule.metric(), String.join(", ", values.keySet()));
        }
        int since = Math.max(log.header().branched(), changes.since(step)); // what is learnt otherwise is judged anew
        gainsNoMore = EarlyStopping.due(rule, log.since(0).stream().filter(r -> r.step() >= since).toList());
    }
}
