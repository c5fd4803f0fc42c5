package org.diptych.engine.train;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Sample;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.VisionLanguageModel;

/// Draws and encodes the next step's examples on ordinary threads while the lane computes the present one.
final class Batches {
    private final Dataset data;
    private final VisionLanguageModel model;
    private final Draw draw;
    private final ExecutorService workers;
    private int prepared = -1;
    private CompletableFuture<List<Encoded>> next = new CompletableFuture<>();

    Batches(Dataset data, VisionLanguageModel model, Draw draw, ExecutorService workers) {
        this.data = data;
        this.model = model;
        this.draw = draw;
        this.workers = workers;
    }

    /// @param step from 1
    /// @return that step's examples, when they are encoded
    CompletableFuture<List<Encoded>> step(int step) {
        if (prepared != step) {
            prepared = step;
            int[] chosen = draw.examples(step);
            next = CompletableFuture.supplyAsync(() -> encode(chosen), workers);
        }
        return next;
    }

    private List<Encoded> encode(int[] chosen) {
        List<Encoded> out = new ArrayList<>(chosen.length);
        for (int index : chosen) {
            try {
                out.add(encode(data, index, model));
            } catch (EngineException e) {
                throw new CompletionException(e);
            }
        }
        return out;
    }

    static Encoded encode(Dataset data, int index, VisionLanguageModel model) throws EngineException {
        Example example = data.example(index);
        return model.encode(Sample.of(example.picture(), example.caption()));
    }
}
