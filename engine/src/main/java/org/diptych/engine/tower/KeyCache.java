package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.diptych.engine.nn.Rows;

/// Keys and values that the layers of a causal stack have computed for the words so far, so that a further word costs one place and not all of them; and those of what the stack looks at, which
/// stay the same.
public final class KeyCache {
    /// @param key   (R, T, D) or (B, S, D)
    /// @param value the same
    public record Pair(NDArray key, NDArray value) {
    }

    /// By layer.
    private final Map<Integer, Pair> own = new TreeMap<>();
    private final Map<Integer, Pair> seen = new TreeMap<>();
    private final Optional<NDArray> seenMask;

    /// @param seenMask added to the scores of what is looked at, broadcast to (B, heads, n, S)
    public KeyCache(Optional<NDArray> seenMask) {
        this.seenMask = seenMask;
    }

    /// @return words that it holds of every row
    public int length() {
        return own.values().stream().findFirst().map(p -> (int) p.key().getShape().get(1)).orElse(0);
    }

    Optional<NDArray> seenMask() {
        return seenMask;
    }

    /// @return the layer's keys and values with these behind them
    Pair behind(int layer, NDArray key, NDArray value) {
        Pair before = own.get(layer);
        if (before == null) {
            own.put(layer, new Pair(key, value));
        } else {
            NDManager step = key.getManager();
            own.put(layer,
                    new Pair(kept(before.key().concat(key, 1), step), kept(before.value().concat(value, 1), step)));
        }
        return own.get(layer);
    }

    /// @return what the layer looks at; the first call computes it
    Pair seen(int layer, java.util.function.Supplier<Pair> first) {
        return seen.computeIfAbsent(layer, _ -> first.get());
    }

    /// Each row as often as texts are written from it.
    public void repeat(int times) {
        if (times > 1) {
            own.replaceAll((_, p) -> new Pair(p.key().repeat(0, times), p.value().repeat(0, times)));
        }
    }

    /// Row r becomes what row `parents[r]` was.
    ///
    /// @param scope owns the words' keys and values from now on
    public void follow(int[] parents, NDManager scope) {
        boolean same = java.util.stream.IntStream.range(0, parents.length).allMatch(i -> parents[i] == i);
        if (same) {
            own.values().forEach(p -> {
                p.key().attach(scope);
                p.value().attach(scope);
            });
            return;
        }
        NDArray index = scope.create(java.util.Arrays.stream(parents).asLongStream().toArray());
        own.replaceAll(
                (_, p) -> new Pair(kept(Rows.samples(p.key(), index), scope),
                        kept(Rows.samples(p.value(), index), scope)));
    }

    private static NDArray kept(NDArray array, NDManager scope) {
        array.attach(scope);
        return array;
    }
}
