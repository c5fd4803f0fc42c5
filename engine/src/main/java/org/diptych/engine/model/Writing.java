package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;

/// Texts being written, a row each. It owns its cache and frees what a step made before the next; who began it closes it.
public interface Writing extends AutoCloseable {
    /// What texts begin with, as the decoding rules of the model's reference count it.
    ///
    /// @param ids    R rows of equal length that new ids are put behind and that a repetition penalty sees; of length 0 where the reference reads its prompt as
    ///               vectors
    /// @param hidden ids of the prompt that are read but not among `ids`: BLIP-2's whole prompt. They count towards a least length that counts the prompt
    /// @param taken  of a greatest length that counts the prompt, what is taken up beyond `ids`: for BLIP-2 `hidden` and one more
    /// @param front  put in front of a finished text: BLIP-2's first id
    /// @param behind put behind the ids that a beam search returns, before the end: BEiT-3's mask
    /// @param room   ids that can be appended before the model's positions end
    record Begun(long[][] ids, int hidden, int taken, long[] front, long[] behind, int room) {
        /// A prompt that stands in front of the new ids.
        ///
        /// @param ids  R rows
        /// @param room ids that can be appended
        public static Begun of(long[][] ids, int room) {
            return new Begun(ids, 0, 0, new long[0], new long[0], room);
        }
    }

    Begun begun();

    /// @return (R, V) logits of each row's next word
    NDArray logits();

    /// Row r becomes what row `parents[r]` was, with `tokens[r]` after it.
    ///
    /// @param parents R rows, each of the same sample as r
    /// @param tokens  R ids
    void append(int[] parents, long[] tokens);

    /// @param ids R rows of any length
    /// @return the rows as [#append] has them
    static long[][] behind(long[][] ids, int[] parents, long[] tokens) {
        long[][] longer = new long[parents.length][];
        for (int r = 0; r < longer.length; r++) {
            long[] before = ids[parents[r]];
            longer[r] = Arrays.copyOf(before, before.length + 1);
            longer[r][before.length] = tokens[r];
        }
        return longer;
    }

    @Override
    void close();
}
