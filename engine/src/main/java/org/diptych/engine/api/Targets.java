package org.diptych.engine.api;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What the next step of a run aims at, where a copy that follows the model has a say in it: each target is `alpha` of what the copy thinks and the rest the label (Li et al. 2021,
/// section 3.3, equations 6 and 7).
///
/// @param step        the step that will learn from it, from 1
/// @param alpha       the copy's share at that step
/// @param temperature what the cosines of the contrast are divided by
/// @param queue       features of the last batches; nothing for a model without
/// @param pairs       that step's batch
/// @param pair        the one whose targets these are
/// @param picture     of that pair, small
/// @param aims        its targets
/// @param millis      how long the engine was busy with them
public record Targets(int step, double alpha, double temperature, Optional<Queue> queue, List<Pair> pairs, int pair,
        Picture picture, List<Aim> aims, double millis) {
    public Targets {
        pairs = List.copyOf(pairs);
        aims = List.copyOf(aims);
    }

    /// @param caption as it is trained with
    /// @param right   false when the caption was made wrong on purpose
    public record Pair(String caption, boolean right) {
    }

    /// What is chosen among.
    public enum Side {
        /// Sentences, for the pair's picture.
        SENTENCES,
        /// Pictures, for the pair's sentence.
        PICTURES,
        /// Words, for one that is hidden in the pair's sentence.
        WORDS
    }

    /// One target.
    ///
    /// @param side       what is chosen among
    /// @param asked      the pair's sentence; of words, with a gap where the hidden one stood
    /// @param candidates the label first, then those with the largest share of the target, and the model's own favourite
    /// @param of         how many there are in all
    public record Aim(Side side, String asked, List<Candidate> candidates, int of) {
        public Aim {
            candidates = List.copyOf(candidates);
        }
    }

    /// One of those that are chosen among.
    ///
    /// @param text    a caption or a word; nothing where nobody wrote down what a place of the queue holds
    /// @param picture of a caption, small; nothing for words
    /// @param age     how many steps before the next one it was put into the queue; nothing for what is in the batch itself
    /// @param label   1 for what the label names, else 0
    /// @param copy    what the copy thinks, 0 to 1
    /// @param target  what the model is to think, 0 to 1
    /// @param model   what it thinks now, 0 to 1
    public record Candidate(Optional<String> text, Optional<Picture> picture, OptionalInt age, double label,
            double copy, double target, double model) {
    }

    /// A ring of features, into which each step writes its batch over the oldest (He et al. 2020, section 3.2).
    ///
    /// @param size    places
    /// @param pointer place of the next one
    /// @param brought features of each step, the newest first, as far back as there is room for them
    /// @param steps   steps done
    public record Queue(int size, int pointer, List<Integer> brought, int steps) {
        public Queue {
            brought = List.copyOf(brought);
        }

        /// One to which every step brings as many.
        public Queue(int size, int pointer, int batch, int steps) {
            this(size, pointer, Collections.nCopies(Math.min(steps, Math.ceilDiv(size, batch)), batch), steps);
        }

        /// What a place holds.
        ///
        /// @param step that put it there, from 1
        /// @param row  in that step's batch
        public record Entry(int step, int row) {
        }

        /// @param place from 0
        /// @return nothing for a place that no step of the run has written to
        public Optional<Entry> entry(int place) {
            if (!brought.isEmpty() && brought.getFirst() >= size) { // only the end of the last batch has room
                return Optional.of(new Entry(steps, brought.getFirst() - size + place));
            }
            int back = Math.floorMod(pointer - 1 - place, size);
            for (int i = 0; i < brought.size() && brought.get(i) < size; i++) {
                if (back < brought.get(i)) {
                    return Optional.of(new Entry(steps - i, brought.get(i) - 1 - back));
                }
                back -= brought.get(i);
            }
            return Optional.empty();
        }

        /// @return how many steps before the next one a place was written to
        public OptionalInt age(int place) {
            return entry(place).map(e -> OptionalInt.of(steps + 1 - e.step())).orElseGet(OptionalInt::empty);
        }

        /// @return places that the run has written to
        public int filled() {
            return (int) Math.min(size, brought.stream().mapToLong(Integer::longValue).sum());
        }

        /// @return the age of the oldest feature that the run has written, 0 before the first step
        public int oldest() {
            return brought.size();
        }
    }
}
