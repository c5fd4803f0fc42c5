package org.diptych.engine.work;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;

/// The one thread that touches tensors. Gradient recording is a per-thread switch and a process may hold only one gradient collector, so all tensor work queues
/// here, by [Priority] and then by age. Long work is cut into pieces ([#submitSteps]) that re-queue themselves, so a person's request is answered between
/// two training steps with the weights of that moment.
public final class EngineLane implements AutoCloseable {
    /// That a piece of work has to come to its end.
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /// Exit status of a process that a terminate signal ended.
    private static final int ASKED_TO_END = 143;

    /// @param <T> plain Java
    @FunctionalInterface
    public interface Work<T> {
        T run(JobContext context) throws EngineException;
    }

    /// Work in pieces.
    @FunctionalInterface
    public interface Steps<T> {
        /// @return empty while there is more to do
        Optional<T> step(JobContext context) throws EngineException;

        /// @return completes when the next piece may be queued; a paused run leaves it open
        default CompletionStage<Void> ready() {
            return CompletableFuture.completedStage(null);
        }
    }

    private record Task(int priority, long age, Runnable body) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return priority != other.priority
                    ? Integer.compare(priority, other.priority)
                    : Long.compare(age, other.age);
        }
    }

    private final PriorityBlockingQueue<Task> queue = new PriorityBlockingQueue<>();
    private final AtomicLong age = new AtomicLong();
    private final Scopes scopes;
    private final LongSupplier clock;
    private final ExecutorService workers = Workers.pool();
    private final Thread thread;
    /// A process that ends tears the native library down; were the lane still in it, the end would be a crash.
    private final OnExit onExit = new OnExit(this::end);
    private volatile Optional<Job<?>> running = Optional.empty();
    private volatile boolean closing;

    /// Starts the thread and waits until `onStart` has run on it.
    ///
    /// @param onStart loads the native engine and says which device tensors live on
    public EngineLane(Supplier<Device> onStart) {
        this(onStart, System::nanoTime);
    }

    /// @param clock nanoseconds of any origin, by which work is timed; read on any thread
    public EngineLane(Supplier<Device> onStart, LongSupplier clock) {
        this.clock = clock;
        CountDownLatch started = new CountDownLatch(1);
        Throwable[] failure = new Throwable[1];
        Scopes[] made = new Scopes[1];
        thread = new Thread(() -> {
            try {
                made[0] = new Scopes(onStart.get());
            } catch (RuntimeException | LinkageError e) {
                failure[0] = e;
                return;
            } finally {
                started.countDown();
            }
            loop(made[0]);
        }, "engine-lane");
        thread.setDaemon(true);
        thread.start();
        try {
            started.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the engine was starting", e);
        }
        if (failure[0] != null) {
            throw new IllegalStateException("the native engine did not start", failure[0]);
        }
        scopes = made[0];
    }

    private void loop(Scopes owned) {
        try {
            while (true) {
                Task task = queue.take();
                if (closing && task.priority == Integer.MAX_VALUE) {
                    break;
                }
                task.body.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            owned.close();
        }
    }

    public Scopes scopes() {
        return scopes;
    }

    public LongSupplier clock() {
        return clock;
    }

    public int queued() {
        return queue.size();
    }

    /// Runs `work` on the lane in a scope of its own.
    public <T> Job<T> submit(Message title, Priority priority, Work<T> work) {
        Job<T> job = new Job<>(title, clock);
        enqueue(priority, () -> runOnce(job, work));
        return job;
    }

    /// Runs `prepare` on an ordinary thread (decoding, tokenising: no tensors), then `work` with its value on the lane.
    public <P, T> Job<T> submitPrepared(Message title, Priority priority, Work<P> prepare, PreparedWork<P, T> work) {
        Job<T> job = new Job<>(title, clock);
        aside(() -> {
            if (job.finished()) {
                return;
            }
            job.running();
            try {
                P prepared = prepare.run(new Context(job, null));
                enqueue(priority, () -> runOnce(job, context -> work.run(prepared, context)));
            } catch (EngineException | RuntimeException | Error e) {
                job.fail(e);
            }
        });
        return job;
    }

    /// @param <P> what was prepared, plain Java
    @FunctionalInterface
    public interface PreparedWork<P, T> {
        T run(P prepared, JobContext context) throws EngineException;
    }

    /// Runs `work` on an ordinary thread; it has no scope.
    public <T> Job<T> submitOffLane(Message title, Work<T> work) {
        Job<T> job = new Job<>(title, clock);
        aside(() -> finish(job, () -> work.run(new Context(job, null))));
        return job;
    }

    /// Runs `steps` piece by piece, each in a scope of its own, until one yields a value. Between two pieces all waiting work of higher priority is done.
    public <T> Job<T> submitSteps(Message title, Priority priority, Steps<T> steps) {
        Job<T> job = new Job<>(title, clock);
        enqueue(priority, () -> runStep(job, priority, steps));
        return job;
    }

    private <T> void runStep(Job<T> job, Priority priority, Steps<T> steps) {
        if (job.finished()) {
            return;
        }
        job.running();
        try (NDManager scope = scopes.call()) {
            Optional<T> value = steps.step(new Context(job, scope));
            if (value.isPresent()) {
                job.complete(value.get());
            } else {
                steps.ready().thenRun(() -> enqueue(priority, () -> runStep(job, priority, steps)));
            }
        } catch (EngineException | RuntimeException | Error e) {
            job.fail(e);
        }
    }

    private <T> void runOnce(Job<T> job, Work<T> work) {
        running = Optional.of(job);
        finish(job, () -> {
            try (NDManager scope = scopes.call()) {
                return work.run(new Context(job, scope));
            }
        });
        running = Optional.empty();
    }

    @FunctionalInterface
    private interface Body<T> {
        T run() throws EngineException;
    }

    private static <T> void finish(Job<T> job, Body<T> body) {
        if (job.finished()) {
            return;
        }
        job.running();
        try {
            job.cancelFlag().check();
            job.complete(body.run());
        } catch (EngineException | RuntimeException | Error e) {
            job.fail(e);
        }
    }

    private void aside(Runnable body) {
        try {
            workers.execute(body);
        } catch (RejectedExecutionException e) {
            if (!closing) {
                throw e;
            } // else whoever waits for it is ending too
        }
    }

    private void enqueue(Priority priority, Runnable body) {
        if (closing) {
            return; // whoever waits for it is ending too
        }
        queue.add(new Task(priority.ordinal(), age.incrementAndGet(), body));
    }

    /// Ends the piece of work that is running, at the next place where it can be cancelled, and closes all scopes.
    @Override
    public void close() {
        finish();
        if (!thread.isAlive()) {
            onExit.close();
        }
    }

    private void finish() {
        closing = true;
        queue.clear();
        running.ifPresent(Job::cancel);
        queue.add(new Task(Integer.MAX_VALUE, Long.MAX_VALUE, () -> {
        }));
        workers.shutdownNow();
        try {
            thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The native library clears itself away when a process ends; under a call that still runs this would be a crash, so such a process ends without.
    private void end() {
        finish();
        if (thread.isAlive()) {
            LibC.exit(ASKED_TO_END);
        }
    }

    private record Context(Job<?> job, NDManager scopeOrNone) implements JobContext {
        @Override
        public NDManager scope() {
            if (scopeOrNone == null) {
                throw new IllegalStateException("no tensors off the lane");
            }
            return scopeOrNone;
        }

        @Override
        public void progress(Message phase, long done, long total) {
            job.report(phase, done, total);
        }

        @Override
        public void rested() {
            job.rested();
        }

        @Override
        public void checkCancelled() {
            job.cancelFlag().check();
        }
    }
}
