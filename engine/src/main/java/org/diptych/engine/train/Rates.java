package org.diptych.engine.train;

import org.diptych.engine.api.FineTunePlan;

/// The learning rate of a step: linear warm-up, then a cosine (Loshchilov and Hutter 2017) down to the floor.
final class Rates {
    private Rates() {
    }

    /// @param step from 1
    /// @param peak the rate at the end of the warm-up
    static double at(int step, double peak, FineTunePlan.Schedule schedule, int steps) {
        if (step <= schedule.warmup()) {
            return peak * step / schedule.warmup();
        }
        double done = (double) (step - schedule.warmup()) / Math.max(1, steps - schedule.warmup());
        double cosine = (1 + Math.cos(Math.PI * Math.min(1, done))) / 2;
        return peak * (schedule.floor() + (1 - schedule.floor()) * cosine);
    }
}
