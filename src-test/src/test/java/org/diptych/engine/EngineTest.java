package org.diptych.engine;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.JobHandle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/// A whole engine without a window.
abstract class EngineTest {
    static Engine engine;
    @TempDir
    Path folder;

    @BeforeAll
    static void start() throws EngineException {
        engine = Engine.start(new EngineOptions("cpu", 1, Path.of("target/data").toAbsolutePath(), Optional.empty()));
    }

    @AfterAll
    static void stop() {
        engine.close();
    }

    static <T> T await(JobHandle<T> job) throws EngineException {
        try {
            return job.result().toCompletableFuture().orTimeout(120, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof EngineException told) {
                throw told;
            }
            throw e;
        }
    }
}
