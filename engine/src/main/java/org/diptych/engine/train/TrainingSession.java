package org.diptych.engine.train;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.LongSupplier;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.Targets;
import org.diptych.engine.api.Terms;
import org.diptych.engine.api.TrainingControl;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.nn.Adapters;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;
import org.diptych.engine.work.NativeFailure;
import org.diptych.engine.work.Pace;
import org.diptych.engine.work.Priority;
import org.diptych.engine.work.Workers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One fine-tuning run. Each step, and each part of an evaluation, is a piece of work of its own on the lane, so a person's request is answered between two of
/// them with the weights of that moment, and every command takes effect there.
public final class TrainingSession implements TrainingControl, ShowsPairs, EngineLane.Steps<RunSummary> {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingSession.class);

    /// What a run is started with.
    ///
    /// @param model   an instance of its own, which nobody else trains
    /// @param handle  under which the engine shows it
    /// @param header  provenance for the log of a new run
    /// @param outward from the model's names to those it is kept under
    /// @param witness looks through the model's eyes for the run's moments
    /// @param resumes goes on with the folder's run: from its checkpoint, or from its beginning where it was ended before the first
    /// @param lock    on the folder; the session gives it back when it ends, or the caller when none was made
    public record Start(FineTunePlan plan, RunFolder folder, VisionLanguageModel model, String handle, Dataset train,
            Dataset validation, RunLog.Header header, NameMap outward,
            Witness witness, boolean resumes, RunLock lock) {
    }

    private final EngineLane lane;
    private final Start start;
    private final FineTunePlan plan;
    private final NDManager scope;
    private final Trainer trainer;
    private final Adapters adapters;
    private final Evaluation evaluation;
    private final RunLogFile log;
    private final Mishaps mishaps;
    private final ExecutorService workers = Workers.pool();
    private final Batches batches;
    private final Corrections corrections;
    private final Changes changes;
    private final Correcting correcting;
    private final Changing changing;
    private final Aims aims;
    private final MomentTaker moments;
    private final Map<String, Double> last = new LinkedHashMap<>();
    private final JobHandle<RunSummary> job;
    private final Gate gate = new Gate();
    private volatile double rate;
    private volatile int step;
    private volatile Optional<Path> kept = Optional.empty();
    private final LongSupplier clock;
    private final Pace learning = new Pace();
    private final Pace judging = new Pace();
    private final Pace between = new Pace();
    /// When the last piece ended.
    private OptionalLong left = OptionalLong.empty();
    private volatile boolean closed;
    private volatile double seconds;
    private int saved = -1;

    private TrainingSession(EngineLane lane, Start start, NDManager scope, Adapters adapters) throws EngineException {
        this.lane = lane;
        this.start = start;
        clock = lane.clock();
        this.plan = start.plan();
        this.scope = scope;
        this.adapters = adapters;
        if (start.train().size() < plan.batch()) {
            throw new EngineException("train.batch", start.train().name(), start.train().size(), plan.batch());
        }
        rate = plan.course().getFirst().rate();
        changes = Changes.of(start.folder().path(), plan);
        trainer = new Trainer(start.model(), plan, changes, scope);
        Heads.check(start.model(), start.train(), plan);
        Heads.name(start.model(), start.train(), plan);
        evaluation = new Evaluation(start, trainer, changes);
        corrections = Corrections.of(start.folder().path());
        Correcting.Of of = new Correcting.Of(plan, start.folder(), start.model(), start.train(), start.witness(),
                changes,
                corrections);
        batches = new Batches(step -> preparer(start.train(), step), of.draw(), plan.lessons(), workers);
        log = start.resumes() ? goOn() : begin();
        mishaps = new Mishaps(log);
        Examples examples = new Examples();
        correcting = new Correcting(lane, of, examples);
        changing = new Changing(start, changes, trainer, examples);
        aims = new Aims(start.model(), start.train(), of.draw(), corrections, log.header().branched(),
                trainer::objectives);
        moments = new MomentTaker(start.model(), start.witness(), MomentFolder.of(start.folder().path()), plan,
                start.validation(), step, seconds, clock);
        log.since(0).forEach(row -> last.putAll(row.values()));
        if (step == 0) {
            evaluation.begin();
        }
        start.folder().status(Status.RUNNING, step, kept);
        JobHandle<RunSummary> steps = lane.submitSteps(Message.of("train.job", plan.name()), Priority.STEP, this);
        job = new Then<>(steps, steps.result(), () -> {
            if (steps.state() != JobHandle.State.WAITING) { // before its first piece nobody would put the run's files in order
                steps.cancel();
            }
            stop(); // a paused run would not see it otherwise
        });
    }

    /// The run as its examples see it.
    private final class Examples implements Correcting.Run {
        @Override
        public int step() {
            return step;
        }

        @Override
        public double seconds() {
            return seconds;
        }

        @Override
        public boolean dropped() {
            return closed;
        }

        @Override
        public boolean underWay() {
            return TrainingSession.this.underWay();
        }

        @Override
        public Preparer preparer(Dataset data, int number) {
            return TrainingSession.this.preparer(data, number);
        }

        @Override
        public RunLogFile events() {
            return log;
        }

        @Override
        public void changed() {
            batches.forget();
        }
    }

    private Preparer preparer(Dataset data, int step) {
        return new Preparer(new Reworded(data, corrections, step), start.model(),
                trainer.learntBy(step), plan.seed());
    }

    private RunLogFile begin() throws EngineException {
        PlanFile.write(start.folder().plan(), plan);
        return RunLogFile.create(start.folder().path(), start.header());
    }

    private RunLogFile goOn() throws EngineException {
        String began = RunLogFile.read(start.folder().path()).header().weights();
        if (!began.equals(start.header().weights())) {
            throw new EngineException("train.base", start.folder().path(), began, start.header().weights());
        }
        kept = start.folder().standing().kept();
        if (start.folder().hasCheckpoint()) {
            load();
        }
        return RunLogFile.resume(start.folder().path(), step);
    }

    private void load() throws EngineException {
        try (NDManager temporary = scope.newSubManager()) {
            RunFolder.Saved checkpoint = start.folder().load(temporary);
            trainer.learner().restore(checkpoint);
            step = checkpoint.step();
            turn(step, false);
            saved = step;
            seconds = checkpoint.seconds();
            rate = checkpoint.rate();
        }
    }

    /// Called on the lane.
    ///
    /// @throws EngineException when the plan does not fit the model, the folder cannot be written, or holds what does not fit; the model is then as it was
    public static TrainingSession start(EngineLane lane, Start start) throws EngineException {
        if (!start.resumes()) { // what has begun goes on: a run of an earlier version was not asked
            PartNames.check(start.plan(), start.model().module().weights().keySet());
        }
        NDManager scope = lane.scopes().run();
        return LowRank.within(start.model(), start.plan(), scope,
                adapters -> new TrainingSession(lane, start, scope, adapters));
    }

    @Override
    public CompletionStage<Void> ready() {
        // A paused run waits for its person, a running one for its next examples.
        return gate.open().thenCompose(go -> gate.stopping() || evaluation.underWay() || step >= plan.steps()
                ? CompletableFuture.<Prepared>completedFuture(null)
                : batches.step(step + 1)).handle((examples, error) -> null);
    }

    @Override
    public Optional<RunSummary> step(JobContext context) throws EngineException {
        try {
            return closed ? Optional.of(summary()) : piece(context);
        } catch (CancellationException e) {
            end(Status.STOPPED);
            throw e;
        } catch (EngineException e) {
            end(Status.FAILED);
            throw e.key().equals("file.write")
                    ? new EngineException(e, "train.disk", e.args()[0], e.args()[1], Math.max(0, saved))
                    : e;
        } catch (RuntimeException | Error e) {
            end(Status.FAILED);
            Optional<String> asked = NativeFailure.memory(e);
            if (asked.isPresent()) {
                throw new EngineException(e, "train.full", asked.get(), Math.max(0, saved),
                        Footprint.fits(start.model(),
                                plan.withBatch(changes.batch(step + 1)), start.train(), lane.scopes().device()));
            }
            throw e;
        } finally {
            left = OptionalLong.of(clock.getAsLong());
        }
    }

    private Optional<RunSummary> piece(JobContext context) throws EngineException {
        NDManager now = context.scope();
        if (gate.stopping()) {
            changing.wish(rate);
            save(now);
            context.checkCancelled();
            return Optional.of(end(Status.STOPPED));
        }
        if (gate.closed()) {
            return Optional.empty();
        }
        if (gate.wasHeld()) {
            context.rested();
        } else if (left.isPresent()) {
            mishaps.rest(between.of(clock.getAsLong() - left.getAsLong()), step, seconds);
        }
        context.progress(phase(), step, plan.steps());
        if (evaluation.underWay()) {
            evaluate(now);
            return Optional.empty();
        }
        boolean over = step >= plan.steps() || evaluation.gainsNoMore();
        if (moments.due(step, seconds, over)) {
            look(context);
            return Optional.empty();
        }
        if (over) {
            save(now);
            return Optional.of(end(Status.FINISHED));
        }
        if (!gate.reached(step)) {
            learn(now);
        }
        return Optional.empty();
    }

    private Message phase() {
        if (evaluation.underWay()) {
            return Message.of("train.phase.evaluate");
        }
        int stage = plan.stageAt(Math.min(step + 1, plan.steps()));
        return plan.stages().isEmpty()
                ? Message.of("train.phase")
                : Message.of("train.phase.stage", stage + 1, plan.stages().size(), plan.stages().get(stage).name());
    }

    /// Goes on as a step does. Each stage begins with a rate and an optimiser of its own, from the weights that the one before left; what a person changed holds until it ends.
    ///
    /// @param anew false to go on in the middle of a stage
    private void turn(int number, boolean anew) throws EngineException {
        int stage = plan.stageAt(number);
        boolean other = trainer.stage() != stage;
        if (other) {
            trainer.enter(stage, anew);
            rate = plan.course().get(stage).rate();
        }
        if (trainer.mix(number) || other) {
            evaluation.anew();
        }
    }

    private void learn(NDManager now) throws EngineException {
        long began = clock.getAsLong();
        int number = step + 1;
        turn(number, true);
        changing.wish(rate);
        rate = changes.rate(number).orElse(rate);
        int stage = trainer.stage();
        int within = plan.course().get(stage).steps();
        Prepared examples = batches.await(number);
        double waited = (clock.getAsLong() - began) / 1e6;
        if (number < plan.steps()) {
            batches.step(number + 1);
        }
        boolean evaluates = number % plan.evaluateEvery() == 0 || number == plan.before(stage) + within;
        if (evaluates) {
            trainer.learner().count();
        }
        Map<String, Double> values = trainer.step(number, Rates.at(plan, number, stage, rate), examples, now);
        boolean sound = Double.isFinite(values.get("loss"))
                && Double.isFinite(values.getOrDefault("grad_norm", Double.NaN));
        if (!sound) {
            runAway(number, values);
        }
        Pace.Span span = learning.of(clock.getAsLong() - began);
        mishaps.rest(span, number, seconds);
        mishaps.skipped(examples.lost(), true, number, seconds);
        step = number;
        seconds += span.seconds();
        if (span.whole()) {
            values.put("pairs_per_second", examples.samples().size() / span.seconds());
            values.put("ms.examples", waited);
        } else {
            values.keySet().removeIf(name -> name.startsWith("ms.")); // which of them went on is not known
        }
        row(values);
        if (evaluates) {
            evaluation.begin();
        }
        if (number % plan.checkpointEvery() == 0) {
            save(now);
        }
    }

    /// Weights that give no number are of no use: the run ends with those of its last checkpoint, or with those it began from.
    private void runAway(int number, Map<String, Double> values) throws EngineException {
        log.append(new RunLog.Row(number, seconds, values));
        if (start.folder().hasCheckpoint()) {
            load();
        } else {
            trainer.learner().restoreBase();
            step = 0;
        }
        throw new EngineException("train.nan", number, step);
    }

    private void evaluate(NDManager now) throws EngineException {
        long began = clock.getAsLong();
        boolean done = evaluation.piece(now);
        Pace.Span span = judging.of(clock.getAsLong() - began);
        mishaps.rest(span, step, seconds);
        seconds += span.seconds();
        if (done) {
            evaluation.end(step, seconds, log, mishaps, this::row);
        }
    }

    private void look(JobContext context) throws EngineException {
        Pace.Span span = moments.piece(step, seconds, Map.copyOf(last), context);
        mishaps.rest(span, step, seconds);
        seconds += span.seconds();
    }

    private void row(Map<String, Double> values) throws EngineException {
        synchronized (last) {
            last.putAll(values);
        }
        log.append(new RunLog.Row(step, seconds, values));
    }

    /// Writes a checkpoint of this moment. Called on the lane.
    public void save(NDManager now) throws EngineException {
        if (saved != step) {
            start.folder().save(step, seconds, rate, trainer.learner().state(now), now);
            saved = step;
            start.folder().status(gate.status(), step, kept);
        }
    }

    /// The folder may be the very thing that failed: a status that cannot be written there is left as it was, which reads as interrupted once the program is gone.
    private RunSummary end(Status how) {
        gate.end(how);
        if (noTargets().isEmpty()) {
            batches.step(step + 1); // for who looks at what it would have aimed at next
        }
        workers.shutdown();
        try {
            start.folder().status(how, step, kept);
        } catch (EngineException e) {
            LOG.warn("{}", e.getMessage());
        }
        start.lock().close();
        return summary();
    }

    /// @return the run as it stands; safe from any thread
    public RunSummary summary() {
        synchronized (last) {
            return new RunSummary(start.folder().id(), start.folder().path(), log.header(), gate.status(), step,
                    seconds, Map.copyOf(last), kept);
        }
    }

    /// @return true until the run has ended
    public boolean underWay() {
        return gate.underWay();
    }

    @Override
    public JobHandle<RunSummary> job() {
        return job;
    }

    @Override
    public RunLog log() {
        return log;
    }

    @Override
    public String model() {
        return start.handle();
    }

    @Override
    public Status status() {
        return gate.status();
    }

    @Override
    public void pause() {
        gate.pause();
    }

    @Override
    public void resume() {
        gate.resume();
    }

    @Override
    public void resume(int steps) {
        gate.resume(steps);
    }

    @Override
    public void stop() {
        gate.stop();
    }

    @Override
    public void setRate(double value) {
        if (!(value > 0 && value < 1)) {
            throw new IllegalArgumentException("rate " + value);
        }
        changing.wishFor(value);
    }

    @Override
    public Terms terms() {
        return changing.terms(rate);
    }

    @Override
    public JobHandle<Integer> change(Terms next) {
        return lane.submit(Message.of("train.change.job"), Priority.INTERACTIVE, context -> changing.take(next, rate));
    }

    @Override
    public Optional<Message> noTargets() {
        return aims.none();
    }

    @Override
    public JobHandle<Targets> targets(OptionalInt pair) {
        return aims.targets(lane, context -> {
            if (closed || noTargets().isPresent()) {
                throw new EngineException("train.targets.gone", start.folder().id());
            }
            return aims.read(batches.await(step + 1), step + 1, pair, context.scope());
        });
    }

    @Override
    public Correcting correcting() {
        return correcting;
    }

    @Override
    public Moments moments() {
        return MomentFolder.of(start.folder().path());
    }

    @Override
    public Optional<Message> noMoments() {
        return moments.none();
    }

    @Override
    public List<Integer> pinned() {
        return moments.pinned();
    }

    @Override
    public JobHandle<List<Integer>> pin(List<Integer> pairs) {
        return lane.submit(Message.of("moments.pin.job"), Priority.INTERACTIVE, context -> {
            moments.pin(pairs);
            return moments.pinned();
        });
    }

    @Override
    public JobHandle<Path> keep(Path folder, boolean half) {
        return lane.submit(Message.of("train.keep", folder), Priority.INTERACTIVE,
                context -> keep(folder, half, context.scope()));
    }

    /// As [#keep(Path, boolean)], at once. Called on the lane.
    public Path keep(Path folder, boolean half, NDManager now) throws EngineException {
        if (closed) {
            throw new EngineException("train.dropped", start.folder().id());
        }
        Path whole = folder.toAbsolutePath();
        KeptModel.write(whole, new KeptModel.Kept(start.model(), adapters, start.outward(), half), start.folder(), plan,
                summary(), now);
        kept = Optional.of(whole);
        start.folder().status(gate.status(), step, kept);
        return whole;
    }

    @Override
    public JobHandle<Path> restore() {
        stop();
        return lane.submit(Message.of("train.restore"), Priority.BULK, context -> { // behind the run's own last piece
            close();
            return start.folder().path();
        });
    }

    /// @return true once what it learnt was dropped
    public boolean dropped() {
        return closed;
    }

    /// Puts the base weights back and frees what the run held. Called on the lane.
    public void close() {
        if (!closed) {
            closed = true;
            stop();
            if (underWay()) {
                end(Status.STOPPED);
            }
            trainer.learner().putBack();
            adapters.detach();
            scope.close();
        }
    }
}
