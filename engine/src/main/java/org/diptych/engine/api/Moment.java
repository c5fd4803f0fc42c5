package org.diptych.engine.api;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// What a model saw at one step of its run: the matrix of the probe set, and of each pinned pair its maps, its text and its place among the others.
///
/// @param step        optimiser steps done
/// @param seconds     wall time of the run until then, pauses left out
/// @param temperature as the log has it; empty for a model without one
/// @param matrix      of the probe set, or of its first pairs for a model that reads each pair by itself; empty for a model that scores no pairs
/// @param pairs       the pinned pairs
public record Moment(int step, double seconds, OptionalDouble temperature, Optional<RunLog.Snapshot> matrix,
        List<Seen> pairs) {
    public Moment {
        pairs = List.copyOf(pairs);
    }

    /// @param number place in the probe set, from 0
    public Optional<Seen> pair(int number) {
        return pairs.stream().filter(p -> p.pair() == number).findFirst();
    }

    /// @param pair      place in the probe set, from 0
    /// @param imageRank place of the true text among all texts for the picture, from 1; 0 when the matrix does not have the pair
    /// @param textRank  place of the true picture among all pictures for the text
    /// @param asked     true when what it wrote answers the pair's question
    /// @param written   the caption, or the answer to the pair's question, as the model writes it greedily; empty for a model that writes nothing
    /// @param maps      of the whole caption, then of its words, or a single one of what the question's answer rests on; empty for a model that offers no map
    public record Seen(int pair, int imageRank, int textRank, boolean asked, Optional<String> written,
            List<Sight> maps) {
        public Seen {
            maps = List.copyOf(maps);
        }
    }

    /// Where in the picture the score of some words rests.
    ///
    /// @param start  first character of the words in the caption
    /// @param end    character after the last, 0 for the question's map
    /// @param rows   of the grid, 0 for boxes
    /// @param cols   of the grid, or how many boxes
    /// @param view   what the model saw of the picture, in its pixels
    /// @param boxes  in the picture's pixels; empty for a grid
    /// @param values (rows * cols) or (boxes), not normalised
    public record Sight(int start, int end, int rows, int cols, Box view, List<Box> boxes, float[] values) {
        public Sight {
            boxes = List.copyOf(boxes);
            if (values.length != (rows == 0 ? boxes.size() : rows * cols)) {
                throw new IllegalArgumentException(values.length + " values for " + rows + "x" + cols);
            }
        }

        /// @return the same over the same picture at another size
        public Sight scaled(float by) {
            return new Sight(start, end, rows, cols, scaled(view, by), boxes.stream().map(b -> scaled(b, by)).toList(),
                    values);
        }

        private static Box scaled(Box box, float by) {
            return new Box(box.x1() * by, box.y1() * by, box.x2() * by, box.y2() * by);
        }
    }
}
