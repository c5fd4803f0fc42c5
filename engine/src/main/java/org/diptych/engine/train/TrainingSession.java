package org.diptych.engine.train;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.TrainingControl;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.LossTerms;
import org.diptych.engine.objective.Objective;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;
import org.diptych.engine.work.Priority;
import org.diptych.engine.work.Workers;

/// One fine-tuning run. Each step is a piece of work of its own on the lane, so a person's request is answered between two steps with the weights of that moment, and
/// every command takes effect there.
public final class TrainingSession implements TrainingControl, EngineLane.Steps<RunSummary> {
    /// What a run is started with.
    ///
    /// @param model   an instance of its own, which nobody else trains
    /// @param handle  under which the engine shows it
    /// @param header  provenance for the log
    /// @param resumes goes on from the folder's checkpoint
    public record Start(FineTunePlan plan, RunFolder folder, VisionLanguageModel model, String handle, Dataset train,
            Dataset validation, RunLog.Header header,
            boolean resumes) {
    }

    private final EngineLane lane;
    private final Start start;
    private final FineTunePlan plan;
    private final VisionLanguageModel model;
    private final Map<Objective, Double> objectives = new LinkedHashMap<>();
    private final ExecutorService workers = Workers.pool();
    private final NDManager scope;
    private final Learner learner;
    private final Validation validation;
    private final Batches batches;
    private final RunLogFile log;
    private final JobHandle<RunSummary> job;
    private volatile RunSummary.Status status = RunSummary.Status.RUNNING;
    private volatile CompletableFuture<Void> resumed = CompletableFuture.completedFuture(null);
    private volatile boolean stopping;
    private volatile double rate;
    private volatile int step;
    private double seconds;
    private int saved = -1;

    private TrainingSession(EngineLane lane, Start start, NDManager scope) throws EngineException {
        this.lane = lane;
        this.start = start;
        this.plan = start.plan();
        this.model = start.model();
        this.scope = scope;
        rate = plan.optimizer().rate();
        for (Map.Entry<String, Double> named : plan.objectives().entrySet()) {
            Objective objective = Objective.named(named.getKey());
            if (!objective.fits(model)) {
                throw new EngineException("train.fit", model.family(), objective.name());
            }
            objectives.put(objective, named.getValue());
        }
        validation = new Validation(model, start.validation(), objectives);
        learner = new Learner(model.module().weights(), plan, scope);
        batches = new Batches(start.train(), model,
                new Draw(plan.seed(), start.train().size(), start.train().group(), plan.batch()), workers);
        if (start.resumes()) {
            RunFolder.Saved checkpoint = start.folder().load(scope);
            learner.restore(checkpoint);
            checkpoint.close();
            step = checkpoint.step();
            saved = step;
            seconds = checkpoint.seconds();
            rate = checkpoint.rate();
            log = RunLogFile.resume(start.folder().path(), step);
        } else {
            PlanFile.write(start.folder().plan(), plan);
            log = RunLogFile.create(start.folder().path(), start.header());
        }
        start.folder().status(RunSummary.Status.RUNNING, step, Optional.empty());
        batches.step(step + 1);
        job = lane.submitSteps(Message.of("train.job", plan.name()), Priority.STEP, this);
    }

