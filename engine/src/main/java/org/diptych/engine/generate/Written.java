package org.diptych.engine.generate;

import java.util.List;

/// Texts as they were written.
///
/// @param texts one a sample
/// @param pad   what fills up the shorter ones
/// @param width that all rows have at least
public record Written(List<Text> texts, long pad, int width) {
    /// Why a text ends.
    public enum Reason {
        /// The model said its end.
        END,
        /// One of the texts that were to stop it.
        STOP,
        /// The greatest length was reached.
        LENGTH,
        /// The model's positions are used up.
        CONTEXT
    }

    /// @param ids     as the reference returns them: what it begins with, the new ids, the end where it was said and there is room
    /// @param choices the new ids without the end, in order
    /// @param score   of a beam search: sum of logarithms over a power of the length; else 0
    public record Text(long[] ids, List<Choice> choices, double score, Reason reason) {
        /// @return the new ids without the end
        public long[] fresh() {
            return choices.stream().mapToLong(Choice::id).toArray();
        }
    }

    /// @return rows of equal length, the shorter ones filled up
    public long[][] rows() {
        int longest = texts.stream().mapToInt(t -> t.ids.length).reduce(width, Math::max);
        long[][] rows = new long[texts.size()][longest];
        for (int i = 0; i < rows.length; i++) {
            long[] ids = texts.get(i).ids;
            java.util.Arrays.fill(rows[i], pad);
            System.arraycopy(ids, 0, rows[i], 0, ids.length);
        }
        return rows;
    }
}
