package org.diptych.engine.train;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.function.IntFunction;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;

/// Draws and encodes the next step's examples on ordinary threads while the lane computes the present one.
final class Batches {
    private final IntFunction<Preparer> preparers;
    private final Draw draw;
    private final FineTunePlan.Lessons how;
    private final ExecutorService workers;
    private int prepared = -1;
    private CompletableFuture<Prepared> next = new CompletableFuture<>();

    /// @param preparers step -> who makes its lessons
    Batches(IntFunction<Preparer> preparers, Draw draw, FineTunePlan.Lessons how, ExecutorService workers) {
        this.preparers = preparers;
        this.draw = draw;
        this.how = how;
        this.workers = workers;
    }

    /// @param step from 1
    /// @return that step's examples, when they are encoded
    synchronized CompletableFuture<Prepared> step(int step) {
        if (prepared != step) {
            prepared = step;
            int[] chosen = draw.examples(step);
            long[] sights = draw.sights(step);
            next = CompletableFuture.supplyAsync(() -> {
                try {
                    return preparers.apply(step).prepare(chosen, sights, step, how.alphaAt(step));
                } catch (EngineException e) {
                    throw new CompletionException(e);
                }
            }, workers);
        }
        return next;
    }

    /// Waits for a step's examples.
    ///
    /// @throws EngineException when they cannot be read
    Prepared await(int step) throws EngineException {
        try {
            return step(step).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof EngineException told) {
                throw told;
            }
            throw e;
        }
    }

    /// Draws anew what may have been drawn before a person changed it.
    synchronized void forget() {
        prepared = -1;
    }
}
