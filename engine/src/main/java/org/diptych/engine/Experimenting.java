package org.diptych.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.ExperimentControl;
import org.diptych.engine.api.ExperimentRequest;
import org.diptych.engine.api.ExperimentResult;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Progress;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.pipeline.ResultFile;
import org.diptych.engine.train.PlanFile;
import org.diptych.engine.train.RunFolder;
import org.diptych.engine.train.RunLogFile;
import org.diptych.engine.train.TrainingSession;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;
import org.diptych.engine.work.Priority;

/// Carries an experiment out: run after run, each in a folder of its own under the experiment's. A run that is finished is not done again, one that was broken
/// off goes on from its checkpoint. All arms get their first seed before any gets its second, so that a first comparison comes early.
final class Experimenting implements EngineLane.Steps<ExperimentResult>, ExperimentControl {
    private record Piece(String arm, int number, FineTunePlan plan, RunFolder folder) {
    }

    private final ExperimentRequest request;
    private final Teaching teaching;
    private final Shelf shelf;
    private final List<Piece> pieces = new ArrayList<>();
    private final List<ExperimentResult.Run> measured = new ArrayList<>();
    private final List<Run> shown = new ArrayList<>();
    private final long total;
    private final JobHandle<ExperimentResult> job;
    /// The run that goes on now; of the lane.
    private volatile Optional<TrainingSession> session = Optional.empty();
    private volatile boolean cancelled;
    private Optional<Throwable> trouble = Optional.empty();
    private int next;
    private volatile long done;
    /// Steps that were done before this work began, or that a run had done before it was taken up.
    private volatile long before;
    private volatile long began;

    Experimenting(ExperimentRequest request, EngineLane lane, Teaching teaching, Shelf shelf) {
        this.request = request;
        this.teaching = teaching;
        this.shelf = shelf;
        Experiment experiment = request.experiment();
        for (int number = 0; number < request.seeds(); number++) {
            for (Experiment.Arm arm : experiment.arms()) {
                FineTunePlan plan = experiment.plan(arm, request.steps(), number)
                        .withMoments(FineTunePlan.Watch.NONE); // its arms are held against one another by time too
                pieces.add(new Piece(arm.id(), number, plan.withSources(from -> source(from, plan.seed())),
                        folder(arm.id(), plan.seed())));
            }
        }
        total = pieces.stream().mapToLong(p -> p.plan.steps()).sum();
        job = new Followed(
                lane.submitSteps(Message.of("experiments.job", experiment.title()), Priority.BULK, this));
    }

    private RunFolder folder(String arm, long seed) {
        return new RunFolder(
                request.out().toAbsolutePath().resolve(request.experiment().id() + "-" + arm + "-" + seed));
    }

    /// @return the folder of what another arm learnt with the same seed
    private String source(String from, long seed) {
        return from.startsWith(Experiment.FROM_ARM)
                ? kept(folder(from.substring(Experiment.FROM_ARM.length()), seed)).toString()
                : from;
    }

    private static Path kept(RunFolder folder) {
        return folder.path().resolve("model");
    }

    /// @return true when an arm after this one begins where it ends
    private boolean wanted(Piece piece) {
        return request.experiment().arms().stream().anyMatch(a -> a.follows().contains(piece.arm));
    }

    @Override
    public JobHandle<ExperimentResult> job() {
        return job;
    }

    @Override
    public synchronized List<Run> runs() {
        return List.copyOf(shown);
    }

    @Override
    public CompletionStage<Void> ready() {
        return session.isEmpty()
                ? CompletableFuture.completedStage(null)
                : session.get().job().result().handle((summary, error) -> {
                    trouble = Optional.ofNullable(error);
                    return null;
                });
    }

