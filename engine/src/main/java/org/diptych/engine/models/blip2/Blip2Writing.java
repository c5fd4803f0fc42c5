package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.LongStream;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Writing;
import org.diptych.engine.tower.KeyCache;

/// Texts that the language model writes behind the queries and a prompt, both of which it reads as vectors. Transformers 4.41 counts a greatest length as if the queries were words, and puts the
/// first id in front of what it returns.
final class Blip2Writing implements Writing {
    private final OptLanguage language;
    private final Pass pass;
    private final NDArray beginning;
    private final int prompt;
    private final int rows;
    private final int room;
    private final long start;
    private final Optional<KeyCache> cache;
    private final NDManager scope;
    private NDManager step;
    private long[][] ids;
    private NDArray logits;

    /// @param beginning (B, Q + P, W) queries and prompt
    /// @param prompt    P
    /// @param rows      texts a sample
    Blip2Writing(OptLanguage language, Blip2Config.Opt facts, Pass pass, NDArray beginning, int prompt, int rows,
            boolean cached) {
        this.language = language;
        this.pass = pass;
        this.beginning = beginning;
        this.prompt = prompt;
        this.rows = rows;
        room = Math.max(0, facts.positions() - (int) beginning.getShape().get(1));
        start = facts.start();
        scope = beginning.getManager().newSubManager();
        step = scope.newSubManager();
        int b = (int) beginning.getShape().get(0);
        ids = new long[b * rows][0];
        cache = cached ? Optional.of(new KeyCache(Optional.empty())) : Optional.empty();
        NDArray first = last(cache.isPresent()
                ? language.next(pass, beginning, places(0, beginning.getShape().get(1)), cache.get())
                : language.apply(pass, beginning, places(0, beginning.getShape().get(1)), Optional.empty()));
        cache.ifPresent(c -> c.repeat(rows));
        logits = rows == 1 ? first : first.repeat(0, rows);
    }

    private NDArray places(long from, long count) {
        return Staging.longs(step, LongStream.range(from, from + count).toArray(), new Shape(1, count));
    }

    private NDArray last(NDArray states) {
        return language.logits(states.get(new NDIndex(":, -1")));
    }

    @Override
    public Begun begun() {
        return new Begun(new long[ids.length][0], prompt, prompt + 1, new long[]{start}, new long[0], room);
    }

    @Override
    public NDArray logits() {
        return logits;
    }

    @Override
    public void append(int[] parents, long[] tokens) {
        long[][] longer = new long[ids.length][];
        for (int r = 0; r < longer.length; r++) {
            long[] before = ids[parents[r]];
            longer[r] = Arrays.copyOf(before, before.length + 1);
            longer[r][before.length] = tokens[r];
        }
        ids = longer;
        NDManager before = step;
        step = scope.newSubManager();
        long read = beginning.getShape().get(1);
        int written = ids[0].length;
        if (cache.isPresent()) {
            cache.get().follow(parents, step);
            NDArray fresh = Staging.longs(step, tokens, new Shape(tokens.length, 1));
            logits = last(language.next(pass, language.embed(fresh), places(read + written - 1, 1), cache.get()));
        } else {
            NDArray words = language.embed(Staging.longs(step,
                    Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray(), new Shape(ids.length, written)));
            NDArray front = rows == 1 ? beginning : beginning.repeat(0, rows);
            NDArray all = NDArrays.concat(new NDList(front, words), 1);
            all.attach(step);
            logits = last(language.apply(pass, all, places(0, read + written), Optional.empty()));
        }
        before.close();
    }

    @Override
    public void close() {
        scope.close();
    }
}
