package org.diptych.engine.api;

import java.util.List;
import java.util.Map;

/// What a plan would train, told without training: nothing of the weights is read.
///
/// @param course the plan's stages, or the one that the whole plan is
/// @param stages what the model's paper trains, by name; empty for a model that is trained all at once
public record PlanOutline(List<Stage> course, Map<String, FineTunePlan.Trains> stages) {
    public PlanOutline {
        course = List.copyOf(course);
    }

    /// @param name  empty for a plan without stages
    /// @param parts of the model, in its own order; low-rank changes are a part of their own
    public record Stage(String name, List<Part> parts) {
        public Stage {
            parts = List.copyOf(parts);
        }

        public long trainable() {
            return parts.stream().mapToLong(Part::trainable).sum();
        }

        public long total() {
            return parts.stream().mapToLong(Part::total).sum();
        }

        /// @return share of the numbers that learn
        public double share() {
            return total() == 0 ? 0 : (double) trainable() / total();
        }
    }

    /// @param name      first part of its weights' names
    /// @param trainable numbers that learn
    /// @param total     numbers in all; a full fine-tune trains as many
    /// @param slowest   lowest factor of the learning rate among what learns, 1 where nothing does
    /// @param fastest   highest such factor
    public record Part(String name, long trainable, long total, double slowest, double fastest) {
    }
}
