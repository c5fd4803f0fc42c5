package org.diptych.engine.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

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
/// @param lora       low-rank changes that learn in place of matrices
/// @param optimizer  AdamW settings
/// @param schedule   how the rate moves
/// @param stages     one behind the other, each with a warm-up, a fall of the rate and an optimiser of its own; empty: the whole plan is one stage
/// @param steps      optimiser steps, of all stages together
/// @param batch      examples a step
/// @param seed       of everything drawn at random: batches and dropout are functions of (seed, step)
/// @param evaluateEvery steps between two evaluations on the fixed validation set
/// @param checkpointEvery steps between two checkpoints
/// @param accumulate micro-batches that a step's batch is learnt from one after the other, their gradients added up: memory for one of them only. The step is that of the whole batch for objectives
///                   that judge each example, word or region by itself; in-batch negatives come from the same micro-batch
/// @param earlyStop  when the run ends before its last step
/// @param moments    what is kept of the way, to look back at
/// @param checkpointing true for gradient checkpointing (Chen et al. 2016): what a layer computes within itself is not held for the way back but computed a second time there. Less memory, about a third more
///                   time, the same gradients
/// @param precision  of matrix products: [#FP32], or [#BF16] for mixed precision, in which weights, gradients and the optimiser stay in 32 bits. Only for devices that compute in it
public record FineTunePlan(String name, String model, Map<String, Object> config,
        Map<String, Map<String, String>> startFrom, Data data,
        Map<String, Double> objectives, Lessons lessons,
        Trains trains, Lora lora, Optimizer optimizer, Schedule schedule, List<Stage> stages, int steps, int batch,
        long seed, int evaluateEvery, int checkpointEvery, int accumulate, EarlyStop earlyStop, Watch moments,
        boolean checkpointing, String precision) {
    public static final String FP32 = "fp32";
    public static final String BF16 = "bf16";

    /// A plan of an earlier version says nothing of low-rank changes, of stages, of how its batch is divided, of when it ends early, of moments and of precision.
    public FineTunePlan {
        lora = lora == null ? Lora.NONE : lora;
        stages = stages == null ? List.of() : List.copyOf(stages);
        accumulate = Math.max(1, accumulate);
        earlyStop = earlyStop == null ? EarlyStop.NEVER : earlyStop;
        moments = moments == null ? Watch.USUAL : moments;
        precision = precision == null ? FP32 : precision;
    }

    /// A plan that learns from each batch at once, to its last step.
    public FineTunePlan(String name, String model, Map<String, Object> config,
            Map<String, Map<String, String>> startFrom, Data data, Map<String, Double> objectives, Lessons lessons,
            Trains trains, Lora lora, Optimizer optimizer, Schedule schedule, List<Stage> stages, int steps, int batch,
            long seed, int evaluateEvery, int checkpointEvery) {
        this(name, model, config, startFrom, data, objectives, lessons, trains, lora, optimizer, schedule, stages,
                steps, batch, seed, evaluateEvery, checkpointEvery, 1, EarlyStop.NEVER, Watch.USUAL, false,
                FP32);
    }

    /// @return the same plan with other moments
    public FineTunePlan withMoments(Watch other) {
        return new FineTunePlan(name, model, config, startFrom, data, objectives, lessons, trains, lora, optimizer,
                schedule, stages, steps, batch, seed, evaluateEvery, checkpointEvery, accumulate, earlyStop, other,
                checkpointing, precision);
    }

    /// @return the same plan with gradient checkpointing, or without
    public FineTunePlan withCheckpointing(boolean on) {
        return new FineTunePlan(name, model, config, startFrom, data, objectives, lessons, trains, lora, optimizer,
                schedule, stages, steps, batch, seed, evaluateEvery, checkpointEvery, accumulate, earlyStop, moments,
                on, precision);
    }

    /// @return the same plan with matrix products in another precision
    public FineTunePlan withPrecision(String other) {
        return new FineTunePlan(name, model, config, startFrom, data, objectives, lessons, trains, lora, optimizer,
                schedule, stages, steps, batch, seed, evaluateEvery, checkpointEvery, accumulate, earlyStop, moments,
                checkpointing, other);
    }

    /// @return true for mixed precision
    public boolean mixed() {
        return precision.equals(BF16);
    }

    /// @return the same plan with another number of steps; of a plan in stages the last one is made longer or shorter
    public FineTunePlan withSteps(int count) {
        List<Stage> other = new ArrayList<>(stages);
        if (!other.isEmpty()) {
            Stage last = other.removeLast();
            other.add(new Stage(last.name, last.steps + count - steps, last.trains, last.objectives, last.rate));
        }
        return new FineTunePlan(name, model, config, startFrom, data, objectives, lessons, trains, lora, optimizer,
                schedule, other, count, batch, seed, evaluateEvery, checkpointEvery, accumulate, earlyStop, moments,
                checkpointing, precision);
    }

    /// @return the same plan with another number of examples a step
    public FineTunePlan withBatch(int other) {
        return new FineTunePlan(name, model, config, startFrom, data, objectives, lessons, trains, lora, optimizer,
                schedule, stages, steps, other, seed, evaluateEvery, checkpointEvery, accumulate, earlyStop, moments,
                checkpointing, precision);
    }

    /// @return the same plan with another peak rate; of a plan in stages they keep their own
    public FineTunePlan withRate(double peak) {
        Optimizer o = optimizer;
        return new FineTunePlan(name, model, config, startFrom, data, objectives, lessons, trains, lora,
                new Optimizer(peak, o.beta1, o.beta2, o.epsilon, o.weightDecay, o.clipNorm, o.layerDecay), schedule,
                stages, steps, batch, seed, evaluateEvery, checkpointEvery, accumulate, earlyStop, moments,
                checkpointing, precision);
    }

    /// @return the same plan for other data
    public FineTunePlan withData(Data other) {
        return new FineTunePlan(name, model, config, startFrom, other, objectives, lessons, trains, lora, optimizer,
                schedule, stages, steps, batch, seed, evaluateEvery, checkpointEvery, accumulate, earlyStop, moments,
                checkpointing, precision);
    }

    /// @return the same plan for another configuration of its fresh model
    public FineTunePlan withConfig(Map<String, Object> other) {
        return new FineTunePlan(name, model, other, startFrom, data, objectives, lessons, trains, lora, optimizer,
                schedule, stages, steps, batch, seed, evaluateEvery, checkpointEvery, accumulate, earlyStop, moments,
                checkpointing, precision);
    }

    /// @param other name of an objective -> its weight
    /// @return the same plan, by which other things are learnt, all of them from its first step to its last
    public FineTunePlan withObjectives(Map<String, Double> other) {
        return new FineTunePlan(name, model, config, startFrom, data, other, lessons, trains, lora, optimizer,
                schedule, List.of(), steps, batch, seed, evaluateEvery, checkpointEvery, accumulate, earlyStop, moments,
                checkpointing, precision);
    }

    /// @return the same plan with its batch in other parts, and another end
    public FineTunePlan with(int parts, EarlyStop end) {
        return new FineTunePlan(name, model, config, startFrom, data, objectives, lessons, trains, lora, optimizer,
                schedule, stages, steps, batch, seed, evaluateEvery, checkpointEvery, parts, end, moments,
                checkpointing, precision);
    }

    /// @return its stages, or the one that the whole plan is
    public List<Stage> course() {
        return stages.isEmpty() ? List.of(new Stage(name, steps, trains, objectives, optimizer.rate)) : stages;
    }

    /// @param step from 1
    /// @return number of the stage that the step belongs to, from 0
    public int stageAt(int step) {
        int end = 0;
        List<Stage> course = course();
        for (int i = 0; i < course.size(); i++) {
            end += course.get(i).steps;
            if (step <= end) {
                return i;
            }
        }
        return course.size() - 1;
    }

    /// @return steps before that stage
    public int before(int stage) {
        return course().subList(0, stage).stream().mapToInt(Stage::steps).sum();
    }

    /// @return the objectives of all stages
    public Map<String, Double> allObjectives() {
        Map<String, Double> all = new LinkedHashMap<>();
        course().forEach(stage -> stage.objectives.forEach(all::putIfAbsent));
        return all;
    }

    /// @param own true for a weight of a low-rank change
    /// @return true when the weight learns in that stage
    public boolean learns(String weight, boolean own, Stage stage) {
        return own || stage.trains.learns(weight) && !lora.covers(weight);
    }

    /// @return the same plan with another seed
    public FineTunePlan withSeed(long other) {
        return new FineTunePlan(name, model, config, startFrom, data, objectives, lessons, trains, lora, optimizer,
                schedule, stages, steps, batch, other, evaluateEvery, checkpointEvery, accumulate, earlyStop, moments,
                checkpointing, precision);
    }

    /// @return the same plan with other names for what it takes over and for what it learns from
    public FineTunePlan withSources(UnaryOperator<String> naming) {
        Map<String, Map<String, String>> from = new LinkedHashMap<>();
        startFrom.forEach((name, rules) -> from.put(naming.apply(name), rules));
        return new FineTunePlan(name, model, config, from, data.from(naming.apply(data.source)), objectives, lessons,
                trains, lora, optimizer, schedule, stages, steps, batch, seed, evaluateEvery, checkpointEvery,
                accumulate, earlyStop, moments, checkpointing, precision);
    }

    /// @return the same plan drawn out, or shortened: all that is counted in steps keeps its proportion
    public FineTunePlan stretched(int count) {
        double by = (double) count / steps;
        List<Stage> drawn = new ArrayList<>();
        int left = count;
        for (Stage each : stages) {
            int later = stages.size() - drawn.size() - 1;
            int own = later == 0 ? left : Math.clamp(Math.round(by * each.steps), 1, left - later);
            left -= own;
            drawn.add(new Stage(each.name, own, each.trains, each.objectives, each.rate));
        }
        return new FineTunePlan(name, model, config, startFrom, data, objectives,
                lessons.with(lessons.alpha, (int) Math.round(by * lessons.alphaRamp)),
                trains, lora, optimizer, new Schedule((int) Math.round(by * schedule.warmup), schedule.floor), drawn,
                count, batch, seed, (int) Math.max(1, Math.round(by * evaluateEvery)),
                (int) Math.max(1, Math.round(by * checkpointEvery)), accumulate, earlyStop, moments,
                checkpointing, precision);
    }

    /// Ends a run that no longer gains.
    ///
    /// @param metric   a value of the evaluations: `validation.loss`, `validation.r1` ... What tells of a loss is to fall, all else to rise
    /// @param patience evaluations without a gain after which the run ends, 0 = never
    /// @param minDelta by how much a value must be better than the best before to be a gain
    public record EarlyStop(String metric, int patience, double minDelta) {
        public static final EarlyStop NEVER = new EarlyStop("validation.loss", 0, 0);
    }

    /// Moments that a run keeps of what its model sees.
    ///
    /// @param every     steps between two of them, 0 for 50 steps or, in a shorter run, a fortieth of it
    /// @param megabytes they may take on disk; when they are more, every second one but the first and the last goes
    /// @param share     of the run's time that they may take; a moment that would take more is passed over; 1 for no limit
    /// @param pairs     places in the probe set of the pairs that are watched, at most [#MOST_PAIRS]; empty for no moments at all
    public record Watch(int every, double megabytes, double share, List<Integer> pairs) {
        public static final int MOST_PAIRS = 6;
        public static final Watch USUAL = new Watch(0, 32, 0.05, List.of(0, 1, 2));
        public static final Watch NONE = new Watch(0, 32, 0.05, List.of());
        private static final int USUALLY = 50;
        private static final int FEWEST = 40;

        public Watch {
            pairs = List.copyOf(pairs);
        }

        /// @param steps of the run
        public int every(int steps) {
            return every > 0 ? every : Math.clamp(steps / FEWEST, 1, USUALLY);
        }
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
        /// @return the same of another source
        public Data from(String other) {
            return new Data(other, world, language, captions, noise, hardNegatives, train, validation, pictureSize);
        }
    }

    /// @param masking `dynamic`: words are hidden anew at every sight of a text; `static`: each text keeps the words that were hidden first
    /// @param rule    `bert`: each ordinary piece of a word with a probability; `whole`: each ordinary word, with all of its pieces (VLMo); `roberta`: so many positions of the whole sequence, its special
    ///                tokens among them
    /// @param share   of words or regions that are hidden
    /// @param joint   words and regions or patches are hidden at once; else what is asked for is hidden alone (UNITER's conditional masking)
    /// @param alpha   share of a following copy's answers in the targets, 0 to learn from labels alone
    /// @param alphaRamp steps over which that share grows from 0
    /// @param patches share of a picture's patches that are hidden
    /// @param pair    share of a text's words that are hidden where patches are hidden with them
    /// @param codes   file that tells the codes of patches: a tokenizer of pictures, or a table; empty for the model's own codes
    /// @param tasks   `all`: a step learns by all of its objectives, their losses weighted; `one`: by one of them, drawn by the weights (UNITER, Chen et al. 2020, section 3.1)
    public record Lessons(String masking, String rule, double share, boolean joint, double alpha, int alphaRamp,
            double patches, double pair, String codes, String tasks) {
        public static final String ALL = "all";
        public static final String ONE = "one";
        /// As published: 15 % of words hidden anew each time, one side alone, a share of 0.4 for a copy that follows (ALBEF section 3.3), two fifths of the patches and, beside them, half of the words (BEiT-3
        /// section 2.2).
        public static final Lessons USUAL = new Lessons("dynamic", "bert", 0.15, false, 0.4, 0);

        /// A plan of an earlier version says nothing of patches, nor of tasks.
        public Lessons {
            patches = patches == 0 ? 0.4 : patches;
            pair = pair == 0 ? 0.5 : pair;
            codes = codes == null ? "" : codes;
            tasks = tasks == null ? ALL : tasks;
        }

        /// The usual shares of patches and of what is hidden beside them, in the model's own codes.
        public Lessons(String masking, String rule, double share, boolean joint, double alpha, int alphaRamp) {
            this(masking, rule, share, joint, alpha, alphaRamp, 0, 0, "", ALL);
        }

        /// @return true where each step draws one of its objectives
        public boolean one() {
            return tasks.equals(ONE);
        }

        /// @return the same, hiding one side at a time or both at once
        public Lessons with(boolean both) {
            return new Lessons(masking, rule, share, both, alpha, alphaRamp, patches, pair, codes, tasks);
        }

        /// @return the same with another share for a copy that follows
        public Lessons with(double other, int ramp) {
            return new Lessons(masking, rule, share, joint, other, ramp, patches, pair, codes, tasks);
        }

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

        /// @return true when the prefix is the parameter's whole name, or ends at one of its dots
        public static boolean under(String parameter, String prefix) {
            return parameter.equals(prefix) || parameter.startsWith(prefix + ".");
        }
    }

    /// Low-rank adaptation (Hu et al. 2021): beside a matrix W of some linear maps stands (alpha / rank) B A, which learns in its place. Kept weights are W with the change added.
    ///
    /// @param rank        of the changes, 0 for none
    /// @param alpha       scales them by alpha / rank
    /// @param parts       prefixes of names; all that lies below, adapted or not, stays as it is. Empty: the whole model
    /// @param projections last parts of the names of the linear maps that are changed: `q_proj`, `attention.self.query` ...
    public record Lora(int rank, double alpha, List<String> parts, List<String> projections) {
        /// Queries and values under the names that they have in any of the models here (section 7.1 finds them to be the best choice).
        public static final List<String> USUAL = List.of("q_proj", "v_proj", "query", "value");
        public static final Lora NONE = new Lora(0, 0, List.of(), List.of());

        public Lora {
            parts = List.copyOf(parts);
            projections = List.copyOf(projections);
        }

        /// @return a change of that rank for queries and values everywhere, scaled by 2 as the original LLaVA does
        public static Lora of(int rank) {
            return rank == 0 ? NONE : new Lora(rank, 2.0 * rank, List.of(), USUAL);
        }

        /// @param module full name of a linear map
        public boolean adapts(String module) {
            return covers(module) && projections.stream().anyMatch(p -> module.equals(p) || module.endsWith("." + p));
        }

        /// @return true for what stays as it is for the changes' sake
        public boolean covers(String weight) {
            return rank > 0 && (parts.isEmpty() || parts.stream().anyMatch(p -> Trains.under(weight, p)));
        }
    }

    /// @param name       for a person
    /// @param trains     what learns in it
    /// @param objectives as the plan's
    /// @param rate       peak learning rate
    public record Stage(String name, int steps, Trains trains, Map<String, Double> objectives, double rate) {
    }

    /// AdamW (Loshchilov and Hutter 2019). Norm gains, biases and the temperature never decay.
    ///
    /// @param rate     peak learning rate
    /// @param clipNorm largest global gradient norm, 0 = no clipping
    /// @param layerDecay factor of the rate from each layer of a stack to the one below it, so that early layers keep more of what they know (BEiT, Bao et al. 2022); 1 = the same rate for all
    public record Optimizer(double rate, double beta1, double beta2, double epsilon, double weightDecay,
            double clipNorm, double layerDecay) {
        /// A log of an earlier version says nothing of layers.
        public Optimizer {
            layerDecay = layerDecay == 0 ? 1 : layerDecay;
        }
    }

    /// Linear warm-up, then a cosine down to `floor * rate`.
    public record Schedule(int warmup, double floor) {
    }
}
