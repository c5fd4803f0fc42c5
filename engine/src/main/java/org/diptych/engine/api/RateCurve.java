package org.diptych.engine.api;

import java.util.List;

/// The learning rate that a plan gives its steps, as long as nobody changes it on the way.
///
/// @param points in the order of the steps: all of them, or of a long plan some
/// @param stages names of the plan's stages with the first step of each; the one that the whole plan is has no name
public record RateCurve(List<Point> points, List<Stage> stages) {
    public RateCurve {
        points = List.copyOf(points);
        stages = List.copyOf(stages);
    }

    /// @param step from 1
    /// @param rate as the run's log will have it
    public record Point(int step, double rate) {
    }

    /// @param first step, from 1
    public record Stage(String name, int first) {
    }

    /// @return the highest rate
    public double peak() {
        return points.stream().mapToDouble(Point::rate).max().orElse(0);
    }

    /// @return number of the last step
    public int steps() {
        return points.isEmpty() ? 0 : points.getLast().step();
    }

    /// @param share place along the steps, 0 to 1
    /// @return the point nearest to it
    public Point near(double share) {
        double step = 1 + share * (steps() - 1);
        return points.stream().reduce((a, b) -> Math.abs(b.step() - step) < Math.abs(a.step() - step) ? b : a)
                .orElseThrow();
    }
}
