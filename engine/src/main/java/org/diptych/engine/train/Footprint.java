package org.diptych.engine.train;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.PlanMemory;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Follows;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.RunsInSegments;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.Objective;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Adapters;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.objective.Drawn;
import org.diptych.engine.work.Natives;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a run will take of memory at most. Weights and what the optimiser keeps are counted; activations are measured with the trainer's own step where that is quick and safe, and reckoned else.
public final class Footprint {
    private static final Logger LOG = LoggerFactory.getLogger(Footprint.class);
    /// A micro-batch has two examples at least: with one there is no wrong partner.
    private static final int FEW = 2;
    /// The largest micro-batch that is tried.
    public static final int MORE = 8;
    /// Bytes against which what other threads allocate meanwhile counts for little.
    private static final long LARGE = 64L << 20;
    private static final int TIMES = 5;
    /// Examples of the first step that are looked through for the longest texts.
    private static final int LOOKED_AT = 32;
    private static final int FLOAT = Float.BYTES;
    /// Bytes of a number in bf16.
    private static final int BRAIN = 2;
    private static final double WIDTHS_A_LAYER = 18;

    private Footprint() {
    }

    /// Activations in bytes.
    ///
    /// @param fixed    that do not grow with the micro-batch
    /// @param example  of each of its examples
    /// @param measured false when they were reckoned
    public record Activations(long fixed, long example, boolean measured) {
    }

    /// Counts; no weight is read.
    ///
    /// @param model its weights may be unset
    /// @param free  bytes that the device has to give, 0 when unknown
    public static PlanMemory of(VisionLanguageModel model, FineTunePlan plan, Activations activations, long free) {
        FineTunePlan.Lora lora = plan.lora();
        Adapters adapters = Adapters.attach(model.module(), lora::adapts, lora.rank(), lora.alpha());
        try {
            return taught(model, plan, activations, free);
        } finally {
            adapters.detach();
        }
    }

    /// As [#of], of a model that is taught by the plan: what it adapts with is in its places.
    static PlanMemory taught(VisionLanguageModel model, FineTunePlan plan, Activations activations, long free) {
        Set<String> following = model instanceof Follows f ? f.followers() : Set.of();
        long[] numbers = new long[3]; // all, that learn, that follow
        model.module().weights().forEach((name, weight) -> {
            long size = weight.shape().size();
            boolean own = Adapters.own(name);
            numbers[0] += size;
            if (following.contains(name)) {
                numbers[2] += size;
            } else if (weight.trainable()
                    && plan.course().stream().anyMatch(stage -> plan.learns(name, own, stage))) {
                numbers[1] += size;
            }
        });
        return new PlanMemory(FLOAT * numbers[0], FLOAT * numbers[1], FLOAT * numbers[2], FLOAT * numbers[1],
                2 * FLOAT * numbers[1], activations.fixed, activations.example, activations.measured, plan.batch(),
                plan.accumulate(), free);
    }

    /// @return what would fit into what a run has and the device could still give
    static Message fits(VisionLanguageModel model, FineTunePlan plan, Dataset data, Device device) {
        try {
            PlanMemory need = taught(model, plan, reckon(model, plan, data), 0);
            long there = Natives.free(device) + need.standing() - need.fixed();
            return need.failedOn(there).advice(plan.checkpointing());
        } catch (EngineException | RuntimeException e) { // the run is over either way
            LOG.warn("{}", e.getMessage());
            return Message.of("train.full.unknown");
        }
    }

    /// The examples of the first step whose texts are the longest: a batch is as wide as its widest.
    private static int[] widest(VisionLanguageModel model, FineTunePlan plan, Dataset data) throws EngineException {
        int[] first = new Draw(plan.seed(), data.size(), data.group(),
                Draw.Sizes.of(Math.min(plan.batch(), data.size())), Corrections.none()).examples(1);
        List<int[]> widths = new ArrayList<>(); // place, tokens
        for (int place : IntStream.of(first).limit(LOOKED_AT).toArray()) {
            Encoded encoded = Drawn.encode(model, new Readable(data).example(place));
            widths.add(new int[]{place, encoded.tokens().map(t -> t.ids().length).orElse(0)});
        }
        widths.sort(Comparator.comparingInt((int[] w) -> -w[1]));
        return widths.stream().limit(MORE).mapToInt(w -> w[0]).toArray();
    }

    /// Runs forward and loss of a micro-batch of two examples and of one of eight, as a step does, and takes what they hold as a line through both. Lane thread only. The model is of no use
    /// for anything else afterwards.
    ///
    /// @param model   every weight set
    /// @param scope   of a run, closed by the caller
    /// @param between called before each pass; what it throws ends the trial
    /// @return empty where the platform does not tell what is allocated
    /// @throws EngineException when the plan does not fit the model
    public static Optional<Activations> measure(VisionLanguageModel model, FineTunePlan plan, Dataset data,
            NDManager scope, Runnable between) throws EngineException {
        FineTunePlan.Lora lora = plan.lora();
        Adapters adapters = Adapters.attach(model.module(), lora::adapts, lora.rank(), lora.alpha());
        adapters.initialise(scope, plan.seed());
        Trainer trainer = new Trainer(model, plan, scope);
        int[] places = widest(model, plan, data);
        Optional<Activations> most = Optional.empty();
        for (int stage = 0; stage < plan.course().size(); stage++) {
            trainer.enter(stage, true);
            for (List<Objective> together : trainer.together(stage)) {
                Preparer preparer = new Preparer(data, model, together, plan.seed());
                double alpha = plan.lessons().alpha();
                Prepared few = preparer.prepare(IntStream.of(places).limit(FEW).toArray(), new long[FEW], 1, alpha);
                between.run();
                trainer.held(few, scope); // the first pass also makes what all later ones share
                OptionalLong little = held(trainer, few, scope, between);
                OptionalLong much = places.length < MORE
                        ? little
                        : held(trainer, preparer.prepare(places, new long[MORE], 1, alpha), scope, between);
                if (little.isEmpty() || much.isEmpty()) {
                    return Optional.empty();
                }
                long example = places.length < MORE
                        ? little.getAsLong() / FEW
                        : Math.max(0, (much.getAsLong() - little.getAsLong()) / (MORE - FEW));
                Activations now = new Activations(Math.max(0, little.getAsLong() - FEW * example), example, true);
                if (most.isEmpty() || size(now, plan) > size(most.get(), plan)) {
                    most = Optional.of(now);
                }
            }
        }
        return most;
    }

