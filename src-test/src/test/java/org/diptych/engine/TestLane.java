package org.diptych.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.Natives;
import org.diptych.engine.work.Priority;

/// One engine lane for all tests of a JVM: the native library can be loaded only once.
public final class TestLane {
    private static final AtomicLong PASSED = new AtomicLong();
    private static EngineLane lane;

    private TestLane() {
    }

    public static synchronized EngineLane lane() {
        if (lane == null) {
            try {
                Natives.configure(
                        new EngineOptions("cpu", 1, Path.of("target/data").toAbsolutePath(), Optional.empty()));
            } catch (EngineException e) {
                throw new IllegalStateException(e);
            }
            lane = new EngineLane(() -> Natives.load("cpu"), () -> System.nanoTime() + PASSED.get());
        }
        return lane;
    }

    /// Lets time pass on the lane's clock.
    public static void pass(Duration time) {
        PASSED.addAndGet(time.toNanos());
    }

    /// Runs work on the lane and waits for its value.
    public static <T> T run(EngineLane.Work<T> work) throws EngineException {
        return value(lane().submit(Message.of("test.work"), Priority.INTERACTIVE, work));
    }

    /// Runs work in pieces on the lane and waits for its value.
    public static <T> T steps(EngineLane.Steps<T> steps) throws EngineException {
        return value(lane().submitSteps(Message.of("test.work"), Priority.INTERACTIVE, steps));
    }

    /// @return what the job yields, once it has
    public static <T> T value(JobHandle<T> job) throws EngineException {
        try {
            return job.result().toCompletableFuture().join();
        } catch (CompletionException e) {
            switch (e.getCause()) {
                case EngineException told -> throw told;
                case RuntimeException bug -> throw bug;
                case Error error -> throw error;
                default -> throw e;
            }
        }
    }
}