    /// Called on the lane.
    ///
    /// @throws EngineException when the plan does not fit the model, or the run's folder cannot be written
    public static TrainingSession start(EngineLane lane, Start start) throws EngineException {
        NDManager scope = lane.scopes().run();
        try {
            return new TrainingSession(lane, start, scope);
        } catch (EngineException | RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    @Override
    public CompletionStage<Void> ready() {
        // A paused run waits for its person, a running one for its next examples.
        return resumed
                .thenCompose(go -> stopping || step >= plan.steps()
                        ? CompletableFuture.<List<Encoded>>completedFuture(List.of())
                        : batches.step(step + 1))
                .handle((examples, error) -> null);
    }

    @Override
    public Optional<RunSummary> step(JobContext context) throws EngineException {
        try {
            context.checkCancelled();
            if (stopping || step >= plan.steps()) {
                return Optional
                        .of(finish(stopping ? RunSummary.Status.STOPPED : RunSummary.Status.FINISHED, context.scope()));
            }
            if (!resumed.isDone()) {
                return Optional.empty();
            }
            learn(context);
            return Optional.empty();
        } catch (EngineException | RuntimeException e) {
            boolean cancelled = e instanceof java.util.concurrent.CancellationException;
            status = cancelled ? RunSummary.Status.STOPPED : RunSummary.Status.FAILED;
            workers.shutdown();
            log.close();
            start.folder().status(status, step, Optional.empty());
            throw e;
        }
    }

    private void learn(JobContext context) throws EngineException {
        long began = System.nanoTime();
        int number = step + 1;
        List<Encoded> examples = examples(number);
        if (number < plan.steps()) {
            batches.step(number + 1);
        }
        NDManager now = context.scope();
        // Dropout is the only thing the native engine draws; its state cannot be saved, so each step begins from a seed of its own.
        Engine.getInstance().setRandomSeed((int) Draw.mix(plan.seed(), number));
        Inputs batch = model.batch(examples, now);
        Map<String, Double> values = new LinkedHashMap<>();
        learner.zeroGradients();
        float total = backward(batch, values);
        if (!Float.isFinite(total)) {
            throw new EngineException("train.nan", number, saved < 0 ? "–" : Integer.toString(saved));
        }
        double learningRate = Rates.at(number, rate, plan.schedule(), plan.steps());
        float norm = learner.update(number, learningRate);
        if (!Float.isFinite(norm)) {
            throw new EngineException("train.nan", number, saved < 0 ? "–" : Integer.toString(saved));
        }
        objectives.keySet().forEach(o -> o.afterStep(model));
        step = number;
        double took = (System.nanoTime() - began) / 1e9;
        values.put("loss", (double) total);
        values.put("rate", learningRate);
        values.put("grad_norm", (double) norm);
        values.put("pairs_per_second", examples.size() / took);
        if (number == 1 || number % plan.evaluateEvery() == 0 || number == plan.steps()) {
            values.putAll(validation.measure(now));
            log.append(validation.snapshot(number, now));
        }
        seconds += (System.nanoTime() - began) / 1e9;
        log.append(new RunLog.Row(number, seconds, values));
        if (number % plan.checkpointEvery() == 0) {
            save(now);
        }
        context.progress(Message.of("train.phase"), number, plan.steps());
    }

    private List<Encoded> examples(int number) throws EngineException {
        try {
            return batches.step(number).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof EngineException told) {
                throw told;
            }
            throw e;
        }
    }

    private float backward(Inputs batch, Map<String, Double> values) {
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray total = null;
            for (Map.Entry<Objective, Double> item : objectives.entrySet()) {
                LossTerms terms = item.getKey().loss(model, Pass.TRAIN, batch);
                values.put("loss." + item.getKey().name(), (double) terms.total().toFloatArray()[0]);
                values.putAll(terms.values());
                NDArray weighted = terms.total().mul(item.getValue().floatValue()); // a double would widen a scalar
                total = total == null ? weighted : total.add(weighted);
            }
            float value = java.util.Objects.requireNonNull(total).toFloatArray()[0];
            if (Float.isFinite(value)) {
                collector.backward(total);
            }
            return value;
        }
    }

    private void save(NDManager now) throws EngineException {
        start.folder().save(step, seconds, rate, learner.state(), now);
        saved = step;
        start.folder().status(status, step, Optional.empty());
    }

    private RunSummary finish(RunSummary.Status ended, NDManager now) throws EngineException {
        status = ended;
        save(now);
        workers.shutdown();
        log.close();
        return summary(Optional.empty());
    }

    private RunSummary summary(Optional<Path> kept) {
        Map<String, Double> last = new LinkedHashMap<>();
        log.since(0).forEach(row -> last.putAll(row.values()));
        return new RunSummary(start.folder().path().getFileName().toString(), start.folder().path(), log.header(),
                status, step, last, kept);
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
    public RunSummary.Status status() {
        return status;
    }

    @Override
    public synchronized void pause() {
        if (status == RunSummary.Status.RUNNING) {
            status = RunSummary.Status.PAUSED;
            resumed = new CompletableFuture<>();
        }
    }

    @Override
    public synchronized void resume() {
        if (status == RunSummary.Status.PAUSED) {
            status = RunSummary.Status.RUNNING;
            resumed.complete(null);
        }
    }

    @Override
    public synchronized void stop() {
        stopping = true;
        resumed.complete(null);
    }

    @Override
    public void setRate(double value) {
        rate = value;
    }

    @Override
    public JobHandle<Path> keep(Path folder) {
        return lane.submit(Message.of("train.keep", folder), Priority.INTERACTIVE, context -> {
            KeptModel.write(folder, model, start.folder(), plan, step, summary(Optional.empty()).last());
            start.folder().status(status, step, Optional.of(folder));
            return folder;
        });
    }

    @Override
    public JobHandle<Path> restore() {
        stop();
        return lane.submit(Message.of("train.restore"), Priority.BULK, context -> {
            close();
            return start.folder().path();
        });
    }

    /// Puts the base weights back and frees what the run held. Called on the lane, after the run has ended.
    public void close() {
        learner.putBack();
        scope.close();
    }
}
