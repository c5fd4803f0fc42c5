package org.diptych.engine.work;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// Ordinary threads for work without tensors.
public final class Workers {
    private Workers() {
    }

    /// @return daemon threads, at least two
    public static ExecutorService pool() {
        AtomicInteger count = new AtomicInteger();
        return Executors.newFixedThreadPool(Math.max(2, Runtime.getRuntime().availableProcessors()), body -> {
            Thread thread = new Thread(body, "engine-worker-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }
}
