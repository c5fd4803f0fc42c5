package org.diptych.engine.train;

import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.ValueNames;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.regions.Blank;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.Vectors;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.Objective;
import org.diptych.engine.objective.Seeds;

/// The fixed validation set, gone through in pieces so that a person's request never waits for all of it: loss over batches of the training size, recall over
/// the whole set, the matrix of a small probe set, what is right of the same questions when the pictures are blank, and what a model that learns to write writes of a few pictures.
final class Validation {
    /// Encoded examples are kept from one evaluation to the next up to so many floats.
    private static final long KEPT_FLOATS = 1L << 24;
    /// Tasks whose score a picture should raise. A recall is none of them: pictures that are all the same find their texts by chance.
    private static final Set<String> SEEING = Stream
            .of(Task.MATCHING, Task.MASKED_WORDS, Task.ANSWERS, Task.PICTURE_PAIRS).map(Task::plan)
            .collect(Collectors.toUnmodifiableSet());
    /// Batches with blank pictures at most. Each is one pass forward of those tasks, where a step is a pass forward and one back that costs about two: with an evaluation
    /// every 200 steps 24 / (200 * 3) = 4 % of the run. The 256 pairs of the usual validation set are 8 batches of 32, 1.3 %.
    private static final int BLANK_BATCHES = 24;

    private final VisionLanguageModel model;
    private final Dataset data;
    private final int batch;
    private final int[] probe;
    private final Preparer preparer;
    private final Preparer blank;
    private final int blanks;
    private final Recital recital;
    private final Map<Integer, Prepared> kept = new LinkedHashMap<>();
    private final Map<Integer, Prepared> keptBlank = new LinkedHashMap<>();
    private final Map<Integer, String> lost = new LinkedHashMap<>();
    private long keptFloats;
    private int next;
    private int nextBlank;
    private int losses;
    private final Map<String, Double> sums = new LinkedHashMap<>();
    private final Map<String, long[]> guesses = new LinkedHashMap<>();
    private final Vectors vectors = new Vectors();

    /// @param batch examples a piece
    Validation(VisionLanguageModel model, Dataset data, int batch, List<Objective> objectives, long seed)
            throws EngineException {
        this.model = model;
        preparer = new Preparer(data, model, objectives, Seeds.mix(seed, -1)); // other draws than any step's
        this.data = data;
        this.batch = Math.min(batch, data.size());
        List<Objective> seeing = Blank.sees(model)
                ? objectives.stream().filter(o -> SEEING.contains(o.name())).toList()
                : List.of();
        blank = new Preparer(new Blanked(data), model, seeing, preparer.seed());
        blanks = seeing.isEmpty() ? 0 : Math.min(BLANK_BATCHES, data.size() / this.batch);
        this.probe = ProbeSet.of(data);
        recital = new Recital(model, data, objectives);
    }

    void begin() {
        next = 0;
        nextBlank = 0;
        recital.begin();
        losses = 0;
        sums.clear();
        guesses.clear();
        vectors.clear();
    }

    /// Does one piece.
    ///
    /// @return true when all are done
    boolean piece(Trainer trainer, NDManager scope) throws EngineException {
        if (next >= data.size()) {
            if (nextBlank < blanks) {
                blankPiece(trainer, scope);
            } else {
                recital.piece(scope);
            }
            return done();
        }
        Prepared prepared = prepared(preparer, kept, next);
        List<Encoded> samples = prepared.samples();
        Inputs inputs = model.batch(samples, scope);
        if (samples.size() == batch) { // a smaller rest has fewer wrong partners, so its loss is not comparable
            Map<Objective, Trainer.Judged> judged = trainer.judge(prepared, inputs, scope);
            sums.merge("", trainer.total(judged), Double::sum);
            judged.forEach((objective, one) -> {
                sums.merge("." + objective.name(), one.loss(), Double::sum);
                count(objective.name(), one.score());
            });
            losses++;
        }
        if (Vectors.of(model)) {
            vectors.pictures(model, inputs);
            vectors.texts(model, inputs);
        }
        next += samples.size();
        return done();
    }

    private boolean done() throws EngineException {
        return next >= data.size() && nextBlank >= blanks && recital.done();
    }

    /// The lessons of a batch that was judged before, on blank pictures.
    private void blankPiece(Trainer trainer, NDManager scope) throws EngineException {
        Prepared prepared = prepared(blank, keptBlank, nextBlank++ * batch);
        trainer.scores(prepared, model.batch(prepared.samples(), scope), scope)
                .forEach((objective, score) -> count(objective.name() + ValueNames.BLANK, score));
    }

    private void count(String name, Trainer.Score score) {
        long[] counts = guesses.computeIfAbsent(name, _ -> new long[2]);
        counts[0] += score.right();
        counts[1] += score.asked();
    }

    /// @return place -> name of the picture, of those that could not be read until now
    Map<Integer, String> lost() {
        return lost;
    }

    /// The same lessons at every evaluation, with targets of labels alone, so that runs can be compared whatever they learn from.
    private Prepared prepared(Preparer from, Map<Integer, Prepared> kept, int first) throws EngineException {
        Prepared known = kept.get(first);
        if (known != null) {
            return known;
        }
        int[] places = IntStream.range(first, Math.min(data.size(), first + batch)).toArray();
        Prepared made = from.prepare(places, new long[places.length], first / batch + 1, 0);
        lost.putAll(made.lost());
        long floats = made.floats();
        if (keptFloats + floats <= KEPT_FLOATS) {
            kept.put(first, made);
            keptFloats += floats;
        }
        return made;
    }

    /// @param model of [Vectors#of]
    /// @param pairs B pictures and their texts
    /// @return (B, B) pictures in rows, cosine times the model's own scale
    static float[] similarities(VisionLanguageModel model, Inputs pairs) {
        Vectors vectors = new Vectors();
        vectors.pictures(model, pairs);
        vectors.texts(model, pairs);
        return scaled(model, vectors.cosines());
    }

    private static float[] scaled(VisionLanguageModel model, float[] cosines) {
        float scale = (float) ((ScoresPairs) model).similarityScale();
        for (int i = 0; i < cosines.length; i++) {
            cosines[i] *= scale;
        }
        return cosines;
    }

    /// @return the figures of the set, after the last piece
    Map<String, Double> values() {
        Map<String, Double> out = new LinkedHashMap<>();
        sums.forEach((name, sum) -> out.put("validation.loss" + name, sum / losses));
        guesses.forEach((name, counts) -> {
            if (counts[1] > 0) {
                out.put("validation.accuracy." + name, (double) counts[0] / counts[1]);
            }
        });
        out.putAll(recital.values());
        if (vectors.pictures() > 0) {
            int n = vectors.pictures();
            float[] matrix = vectors.cosines();
            double found = MatrixMath.recall(matrix, n, 1, true);
            double finding = MatrixMath.recall(matrix, n, 1, false);
            out.put("validation.r1", (found + finding) / 2);
            out.put("validation.r1.image_to_text", found);
            out.put("validation.r1.text_to_image", finding);
        }
        return out;
    }

    /// @return the probe set's cosines times the model's scale, after the last piece; empty for a model that compares nothing
    Optional<RunLog.Snapshot> snapshot(int step) {
        return vectors.pictures() == 0
                ? Optional.empty()
                : Optional.of(new RunLog.Snapshot(step, probe.length, scaled(model, vectors.cosines(probe))));
    }
}
