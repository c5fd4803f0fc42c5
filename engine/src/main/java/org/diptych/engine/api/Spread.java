package org.diptych.engine.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// How large the weights of a model's parts are at a step, and the gradients that moved them there: too small to move anything, or about to run away, can be seen before the loss tells.
///
/// @param step    optimiser steps done
/// @param seconds wall time since the start, as in the log's rows
/// @param parts   first part of the weights' names -> what learns of it, in the model's own order
public record Spread(int step, double seconds, Map<String, Part> parts) {
    public Spread {
        parts = new LinkedHashMap<>(parts);
    }

    /// @return the norm of all weights that learn
    public double norm() {
        return Math.sqrt(parts.values().stream().mapToDouble(p -> p.weights().squares()).sum());
    }

    /// @param weights   as they are after the step
    /// @param gradients of the step's whole batch, before clipping; empty where none came, as before the first step and for what does not learn in the present stage
    public record Part(Bins weights, Bins gradients) {
    }

    /// Where the bins of a scale lie: the first reaches from 0 to `10^low`, the last from `10^(low + (bins - 2) * width)` up.
    ///
    /// @param bins  how many
    /// @param low   decimal logarithm
    /// @param width of a bin, in decimal orders of magnitude
    public record Scale(int bins, double low, double width) {
        /// Quarters of an order of magnitude from 1e-6.
        public static final Scale WEIGHTS = new Scale(32, -6, 0.25);
        /// Halves of an order of magnitude from 1e-12.
        public static final Scale GRADIENTS = new Scale(32, -12, 0.5);

        /// @return upper end of a bin; no number is larger than the last
        public double upper(int bin) {
            return bin == bins - 1 ? Double.MAX_VALUE : Math.pow(10, low + bin * width);
        }

        /// @return lower end of a bin
        public double lower(int bin) {
            return bin == 0 ? 0 : upper(bin - 1);
        }
    }

    /// Absolute values.
    ///
    /// @param counts  of each bin of the scale; empty when there were no values
    /// @param least   smallest value
    /// @param most    largest value
    /// @param sum     of the values
    /// @param squares sum of their squares
    public record Bins(List<Long> counts, double least, double most, double sum, double squares) {
        public static final Bins NONE = new Bins(List.of(), 0, 0, 0, 0);

        public Bins {
            counts = List.copyOf(counts);
        }

        /// @return how many values there are
        public long size() {
            return counts.stream().mapToLong(Long::longValue).sum();
        }

        /// @return their Euclidean norm
        public double norm() {
            return Math.sqrt(squares);
        }

        /// @return share of the values that lie in a bin
        public double share(int bin) {
            return counts.isEmpty() ? 0 : (double) counts.get(bin) / size();
        }

        /// @param other of the same scale
        /// @return both together
        public Bins and(Bins other) {
            if (counts.isEmpty() || other.counts.isEmpty()) {
                return counts.isEmpty() ? other : this;
            }
            List<Long> both = IntStream.range(0, counts.size())
                    .mapToObj(i -> counts.get(i) + other.counts.get(i)).toList();
            return new Bins(both, Math.min(least, other.least), Math.max(most, other.most), sum + other.sum,
                    squares + other.squares);
        }
    }
}
