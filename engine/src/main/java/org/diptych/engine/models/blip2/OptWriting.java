package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Writing;
import org.diptych.engine.tower.KeyCache;

/// Texts that the language model writes behind what the queries tell it and a prompt. Both are read as vectors, so that by the rules of the reference a text begins empty (transformers 4.41
/// `Blip2ForConditionalGeneration.generate`).
final class OptWriting implements Writing {
    private final OptLanguage language;
    private final Pass pass;
    private final NDArray beginning;
    private final long[][] attended;
    private final int rows;
    private final int prompt;
    private final int positions;
    private final long first;
    private final Optional<KeyCache> cache;
    private final NDManager scope;
    private NDManager step;
    private long[][] fresh;
    private NDArray logits;

    /// @param told   (B, Q, W) of the queries
    /// @param ids    int64 (B, T) the prompt
    /// @param prompted int64 (B, T) 1 for a word of the prompt, 0 for padding, which stands in front
    /// @param rows   texts a sample
    OptWriting(OptLanguage language, Blip2Config.Opt facts, Pass pass, NDArray told, NDArray ids, NDArray prompted,
            int rows, boolean cached) {
        this.language = language;
        this.pass = pass;
        this.rows = rows;
        first = facts.start();
        prompt = (int) ids.getShape().get(1);
        int queries = (int) told.getShape().get(1);
        positions = facts.positions();
        long[] words = prompted.toType(DataType.INT64, false).toLongArray();
        attended = new long[(int) told.getShape().get(0)][queries + prompt];
        for (int b = 0; b < attended.length; b++) {
            Arrays.fill(attended[b], 0, queries, 1);
            System.arraycopy(words, b * prompt, attended[b], queries, prompt);
        }
        fresh = new long[attended.length * rows][0];
        scope = told.getManager().newSubManager();
        step = scope.newSubManager();
        beginning = told.concat(language.embed(ids), 1);
        beginning.attach(scope);
        cache = cached ? Optional.of(new KeyCache(Optional.empty())) : Optional.empty();
        if (cached) {
            NDArray start = beginning.duplicate();
            start.attach(step);
            NDArray each = last(language.next(pass, start, there(1), cache.get()));
            cache.get().repeat(rows);
            logits = rows == 1 ? each : each.repeat(0, rows);
        } else {
            anew();
        }
    }

    /// @param times how often each sample stands
    /// @return int64 (B * times, Q + T + words written)
    private NDArray there(int times) {
        int begun = attended[0].length;
        int all = begun + fresh[0].length;
        long[] flat = new long[attended.length * times * all];
        Arrays.fill(flat, 1);
        for (int r = 0; r < attended.length * times; r++) {
            System.arraycopy(attended[r / times], 0, flat, r * all, begun);
        }
        return Staging.longs(step, flat, new Shape((long) attended.length * times, all));
    }

    /// @param states (R, n, D)
    /// @return (R, V) of the last place
    private NDArray last(NDArray states) {
        return language.logits(states.get(new NDIndex(":, -1")));
    }

    private void anew() {
        NDArray all = rows == 1 ? beginning.duplicate() : beginning.repeat(0, rows);
        all.attach(step);
        int words = fresh[0].length;
        if (words > 0) {
            long[] flat = Arrays.stream(fresh).flatMapToLong(Arrays::stream).toArray();
            all = all.concat(language.embed(Staging.longs(step, flat, new Shape(fresh.length, words))), 1);
        }
        logits = last(language.apply(pass, all, there(rows)));
    }

    @Override
    public Begun begun() {
        int room = positions - attended[0].length;
        return new Begun(new long[fresh.length][0], prompt, prompt + 1, new long[]{first}, new long[0],
                Math.max(0, room));
    }

    @Override
    public NDArray logits() {
        return logits;
    }

    @Override
    public void append(int[] parents, long[] tokens) {
        fresh = Writing.behind(fresh, parents, tokens);
        NDManager past = step;
        step = scope.newSubManager();
        if (cache.isPresent()) {
            cache.get().follow(parents, step);
            NDArray words = language.embed(Staging.longs(step, tokens, new Shape(tokens.length, 1)));
            logits = last(language.next(pass, words, there(rows), cache.get()));
        } else {
            anew();
        }
        past.close();
    }

    @Override
    public void close() {
        scope.close();
    }
}
