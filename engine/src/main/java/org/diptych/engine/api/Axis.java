package org.diptych.engine.api;

import java.util.List;

/// What the positions along one side of an attention map are, so that a view can draw a model it has never heard of.
public sealed interface Axis {
    int size();

    /// Words: position i is token `first + i` of the sample's [Tokens].
    record Text(int size, int first) implements Axis {
        public Text(int size) {
            this(size, 0);
        }
    }

    /// A patch grid, row by row, after `prefix` summary positions (a class token).
    record Patches(int rows, int cols, int prefix) implements Axis {
        @Override
        public int size() {
            return prefix + rows * cols;
        }
    }

    /// Boxes of the sample's [Regions], after `prefix` summary positions.
    record Boxes(int count, int prefix) implements Axis {
        @Override
        public int size() {
            return prefix + count;
        }
    }

    /// Learned queries that stand for nothing in the input.
    record Queries(int size) implements Axis {
    }

    /// Several axes one behind the other, as single-stream models have them.
    record Joined(List<Axis> parts) implements Axis {
        public Joined {
            parts = List.copyOf(parts);
        }

        @Override
        public int size() {
            return parts.stream().mapToInt(Axis::size).sum();
        }
    }
}
