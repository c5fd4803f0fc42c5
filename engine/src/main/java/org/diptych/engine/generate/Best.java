package org.diptych.engine.generate;

import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/// The largest of many values.
final class Best {
    private Best() {
    }

    /// @return places of the `count` largest values, largest first; of equal ones the earlier
    static int[] of(double[] values, int count) {
        Comparator<Integer> worstFirst = Comparator.<Integer>comparingDouble(i -> values[i])
                .thenComparing(Comparator.reverseOrder());
        PriorityQueue<Integer> best = new PriorityQueue<>(count + 1, worstFirst);
        for (int i = 0; i < values.length; i++) {
            if (best.size() < count || values[i] > values[best.element()]) {
                best.add(i);
                if (best.size() > count) {
                    best.remove();
                }
            }
        }
        List<Integer> order = best.stream().sorted(worstFirst.reversed()).toList();
        return order.stream().mapToInt(i -> i).toArray();
    }

    /// @return the model's own view of one step: the chosen id and the likeliest ones
    static Choice choice(double[] logProbabilities, long id, int alternatives) {
        List<Choice.Alternative> likeliest = IntStream.of(alternatives == 0
                ? new int[0]
                : of(logProbabilities, alternatives))
                .mapToObj(i -> new Choice.Alternative(i, Math.exp(logProbabilities[i]))).toList();
        return new Choice(id, Math.exp(logProbabilities[(int) id]), likeliest);
    }
}
