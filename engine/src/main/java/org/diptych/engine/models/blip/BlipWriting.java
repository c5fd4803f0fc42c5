package org.diptych.engine.models.blip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Writing;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.tower.Asked;
import org.diptych.engine.tower.FusionText;
import org.diptych.engine.tower.KeyCache;

/// Texts that the decoder writes from what it looks at. What it looks at is computed once; with a cache a further word costs one place.
final class BlipWriting implements Writing {
    private final FusionText decoder;
    private final Pass pass;
    private final Asked seen;
    private final int rows;
    private final int positions;
    private final Optional<KeyCache> cache;
    private final NDManager scope;
    private final long[][] begun;
    private NDManager step;
    private long[][] ids;
    private NDArray logits;

    /// @param seen   B samples' states that are looked at, and their mask
    /// @param words int64 (B, T) that the text begins with: its first id gives way to `start`, its last, which ends it, goes; without any, `start` alone
    /// @param rows  texts a sample
    BlipWriting(FusionText decoder, Pass pass, Asked seen, Optional<NDArray> words, long start, int rows,
            int positions, boolean cached) {
        long[][] prompt = prompt((int) seen.states().getShape().get(0), words, start);
        this.decoder = decoder;
        this.pass = pass;
        this.seen = seen;
        this.rows = rows;
        this.positions = positions;
        scope = seen.states().getManager().newSubManager();
        step = scope.newSubManager();
        begun = new long[prompt.length * rows][];
        Arrays.setAll(begun, r -> prompt[r / rows].clone());
        ids = begun.clone();
        cache = cached ? Optional.of(new KeyCache(Optional.of(mask()))) : Optional.empty();
        if (cached) {
            NDArray first = words(decoder.next(pass, tensor(prompt), Optional.of(seen.states()), cache.get()));
            cache.get().repeat(rows);
            logits = rows == 1 ? first : first.repeat(0, rows);
        } else {
            anew();
        }
    }

    private static long[][] prompt(int samples, Optional<NDArray> words, long start) {
        long[][] prompt = new long[samples][];
        Arrays.setAll(prompt, _ -> new long[]{start});
        words.ifPresent(w -> {
            int length = (int) w.getShape().get(1);
            long[] ids = w.toLongArray();
            for (int b = 0; b < samples; b++) {
                prompt[b] = Arrays.copyOfRange(ids, b * length, (b + 1) * length - 1);
                prompt[b][0] = start;
            }
        });
        return prompt;
    }

    private NDArray mask() {
        NDArray mask = Masks.padding(seen.attended(), FusionText.HIDDEN);
        mask.attach(scope);
        return mask;
    }

    private NDArray tensor(long[][] of) {
        long[] flat = Arrays.stream(of).flatMapToLong(Arrays::stream).toArray();
        return Staging.longs(step, flat, new Shape(of.length, of[0].length));
    }

    /// @param states (R, n, D)
    /// @return (R, V) of the last place
    private NDArray words(NDArray states) {
        return decoder.words(pass, states.get(new NDIndex(":, -1")));
    }

    private void anew() {
        NDArray all = tensor(ids);
        logits = words(decoder.looking(pass, all, all.onesLike(), repeated(seen.states()),
                Optional.of(repeated(seen.attended()))));
    }

    private NDArray repeated(NDArray array) {
        NDArray all = rows == 1 ? array.duplicate() : array.repeat(0, rows);
        all.attach(step);
        return all;
    }

    @Override
    public Begun begun() {
        return Begun.of(begun, positions - begun[0].length);
    }

    @Override
    public NDArray logits() {
        return logits;
    }

    @Override
    public void append(int[] parents, long[] tokens) {
        ids = Writing.behind(ids, parents, tokens);
        NDManager last = step;
        step = scope.newSubManager();
        if (cache.isPresent()) {
            cache.get().follow(parents, step);
            long[][] fresh = new long[tokens.length][];
            Arrays.setAll(fresh, r -> new long[]{tokens[r]});
            logits = words(decoder.next(pass, tensor(fresh), Optional.of(seen.states()), cache.get()));
        } else {
            anew();
        }
        last.close();
    }

    @Override
    public void close() {
        scope.close();
    }
}
