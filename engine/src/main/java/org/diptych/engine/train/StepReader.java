package org.diptych.engine.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.StepPairs;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;

/// Reads the batch of one step again: drawn and encoded on an ordinary thread as the step had it, then judged on the lane between two steps.
final class StepReader implements EngineLane.Steps<StepPairs> {
    /// The batch as it is before it is judged.
    ///
    /// @param given  its examples by number, as the data set has them
    /// @param values still to be found
    private record Drawn(Map<Integer, Example> given, Prepared prepared, PairValues values) {
    }

    /// Draws and encodes a step's examples; runs on an ordinary thread.
    @FunctionalInterface
    interface Drawing {
        /// @param data gives the examples without any correction
        Prepared of(Dataset data) throws EngineException;
    }

    /// Whether the run can still be asked; called on the lane.
    @FunctionalInterface
    interface Guard {
        void check() throws EngineException;
    }

    /// What is read.
    ///
    /// @param step    from 1
    /// @param present the step that comes next
    /// @param data    without any correction
    /// @param drawing how it is drawn
    /// @param judging makes the judge of a drawn batch
    record Wish(int step, int present, Dataset data, Corrections corrections, Drawing drawing,
            Function<Prepared, PairValues> judging, Guard guard) {
    }

    private final Wish wish;
    private Optional<CompletableFuture<Drawn>> drawn = Optional.empty();

    StepReader(Wish wish) {
        this.wish = wish;
    }

    private Drawn draw() {
        try {
            Map<Integer, Example> given = new LinkedHashMap<>();
            Prepared prepared = wish.drawing.of(new Remembering(wish.data, given));
            return new Drawn(given, prepared, wish.judging.apply(prepared));
        } catch (EngineException e) {
            throw new CompletionException(e);
        }
    }

    @Override
    public CompletionStage<Void> ready() {
        return drawn.orElseThrow().handle((all, error) -> null);
    }

    @Override
    public Optional<StepPairs> step(JobContext context) throws EngineException {
        context.checkCancelled();
        wish.guard.check();
        if (drawn.isEmpty()) {
            context.progress(Message.of("batch.phase.draw", wish.step), 0, 0);
            drawn = Optional.of(CompletableFuture.supplyAsync(this::draw));
            return Optional.empty();
        }
        Drawn all = told(drawn.get());
        PairValues values = all.values;
        if (values.done() < values.all()) {
            values.piece(context.scope());
            context.progress(Message.of("batch.phase.judge", wish.step), values.done(), values.all());
        }
        return values.done() < values.all() ? Optional.empty() : Optional.of(pairs(all));
    }

    private static Drawn told(CompletableFuture<Drawn> drawn) throws EngineException {
        try {
            return drawn.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof EngineException told) {
                throw told;
            }
            throw e;
        }
    }

    private StepPairs pairs(Drawn all) {
        List<OptionalDouble> values = all.values.values();
        List<StepPairs.Pair> out = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            Prepared.Pair pair = all.prepared.pairs().get(i);
            Example given = all.given.get(pair.place());
            out.add(new StepPairs.Pair(pair.place(), given.id(), ProbeSet.shown(given.picture()), pair.caption(),
                    wish.corrections.caption(pair.place(), wish.present).orElse(given.caption()), given.caption(),
                    given.right(), values.get(i)));
        }
        out.sort(Comparator.comparingDouble(p -> -p.value().orElse(Double.NEGATIVE_INFINITY)));
        return new StepPairs(wish.step, wish.step < wish.present, all.values.objective(), all.values.measure(), out,
                wish.corrections.requeued(wish.step));
    }
}
