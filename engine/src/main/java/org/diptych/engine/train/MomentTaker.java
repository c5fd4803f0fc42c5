package org.diptych.engine.train;

import ai.djl.ndarray.NDManager;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Queue;
import java.util.function.LongSupplier;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Moment;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.Vectors;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.Drawn;
import org.diptych.engine.work.JobContext;
import org.diptych.engine.work.Pace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes a run's moments, in pieces so that a person's request is answered between two of them. Looking costs time and disk, so both are bounded: a moment that
/// would take more than its share of the run's time is passed over, the first and the last left out, and older ones are thinned when the disk's budget is used up.
final class MomentTaker {
    private static final Logger LOG = LoggerFactory.getLogger(MomentTaker.class);
    /// A model that reads each pair by itself is asked for so many rows and columns.
    private static final int MATCHED = 8;
    private static final double MEBIBYTE = 1 << 20;

    @FunctionalInterface
    private interface Piece {
        void look(JobContext context) throws EngineException;
    }

    private final VisionLanguageModel model;
    private final Witness witness;
    private final MomentFolder folder;
    private final FineTunePlan plan;
    private final List<Example> probe = new ArrayList<>();
    private final Queue<Piece> pieces = new ArrayDeque<>();
    private final List<Encoded> encoded = new ArrayList<>();
    private final List<Moment.Seen> seen = new ArrayList<>();
    private Optional<float[]> scores = Optional.empty();
    private int n;
    private volatile List<Integer> pinned;
    private volatile Optional<Message> none;
    private final LongSupplier clock;
    private final Pace pace = new Pace();
    private int asked = -1;
    private double spent;
    private double last;
    private double now;

    /// @param folder of the run's moments
    /// @param step   that the run goes on from, 0 for a new one
    /// @param before seconds of the run until now
    /// @param clock  nanoseconds
    MomentTaker(VisionLanguageModel model, Witness witness, MomentFolder folder, FineTunePlan plan, Dataset validation,
            int step, double before, LongSupplier clock) throws EngineException {
        this.model = model;
        this.clock = clock;
        this.witness = witness;
        this.folder = folder;
        this.plan = plan;
        spent = plan.moments().share() * before; // what was left of it before is not caught up on
        folder.resume(step);
        pinned = folder.pinned(plan.moments().pairs());
        none = none(model, plan);
        if (none.isEmpty()) {
            probe.addAll(ProbeSet.examples(validation));
            if (!folder.hasPairs()) {
                folder.writePairs(ProbeSet.pairs(probe));
            } else if (!folder.pairs().stream().map(Moments.Pair::caption).toList()
                    .equals(probe.stream().map(Example::caption).toList())) { // a picture is gone, and the moments before show it
                none = Optional.of(Message.of("moments.none.pictures"));
            }
        }
    }

    private static Optional<Message> none(VisionLanguageModel model, FineTunePlan plan) {
        if (plan.moments().pairs().isEmpty()) {
            return Optional.of(Message.of("moments.none.plan"));
        }
        boolean shows = model.capabilities().contains(Capability.SCORES_PAIRS)
                || model.capabilities().contains(Capability.GENERATES)
                || model.capabilities().contains(Capability.ANSWERS);
        return shows ? Optional.empty() : Optional.of(Message.of("moments.none.model"));
    }

    /// @return why no moments are kept; nothing when they are
    Optional<Message> none() {
        return none;
    }

    List<Integer> pinned() {
        return pinned;
    }

    /// Watches other pairs from the next moment on.
    void pin(List<Integer> pairs) throws EngineException {
        List<Integer> known = pairs.stream().filter(p -> p >= 0 && p < probe.size()).distinct()
                .limit(FineTunePlan.Watch.MOST_PAIRS).toList();
        folder.pin(known);
        pinned = known;
    }

