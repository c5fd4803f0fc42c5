package org.diptych.engine.api;

import java.util.List;
import java.util.OptionalDouble;

/// The pairs that a step of a run learnt from, or that the next one will, the worst first by the weights of this moment.
///
/// @param step      from 1
/// @param done      false for the next step's, which is not learnt yet
/// @param objective the one that the values are of, by its name in plans; empty where nothing gives each pair a value of its own
/// @param measure   what the values are
/// @param requeued  numbers in the data set of those that a person put into this step
public record StepPairs(int step, boolean done, String objective, Measure measure, List<Pair> pairs,
        List<Integer> requeued) {
    public StepPairs {
        pairs = List.copyOf(pairs);
        requeued = List.copyOf(requeued);
    }

    /// What a pair's value is. Always without dropout and without a copy's say in the targets, so that it depends on weights and pair alone.
    public enum Measure {
        /// Cross-entropy of the pair's own text among the texts of its micro-batch, and of its own picture among the pictures, half of each (Radford et al. 2021, figure 3). A
        /// model with a queue has more rivals than these while it learns.
        CONTRAST,
        /// The objective's loss on this pair by itself, with the words, regions and partners that the step drew for it.
        LOSS,
        /// Minus the logarithm of the probability that picture and text match: for objectives whose loss depends on the other pairs, where the model judges single pairs.
        MATCH,
        /// Nothing: the pairs are in the order of the batch.
        NONE
    }

    /// @param index    number in the data set, from 0
    /// @param id       what the data set calls it
    /// @param picture  small
    /// @param learnt   the caption as the step learnt it
    /// @param present  the caption as the next step would learn it
    /// @param given    the caption as the data set has it
    /// @param right    false when the data set made its caption wrong on purpose
    /// @param value    larger is worse; nothing where the step hid none of the pair's words
    public record Pair(int index, String id, Picture picture, String learnt, String present, String given,
            boolean right, OptionalDouble value) {
        /// @return true while a person's caption stands in the place of the data set's
        public boolean corrected() {
            return !present.equals(given);
        }

        public Pair saying(String caption) {
            return new Pair(index, id, picture, learnt, caption, given, right, value);
        }
    }
}
