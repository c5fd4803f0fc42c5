package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Writing;
import org.diptych.engine.tower.KeyCache;
import org.diptych.engine.tower.T5Tower;

/// Texts that the decoder writes of what the encoder has read once; they begin with the decoder's first id, which counts as a word (transformers 4.41 `generate` of an encoder-decoder).
final class T5Writing implements Writing {
    private final T5Tower tower;
    private final Pass pass;
    private final T5Tower.Memory memory;
    private final int positions;
    private final long[][] begun;
    private final Optional<KeyCache> cache;
    private final NDManager scope;
    private NDManager step;
    private long[][] ids;
    private NDArray logits;

    /// @param memory of B samples
    /// @param rows   texts a sample
    T5Writing(T5Tower tower, Blip2Config.T5 facts, Pass pass, T5Tower.Memory memory, int rows, boolean cached) {
        this.tower = tower;
        this.pass = pass;
        this.memory = memory;
        positions = facts.positions();
        scope = memory.states().getManager().newSubManager();
        memory.states().attach(scope);
        memory.mask().attach(scope);
        step = scope.newSubManager();
        begun = new long[(int) memory.states().getShape().get(0) * rows][];
        Arrays.setAll(begun, _ -> new long[]{facts.start()});
        ids = begun.clone();
        cache = cached ? Optional.of(T5Tower.cache(memory)) : Optional.empty();
        logits = told();
    }

    private NDArray told() {
        return LanguageModel.last(cache.isPresent()
                ? tower.write(pass, tensor(newest()), memory, cache.get())
                : tower.write(pass, tensor(ids), memory));
    }

    private long[][] newest() {
        return Arrays.stream(ids).map(row -> new long[]{row[row.length - 1]}).toArray(long[][]::new);
    }

    private NDArray tensor(long[][] of) {
        long[] flat = Arrays.stream(of).flatMapToLong(Arrays::stream).toArray();
        return Staging.longs(step, flat, new Shape(of.length, of[0].length));
    }

    @Override
    public Begun begun() {
        return Begun.of(begun, positions - 1);
    }

    @Override
    public NDArray logits() {
        return logits;
    }

    @Override
    public void append(int[] parents, long[] tokens) {
        ids = Writing.behind(ids, parents, tokens);
        NDManager past = step;
        step = scope.newSubManager();
        cache.ifPresent(c -> c.follow(parents, step));
        logits = told();
        past.close();
    }

    @Override
    public void close() {
        scope.close();
    }
}