    /// @return bytes, the middle one of several when they are so few that other threads matter
    private static OptionalLong held(Trainer trainer, Prepared part, NDManager scope, Runnable between) {
        List<Long> seen = new ArrayList<>();
        do {
            between.run();
            OptionalLong bytes = trainer.held(part, scope);
            if (bytes.isEmpty() || bytes.getAsLong() > LARGE) {
                return bytes;
            }
            seen.add(bytes.getAsLong());
        } while (seen.size() < TIMES);
        return OptionalLong.of(seen.stream().sorted().toList().get(TIMES / 2));
    }

    private static long size(Activations activations, FineTunePlan plan) {
        return activations.fixed + activations.example * (plan.batch() / plan.accumulate());
    }

    /// Reckons what an example's activations take, for a model that is too large to try: of each linear map its input and its output are held, at as many positions as a layer has on average. For
    /// a Transformer layer of width h this makes 18 h numbers a position, where Korthikanti et al. 2022 (section 4.1) count 34 bytes of half precision; as there, attention holds
    /// two numbers a head and pair of positions beside. With gradient checkpointing one h of the 18 stays for each layer that is computed a second time, and all of one layer. All stages and all objectives are taken to see the whole input once each.
    /// In mixed precision inputs are held in 16 bits, and a rounded copy of each matrix; outputs, which some blocks hold in 32 bits, count for that everywhere.
    ///
    /// @param model its weights may be unset
    public static Activations reckon(VisionLanguageModel model, FineTunePlan plan, Dataset data)
            throws EngineException {
        long example = 0;
        long rounded = 0;
        for (int place : widest(model, plan, data)) {
            Example one = new Readable(data).example(place);
            List<AttentionSite> sites = model.sites(Drawn.encode(model, one));
            long layers = sites.stream().mapToLong(AttentionSite::layers).sum();
            long positions = sites.stream().mapToLong(s -> (long) s.layers() * s.query().size()).sum();
            long pairs = sites.stream()
                    .mapToLong(s -> (long) s.layers() * s.heads() * s.query().size() * s.key().size()).sum();
            long widths = model.module().modules().values().stream().filter(Linear.class::isInstance)
                    .mapToLong(m -> bytes((Linear) m, plan.mixed())).sum();
            long all = widths * positions / Math.max(1, layers) + 2 * FLOAT * pairs;
            double dropped = plan.checkpointing()
                    ? recomputed(model) * Math.max(0, 1 - 1.0 / WIDTHS_A_LAYER - 1.0 / Math.max(1, layers))
                    : 0;
            example = Math.max(example, Math.round(all * (1 - dropped)));
            rounded = Math.max(rounded, Math.round(copies(model, plan) * (1 - dropped)));
        }
        int objectives = plan.course().stream().mapToInt(s -> s.objectives().size()).max().orElse(1);
        return new Activations(rounded, example * Math.max(1, objectives), false);
    }

    /// @return bytes of the matrices as mixed precision multiplies them
    private static long copies(VisionLanguageModel model, FineTunePlan plan) {
        return !plan.mixed()
                ? 0
                : model.module().modules().values().stream().filter(Linear.class::isInstance)
                        .flatMap(m -> matrices((Linear) m)).mapToLong(s -> BRAIN * s.size()).sum();
    }

    /// @return share of what the model's linear maps hold that gradient checkpointing computes a second time: of that, each layer's input is held, and all of one layer
    private static double recomputed(VisionLanguageModel model) {
        Map<String, Module> all = model.module().modules();
        List<String> stacks = all.entrySet().stream().filter(e -> e.getValue() instanceof RunsInSegments)
                .map(e -> e.getKey() + ".").toList();
        long[] widths = new long[2]; // in all, in such stacks
        all.forEach((name, module) -> {
            if (module instanceof Linear map) {
                widths[0] += width(map);
                widths[1] += stacks.stream().anyMatch(name::startsWith) ? width(map) : 0;
            }
        });
        return (double) widths[1] / Math.max(1, widths[0]);
    }

    private static Stream<Shape> matrices(Linear map) {
        return map.weights().values().stream().map(Weight::shape).filter(s -> s.dimension() == 2);
    }

    private static long width(Linear map) {
        return matrices(map).mapToLong(s -> s.get(0) + s.get(1)).sum();
    }

    /// @return what is held of a position's input and output
    private static long bytes(Linear map, boolean mixed) {
        return matrices(map).mapToLong(s -> FLOAT * s.get(0) + (mixed ? BRAIN : FLOAT) * s.get(1)).sum();
    }
}
