package org.diptych.engine.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Writing;

/// Writes by a table: what follows depends on the last id alone. It remembers its rows, so that a beam that is given wrong parents gets wrong words.
///
/// @param prompts what the samples begin with
/// @param next    last id -> probabilities of the next
/// @param room    ids that can be appended
record TableModel(NDManager manager, List<long[]> prompts, Map<Long, double[]> next, Search search, int room,
        List<Long> unwritten) implements Generates {
    static final long PAD = 0;
    static final long A = 1;
    static final long B = 2;
    static final long END = 3;
    static final long START = 4;
    static final long MASK = 5;

    /// One text from [#START].
    static TableModel of(NDManager manager, Map<Long, double[]> next) {
        return new TableModel(manager, List.of(new long[]{START}), next, Search.TRANSFORMERS, 100, List.of());
    }

    TableModel with(Search other) {
        return new TableModel(manager, prompts, next, other, room, unwritten);
    }

    TableModel withRoom(int places) {
        return new TableModel(manager, prompts, next, search, places, unwritten);
    }

    TableModel from(List<long[]> other) {
        return new TableModel(manager, other, next, search, room, unwritten);
    }

    TableModel without(long id) {
        return new TableModel(manager, prompts, next, search, room, List.of(id));
    }

    /// @return probabilities of pad, a, b, end, start, mask
    static double[] odds(double a, double b, double end) {
        return new double[]{1e-9, a, b, end, 1e-9, 1e-9};
    }

    @Override
    public Ends ends() {
        return new Ends(START, END, PAD, 100);
    }

    @Override
    public boolean writes(long id) {
        return !unwritten.contains(id);
    }

    @Override
    public Writing begin(Pass pass, Inputs inputs, int rows, boolean cached) {
        long[][] texts = prompts.stream().flatMap(p -> IntStream.range(0, rows).mapToObj(_ -> p))
                .toArray(long[][]::new);
        boolean masked = search == Search.UNILM;
        return new Writing() {
            private long[][] now = texts.clone();

            @Override
            public Begun begun() {
                return new Begun(texts, 0, 0, new long[0], masked ? new long[]{MASK} : new long[0], room);
            }

            @Override
            public NDArray logits() {
                float[] all = new float[now.length * 6];
                for (int r = 0; r < now.length; r++) {
                    double[] odds = next.getOrDefault(now[r][now[r].length - 1], odds(1. / 3, 1. / 3, 1. / 3));
                    for (int v = 0; v < 6; v++) {
                        all[r * 6 + v] = (float) Math.log(odds[v]) + 7; // logits are known up to a constant
                    }
                }
                return manager.create(all, new Shape(now.length, 6));
            }

            @Override
            public void append(int[] parents, long[] tokens) {
                now = IntStream.range(0, now.length).mapToObj(r -> {
                    long[] longer = Arrays.copyOf(now[parents[r]], now[parents[r]].length + 1);
                    longer[longer.length - 1] = tokens[r];
                    return longer;
                }).toArray(long[][]::new);
            }

            @Override
            public void close() {
                // holds no tensors
            }
        };
    }
}