    /// Begins a moment if one is due. Asked again at the same step it says the same.
    ///
    /// @param seconds of the run until now
    /// @param end     true at its last step
    /// @return true while pieces of a moment are left
    boolean due(int step, double seconds, boolean end) {
        if (none.isPresent() || !pieces.isEmpty() || asked == step) {
            return !pieces.isEmpty();
        }
        asked = step;
        boolean marked = step == 0 || end || step % plan.moments().every(plan.steps()) == 0;
        if (marked && !folder.has(step)
                && (step == 0 || end || plan.moments().share() >= 1
                        || spent + last <= plan.moments().share() * seconds)) {
            begin();
        }
        return !pieces.isEmpty();
    }

    private void begin() {
        seen.clear();
        scores = Optional.empty();
        n = Vectors.of(model) ? probe.size() : Math.min(MATCHED, probe.size());
        now = 0;
        if (encoded.isEmpty()) {
            pieces.add(this::encode);
        }
        if (Vectors.of(model)) {
            pieces.add(this::cosines);
        } else if (model.capabilities().contains(Capability.SCORES_PAIRS) && model instanceof ScoresPairs pairs) {
            float[] all = new float[n * n];
            for (int row = 0; row < n; row++) {
                int at = row;
                pieces.add(context -> matches(pairs, at, all, context.scope()));
            }
        }
        for (int pair : pinned) {
            if (pair < probe.size()) {
                pieces.add(context -> look(pair, context));
            }
        }
    }

    /// Does one piece; the last one writes the moment.
    ///
    /// @param seconds of the run until now
    /// @param values  the newest of the log
    /// @return the time that it took
    Pace.Span piece(int step, double seconds, Map<String, Double> values, JobContext context) {
        long began = clock.getAsLong();
        try {
            pieces.remove().look(context);
            if (pieces.isEmpty()) {
                folder.write(new Moment(step, seconds, temperature(values),
                        scores.map(all -> new RunLog.Snapshot(step, n, all)), seen));
                folder.thin((long) (plan.moments().megabytes() * MEBIBYTE));
            }
        } catch (EngineException e) { // the run is worth more than its moments
            LOG.warn("{}", e.getMessage());
            pieces.clear();
            none = Optional.of(Message.of(e.key() + ".what", e.args()));
        }
        Pace.Span span = pace.of(clock.getAsLong() - began);
        spent += span.seconds();
        now += span.seconds();
        if (pieces.isEmpty()) {
            last = now;
        }
        return span;
    }

    /// @return seconds of the run that went into looking
    double spent() {
        return spent;
    }

    private OptionalDouble temperature(Map<String, Double> values) {
        if (values.containsKey("temperature")) {
            return OptionalDouble.of(values.get("temperature"));
        }
        return Vectors.of(model) && model instanceof ScoresPairs pairs && !pairs.probability()
                ? OptionalDouble.of(1 / pairs.scale())
                : OptionalDouble.empty();
    }

    private void encode(JobContext context) throws EngineException {
        for (Example example : probe) {
            encoded.add(Drawn.encode(model, example));
        }
    }

    private void cosines(JobContext context) {
        Inputs inputs = model.batch(encoded, context.scope());
        float[] all = Validation.similarities(model, inputs);
        scores = Optional.of(all);
    }

    /// One picture against the first texts.
    private void matches(ScoresPairs pairs, int row, float[] all, NDManager scope) {
        float[] one = pairs.scorePairs(Pass.INFER, model.batch(List.of(encoded.get(row)), scope),
                model.batch(encoded.subList(0, n), scope)).toFloatArray();
        System.arraycopy(one, 0, all, row * n, n);
        if (row == n - 1) {
            scores = Optional.of(all);
        }
    }

    private void look(int pair, JobContext context) throws EngineException {
        Example example = probe.get(pair);
        float by = (float) ProbeSet.shown(example.picture()).width() / example.picture().width();
        List<Moment.Sight> maps = witness.maps(example, context).stream().map(m -> m.scaled(by)).toList();
        seen.add(new Moment.Seen(pair, rank(pair, true), rank(pair, false), witness.asks(),
                witness.writes(example, context), maps));
    }

    private int rank(int pair, boolean ofText) {
        return scores.filter(all -> pair < n).map(all -> MatrixMath.rank(all, n, n, pair, pair, ofText)).orElse(0);
    }
}
