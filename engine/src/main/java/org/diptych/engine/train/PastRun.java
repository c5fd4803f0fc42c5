package org.diptych.engine.train;

import ai.djl.ndarray.NDManager;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.nn.Adapters;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.Priority;

/// A run that has ended, opened to look at the pairs of its steps: its weights are those of its last checkpoint. None of its files is written.
public final class PastRun implements ShowsPairs, Correcting.Run {
    private final EngineLane lane;
    private final Correcting.Of of;
    private final RunLogFile log;
    private final NDManager scope;
    private final Adapters adapters;
    private final Trainer trainer;
    private final Correcting correcting;
    private final Runnable freed;
    private volatile boolean closed;

    private PastRun(EngineLane lane, Correcting.Of of, NDManager scope, Adapters adapters, Runnable freed)
            throws EngineException {
        this.lane = lane;
        this.of = of;
        this.scope = scope;
        this.adapters = adapters;
        this.freed = freed;
        log = RunLogFile.read(of.folder().path());
        trainer = new Trainer(of.model(), of.plan(), of.changes(), scope);
        Heads.check(of.model(), of.train(), of.plan());
        Heads.name(of.model(), of.train(), of.plan());
        try (NDManager temporary = scope.newSubManager()) {
            trainer.learner().restore(of.folder().load(temporary));
        }
        correcting = new Correcting(lane, of, this);
    }

    /// Called on the lane.
    ///
    /// @param model as the run began with it, an instance of its own
    /// @param freed called on the lane when nobody looks any more
    /// @throws EngineException when the run has no checkpoint or it does not fit; the model is then as it was
    public static PastRun open(EngineLane lane, RunFolder folder, FineTunePlan plan, VisionLanguageModel model,
            Dataset train, Witness witness, Runnable freed) throws EngineException {
        if (!folder.hasCheckpoint()) {
            throw new EngineException("batch.none", folder.id());
        }
        Correcting.Of of = new Correcting.Of(plan, folder, model, train, witness, Changes.of(folder.path(), plan),
                Corrections.of(folder.path()));
        NDManager scope = lane.scopes().run();
        return LowRank.within(model, plan, scope, adapters -> new PastRun(lane, of, scope, adapters, freed));
    }

    @Override
    public RunLog log() {
        return log;
    }

    @Override
    public Correcting correcting() {
        return correcting;
    }

    @Override
    public int step() {
        return log.size() == 0 ? 0 : log.since(log.size() - 1).getFirst().step();
    }

    @Override
    public double seconds() {
        return 0;
    }

    @Override
    public boolean dropped() {
        return closed;
    }

    @Override
    public boolean underWay() {
        return false;
    }

    @Override
    public Preparer preparer(Dataset data, int step) {
        return new Preparer(new Reworded(data, of.corrections(), step), of.model(), trainer.learntBy(step),
                of.plan().seed());
    }

    @Override
    public RunLogFile events() {
        return log;
    }

    @Override
    public void changed() {
        throw new IllegalStateException("nothing of an ended run is changed");
    }

    @Override
    public void leave() {
        lane.submit(Message.of("train.restore"), Priority.INTERACTIVE, context -> {
            if (!closed) {
                closed = true;
                trainer.learner().putBack();
                adapters.detach();
                scope.close();
                freed.run();
            }
            return true;
        });
    }
}
