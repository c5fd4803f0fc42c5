package org.diptych.engine;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.diptych.engine.ExperimentPieces.Made;
import org.diptych.engine.ExperimentPieces.Piece;
import org.diptych.engine.ExperimentPieces.Taught;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ExperimentControl;
import org.diptych.engine.api.ExperimentRequest;
import org.diptych.engine.api.ExperimentResult;
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

/// Carries an experiment out: piece after piece, each in a folder of its own under the experiment's. What is finished is not done again; a run that was broken off goes on from its checkpoint,
/// captions from the first that nothing is decided about.
final class Experimenting implements EngineLane.Steps<ExperimentResult>, ExperimentControl {
    private final ExperimentRequest request;
    private final Teaching teaching;
    private final Shelf shelf;
    private final EngineLane lane;
    private final List<Piece> pieces;
    private final List<ExperimentResult.Run> measured = new ArrayList<>();
    private final List<Run> shown = new ArrayList<>();
    private final long total;
    private final JobHandle<ExperimentResult> job;
    /// The run that goes on now; of the lane.
    private volatile Optional<TrainingSession> session = Optional.empty();
    /// The pairs that are made now.
    private volatile Optional<SetMaking> making = Optional.empty();
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
        this.lane = lane;
        pieces = ExperimentPieces.of(request);
        total = pieces.stream().mapToLong(Piece::steps).sum();
        job = new Followed(
                lane.submitSteps(Message.of("experiments.job", request.experiment().title()), Priority.BULK, this));
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
        CompletionStage<?> now = session.<CompletionStage<?>>map(s -> s.job().result())
                .or(() -> making.map(m -> m.job().result())).orElse(CompletableFuture.completedStage(null));
        return now.handle((done, error) -> {
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
        if (making.isPresent()) {
            endOfMaking();
        }
        context.checkCancelled();
        while (next < pieces.size()) {
            Piece piece = pieces.get(next);
            if (finished(piece)) {
                before += piece.steps();
                take(piece, true);
                continue;
            }
            begin(piece);
            return Optional.empty();
        }
        return Optional.of(result());
    }

    private void begin(Piece piece) throws EngineException {
        switch (piece) {
            case Taught run -> {
                TrainingSession begun = teaching.carry(run.plan(), run.folder());
                before += begun.summary().step();
                session = Optional.of(begun);
                if (cancelled) { // asked for while the run was being made
                    begun.stop();
                }
                run.arm().ifPresent(arm -> show(new Run(arm, begun.log())));
            }
            case Made made -> {
                SetMaking begun = new SetMaking(made, lane);
                making = Optional.of(begun);
                if (cancelled) {
                    begun.job().cancel();
                }
            }
        }
    }

    /// Frees what the run held and keeps what it measured; a run that was stopped ends the whole.
    private void endOfRun(JobContext context) throws EngineException {
        TrainingSession ended = session.orElseThrow();
        session = Optional.empty();
        Taught run = (Taught) pieces.get(next);
        RunSummary.Status status = ended.status();
        try {
            if (status == RunSummary.Status.FINISHED && run.wanted()) {
                ended.keep(run.kept(), false, context.scope());
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
        take(run, false);
    }

    private void endOfMaking() throws EngineException {
        try (SetMaking ended = making.orElseThrow()) {
            making = Optional.empty();
            if (trouble.isPresent()) {
                switch (trouble.get()) {
                    case EngineException told -> throw told;
                    case RuntimeException own -> throw own;
                    default -> throw new IllegalStateException(trouble.get());
                }
            }
            ended.finish();
        }
        take(pieces.get(next), false);
    }

    private void take(Piece piece, boolean former) throws EngineException {
        if (piece instanceof Taught run && run.arm().isPresent()) {
            RunLogFile log = RunLogFile.read(run.folder().path());
            measured(ResultFile.run(request.experiment(), run.arm().get(), run.asked(), log));
            if (former) {
                show(new Run(run.arm().get(), log));
            }
            ResultFile.write(request.out(), result());
        }
        done += piece.steps();
        next++;
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

    /// @return true when the piece's folder holds just this piece, done to its end
    /// @throws EngineException when it holds another one
    private static boolean finished(Piece piece) throws EngineException {
        return switch (piece) {
            case Made made -> made.set().finished(made.source());
            case Taught run -> finished(run);
        };
    }

    private static boolean finished(Taught run) throws EngineException {
        RunFolder folder = run.folder();
        if (!folder.holdsRun()) {
            return false;
        }
        // both have gone through a file, so that a number is the same number
        if (!PlanFile.read(folder.plan()).equals(PlanFile.parse(PlanFile.json(run.plan()), "plan"))) {
            throw new EngineException("experiments.other", folder.path());
        }
        return folder.standing().status() == RunSummary.Status.FINISHED
                && (!run.wanted() || Files.exists(run.kept()));
    }

    private Progress progress() {
        Optional<Long> now = session.map(s -> (long) s.summary().step()).or(() -> making.map(SetMaking::steps));
        if (now.isEmpty()) {
            return new Progress(job.title(), done, total, 0);
        }
        Piece piece = pieces.get(Math.min(next, pieces.size() - 1));
        long at = Math.min(total, done + now.get());
        double seconds = (System.nanoTime() - began) / 1e9;
        return new Progress(
                Message.of("experiments.phase", piece.label(), piece.number() + 1, request.seeds()),
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
            making.ifPresent(m -> m.job().cancel());
        }

        @Override
        public CompletionStage<ExperimentResult> result() {
            return inner.result();
        }
    }
}
