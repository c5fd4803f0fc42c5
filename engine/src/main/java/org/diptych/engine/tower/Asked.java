package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import org.diptych.engine.model.Guess;
import org.diptych.engine.nn.Rows;

/// What questions say after they have looked at their pictures: what a decoder of answers looks at.
///
/// @param states   (Q, T, D)
/// @param attended int64 (Q, T) 1 for a word
public record Asked(NDArray states, NDArray attended) {
    private static final int UNASKED = -100;

    /// @param counts (Q) answers of each question
    /// @return each question as often as it has answers
    public Asked repeated(NDArray counts) {
        long[] each = counts.toType(DataType.INT64, false).toLongArray();
        long[] rows = new long[(int) java.util.Arrays.stream(each).sum()];
        int next = 0;
        for (int i = 0; i < each.length; i++) {
            for (int k = 0; k < each[i]; k++) {
                rows[next++] = i;
            }
        }
        NDArray index = states.getManager().create(rows);
        return new Asked(Rows.samples(states, index), attended.get(index));
    }

    /// @param counts (Q) answers of each question, which stand one question's behind the other's
    /// @return int64 (Q) where each question's first answer stands
    public static NDArray first(NDArray counts) {
        return counts.cumSum(0).sub(counts).toType(DataType.INT64, false);
    }

    /// @return one question, `times` times
    public Asked one(int question, int times) {
        NDIndex row = new NDIndex("{}:{}", question, question + 1);
        return new Asked(states.get(row).repeat(0, times), attended.get(row).repeat(0, times));
    }

    /// How each word of a text is foretold by those before it; where it ends is not asked.
    ///
    /// @param logits   (n, A, V)
    /// @param ids      int64 (n, A)
    /// @param attended int64 (n, A) 1 for a word
    public static Guess guess(NDArray logits, NDArray ids, NDArray attended) {
        long a = ids.getShape().get(1);
        NDArray words = attended.get(new NDIndex(":, 1:")).toType(DataType.INT64, false);
        NDArray last = words.sum(new int[]{1}, true).eq(words.cumSum(1)).toType(DataType.INT64, false); // from the end token on
        return new Guess(logits.get(new NDIndex(":, :{}", a - 1)),
                ids.get(new NDIndex(":, 1:")).mul(last.neg().add(1)).add(last.mul(UNASKED)));
    }
}