    @Override
    public Optional<ExperimentResult> step(JobContext context) throws EngineException {
        if (began == 0) {
            began = System.nanoTime();
        }
        if (session.isPresent()) {
            endOfRun(context);
        }
        context.checkCancelled();
        while (next < pieces.size()) {
            Piece piece = pieces.get(next);
            if (finished(piece)) {
                before += piece.plan.steps();
                take(piece, true);
                continue;
            }
            TrainingSession begun = teaching.carry(piece.plan, piece.folder);
            before += begun.summary().step();
            session = Optional.of(begun);
            if (cancelled) { // asked for while the run was being made
                begun.stop();
            }
            show(new Run(piece.arm, begun.log()));
            return Optional.empty();
        }
        return Optional.of(result());
    }

    /// Frees what the run held and keeps what it measured; a run that was stopped ends the whole.
    private void endOfRun(JobContext context) throws EngineException {
        TrainingSession ended = session.orElseThrow();
        session = Optional.empty();
        Piece piece = pieces.get(next);
        RunSummary.Status status = ended.status();
        try {
            if (status == RunSummary.Status.FINISHED && wanted(piece)) {
                ended.keep(kept(piece.folder), false, context.scope());
            }
        } finally {
            ended.close();
            shelf.remove(ended.model());
        }
        if (trouble.isPresent() && trouble.get() instanceof EngineException told) {
            throw told;
        }
        if (status != RunSummary.Status.FINISHED) {
            throw new CancellationException();
        }
        take(piece, false);
    }

    private void take(Piece piece, boolean former) throws EngineException {
        RunLogFile log = RunLogFile.read(piece.folder.path());
        measured(ResultFile.run(request.experiment(), piece.arm, log));
        if (former) {
            show(new Run(piece.arm, log));
        }
        done += piece.plan.steps();
        next++;
        ResultFile.write(request.out(), result());
    }

    private synchronized void measured(ExperimentResult.Run run) {
        measured.add(run);
    }

    private synchronized void show(Run run) {
        shown.add(run);
    }

    @Override
    public synchronized ExperimentResult result() {
        return new ExperimentResult(request.experiment().id(), request.steps(), request.seeds(), measured);
    }

    /// @return true when the folder holds just this run, done to its end
    /// @throws EngineException when it holds another one
    private boolean finished(Piece piece) throws EngineException {
        if (!piece.folder.holdsRun()) {
            return false;
        }
        // both have gone through a file, so that a number is the same number
        if (!PlanFile.read(piece.folder.plan()).equals(PlanFile.parse(PlanFile.json(piece.plan), "plan"))) {
            throw new EngineException("experiments.other", piece.folder.path());
        }
        return piece.folder.standing().status() == RunSummary.Status.FINISHED
                && (!wanted(piece) || Files.exists(kept(piece.folder)));
    }

    private Progress progress() {
        Optional<TrainingSession> now = session;
        if (now.isEmpty()) {
            return new Progress(job.title(), done, total, 0);
        }
        Piece piece = pieces.get(Math.min(next, pieces.size() - 1));
        long at = Math.min(total, done + now.get().summary().step());
        double seconds = (System.nanoTime() - began) / 1e9;
        return new Progress(
                Message.of("experiments.phase", request.experiment().label(piece.arm), piece.number + 1,
                        request.seeds()),
                at, total, at > before && seconds > 0 ? (at - before) / seconds : 0);
    }

    /// The job of the whole, whose progress is that of the present run, and whose cancelling stops that run.
    private final class Followed implements JobHandle<ExperimentResult> {
        private final JobHandle<ExperimentResult> inner;

        Followed(JobHandle<ExperimentResult> inner) {
            this.inner = inner;
        }

        @Override
        public long id() {
            return inner.id();
        }

        @Override
        public Message title() {
            return inner.title();
        }

        @Override
        public State state() {
            return inner.state();
        }

        @Override
        public Progress progress() {
            return Experimenting.this.progress();
        }

        @Override
        public void cancel() {
            cancelled = true;
            inner.cancel();
            session.ifPresent(TrainingSession::stop);
        }

        @Override
        public CompletionStage<ExperimentResult> result() {
            return inner.result();
        }
    }
}
