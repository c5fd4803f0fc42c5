package org.diptych.engine.train;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RateCurve;

/// The learning rate of a step: linear warm-up, then a cosine (Loshchilov and Hutter 2017) down to the floor.
public final class Rates {
    /// More points than a screen is wide show nothing more.
    private static final int MOST = 2000;

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

    /// @param number of a step of the plan, from 1
    /// @param stage  that it belongs to
    /// @param peak   of that stage as it stands; a person may have changed it
    static double at(FineTunePlan plan, int number, int stage, double peak) {
        return at(number - plan.before(stage), peak, plan.schedule(), plan.course().get(stage).steps());
    }

    /// @return what a run of the plan will log; of a long plan the first and last step of each stage, the end of its warm-up and enough between
    public static RateCurve curve(FineTunePlan plan) {
        TreeSet<Integer> numbers = new TreeSet<>();
        int stride = Math.ceilDiv(plan.steps(), MOST);
        for (int number = 1; number <= plan.steps(); number += stride) {
            numbers.add(number);
        }
        List<RateCurve.Stage> stages = new ArrayList<>();
        for (int i = 0; i < plan.course().size(); i++) {
            int before = plan.before(i);
            int last = before + plan.course().get(i).steps();
            numbers.addAll(List.of(before + 1, Math.clamp(before + plan.schedule().warmup(), before + 1, last), last));
            stages.add(new RateCurve.Stage(plan.stages().isEmpty() ? "" : plan.stages().get(i).name(), before + 1));
        }
        return new RateCurve(numbers.stream().map(number -> {
            int stage = plan.stageAt(number);
            return new RateCurve.Point(number, at(plan, number, stage, plan.course().get(stage).rate()));
        }).toList(), stages);
    }
}
