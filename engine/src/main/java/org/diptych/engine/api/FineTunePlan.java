package org.diptych.engine.api;

import java.util.List;
import java.util.Map;

/// Everything that decides a training run; stored as JSON (`assets/plans`, and `plan.json` in every run folder).
///
/// @param name       for a person
/// @param model      what to start from: a bundled model's id, a checkpoint path, or `fresh:FAMILY` with `config`
/// @param config     the model's own configuration, for `fresh:` starts only (Hugging Face keys)
/// @param startFrom  for `fresh:` starts: a bundled model's id or a checkpoint's path -> pattern of its weights' names -> name here, for parts that begin where another model ended
/// @param data       what it learns from
/// @param objectives objective name -> weight, for example `contrastive: 1`
/// @param lessons    how the objectives hide, and how much a following copy says
/// @param trains     which parts learn
/// @param optimizer  AdamW settings
/// @param schedule   how the rate moves
/// @param steps      optimiser steps
/// @param batch      examples a step
/// @param seed       of everything drawn at random: batches and dropout are functions of (seed, step)
/// @param evaluateEvery steps between two evaluations on the fixed validation set
/// @param checkpointEvery steps between two checkpoints
public record FineTunePlan(String name, String model, Map<String, Object> config,
        Map<String, Map<String, String>> startFrom, Data data,
        Map<String, Double> objectives, Lessons lessons,
        Trains trains, Optimizer optimizer, Schedule schedule, int steps, int batch, long seed, int evaluateEvery,
        int checkpointEvery) {

    /// @return the same plan with another number of steps
    public FineTunePlan withSteps(int count) {
        return new FineTunePlan(name, model, config, startFrom, data, objectives, lessons, trains, optimizer, schedule,
                count,
                batch, seed, evaluateEvery, checkpointEvery);
    }

    /// @return the same plan with another seed
    public FineTunePlan withSeed(long other) {
        return new FineTunePlan(name, model, config, startFrom, data, objectives, lessons, trains, optimizer, schedule,
                steps, batch, other, evaluateEvery, checkpointEvery);
    }

    /// @return the same plan with other names for what it takes over
    public FineTunePlan withSources(java.util.function.UnaryOperator<String> naming) {
        Map<String, Map<String, String>> from = new java.util.LinkedHashMap<>();
        startFrom.forEach((name, rules) -> from.put(naming.apply(name), rules));
        return new FineTunePlan(name, model, config, from, data, objectives, lessons, trains, optimizer, schedule,
                steps, batch, seed, evaluateEvery, checkpointEvery);
    }

    /// @return the same plan drawn out, or shortened: all that is counted in steps keeps its proportion
    public FineTunePlan stretched(int count) {
        double by = (double) count / steps;
        return new FineTunePlan(name, model, config, startFrom, data, objectives,
                new Lessons(lessons.masking, lessons.rule, lessons.share, lessons.joint, lessons.alpha,
                        (int) Math.round(by * lessons.alphaRamp)),
                trains, optimizer, new Schedule((int) Math.round(by * schedule.warmup), schedule.floor), count, batch,
                seed, (int) Math.max(1, Math.round(by * evaluateEvery)),
                (int) Math.max(1, Math.round(by * checkpointEvery)));
    }

    /// @param source     `toybox`, or a folder with pictures and `captions.jsonl`
    /// @param world      Toybox placement: `aligned`, `loose` or `free`
    /// @param language   `en` or `zh`
    /// @param captions   `short`, `full` or `mixed`
    /// @param noise      probability that a training caption is wrong, 0 to 1
    /// @param hardNegatives share of training pairs whose partner in the batch differs in one word only, 0 to 1
    /// @param train      training examples
    /// @param validation examples of the fixed validation set
    /// @param pictureSize side of a drawn scene in pixels
    public record Data(String source, String world, String language, String captions, double noise,
            double hardNegatives, int train,
            int validation,
            int pictureSize) {
    }

    /// @param masking `dynamic`: words are hidden anew at every sight of a text; `static`: each text keeps the words that were hidden first
    /// @param rule    `bert`: each ordinary word with a probability; `roberta`: so many positions of the whole sequence, its special tokens among them
    /// @param share   of words or regions that are hidden
    /// @param joint   words and regions are hidden at once; else what is asked for is hidden alone (UNITER's conditional masking)
    /// @param alpha   share of a following copy's answers in the targets, 0 to learn from labels alone
    /// @param alphaRamp steps over which that share grows from 0
    public record Lessons(String masking, String rule, double share, boolean joint, double alpha, int alphaRamp) {
        /// As published: 15 % hidden anew each time, one side alone, and a share of 0.4 for a copy that follows (ALBEF section 3.3).
        public static final Lessons USUAL = new Lessons("dynamic", "bert", 0.15, false, 0.4, 0);

        /// @param step from 1
        /// @return the copy's share at that step
        public double alphaAt(int step) {
            return alphaRamp == 0 ? alpha : alpha * Math.min(1, (step - 1.0) / alphaRamp);
        }
    }

    /// @param parts  prefixes of parameter names that learn (`vision_model`, `text_model.encoder.layers.2`, `visual_projection` ...); empty = all
    /// @param frozen prefixes that do not, taken away from the former
    public record Trains(List<String> parts, List<String> frozen) {
        public Trains {
            parts = List.copyOf(parts);
            frozen = List.copyOf(frozen);
        }

        public boolean learns(String parameter) {
            return (parts.isEmpty() || parts.stream().anyMatch(p -> under(parameter, p)))
                    && frozen.stream().noneMatch(p -> under(parameter, p));
        }

        private static boolean under(String parameter, String prefix) {
            return parameter.equals(prefix) || parameter.startsWith(prefix + ".");
        }
    }

    /// AdamW (Loshchilov and Hutter 2019). Norm gains, biases and the temperature never decay.
    ///
    /// @param rate     peak learning rate
    /// @param clipNorm largest global gradient norm, 0 = no clipping
    public record Optimizer(double rate, double beta1, double beta2, double epsilon, double weightDecay,
            double clipNorm) {
    }

    /// Linear warm-up, then a cosine down to `floor * rate`.
    public record Schedule(int warmup, double floor) {
    }
}
