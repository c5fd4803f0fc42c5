package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.EncodesImage;
import org.diptych.engine.model.EncodesText;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.VisionLanguageModel;

/// The fixed validation set, gone through in pieces so that a person's request never waits for all of it: loss over batches of the training size, recall over
/// the whole set, and the matrix of a small probe set.
final class Validation {
    private static final int PROBE = 16;
    /// Encoded examples are kept from one evaluation to the next up to so many floats.
    private static final long KEPT_FLOATS = 1L << 24;

    private final VisionLanguageModel model;
    private final Dataset data;
    private final int batch;
    private final int[] probe;
    private final Map<Integer, List<Encoded>> kept = new LinkedHashMap<>();
    private long keptFloats;
    private int next;
    private double lossSum;
    private int losses;
    private final List<float[]> images = new ArrayList<>();
    private final List<float[]> texts = new ArrayList<>();

    /// @param batch examples a piece
    Validation(VisionLanguageModel model, Dataset data, int batch) throws EngineException {
        this.model = model;
        this.data = data;
        this.batch = Math.min(batch, data.size());
        this.probe = probe(data);
    }

    /// The first examples with pairwise different captions.
    private static int[] probe(Dataset data) throws EngineException {
        Set<String> said = new LinkedHashSet<>();
        List<Integer> chosen = new ArrayList<>();
        for (int i = 0; i < data.size() && chosen.size() < PROBE; i++) {
            if (said.add(data.example(i).caption())) {
                chosen.add(i);
            }
        }
        return chosen.stream().mapToInt(Integer::intValue).toArray();
    }

    void begin() {
        next = 0;
        lossSum = 0;
        losses = 0;
        images.clear();
        texts.clear();
    }

    /// Does one piece.
    ///
    /// @return true when all are done
    boolean piece(Trainer trainer, NDManager scope) throws EngineException {
        List<Encoded> samples = encoded(next);
        if (samples.size() == batch) { // a smaller rest has fewer wrong partners, so its loss is not comparable
            lossSum += trainer.validationLoss(samples, scope);
            losses++;
        }
        if (model instanceof EncodesImage pictures && model instanceof EncodesText words) {
            Inputs inputs = model.batch(samples, scope);
            rows(pictures.encodeImage(Pass.INFER, inputs), images);
            rows(words.encodeText(Pass.INFER, inputs), texts);
        }
        next += samples.size();
        return next >= data.size();
    }

    private List<Encoded> encoded(int from) throws EngineException {
        List<Encoded> known = kept.get(from);
        if (known != null) {
            return known;
        }
        List<Encoded> made = new ArrayList<>();
        for (int i = from; i < Math.min(data.size(), from + batch); i++) {
            made.add(Batches.encode(data, i, model));
        }
        long floats = made.stream().mapToLong(e -> e.pixels().length).sum();
        if (keptFloats + floats <= KEPT_FLOATS) {
            kept.put(from, made);
            keptFloats += floats;
        }
        return made;
    }

    private static void rows(NDArray matrix, List<float[]> into) {
        float[] all = matrix.toFloatArray();
        int width = (int) matrix.getShape().get(1);
        for (int i = 0; i < all.length; i += width) {
            into.add(Arrays.copyOfRange(all, i, i + width));
        }
    }

    /// @return the figures of the set, after the last piece
    Map<String, Double> values() {
        Map<String, Double> out = new LinkedHashMap<>();
        out.put("validation.loss", lossSum / losses);
        if (!images.isEmpty()) {
            int n = images.size();
            float[] matrix = MatrixMath.products(images, texts);
            double found = MatrixMath.recall(matrix, n, 1, true);
            double finding = MatrixMath.recall(matrix, n, 1, false);
            out.put("validation.r1", (found + finding) / 2);
            out.put("validation.r1.image_to_text", found);
            out.put("validation.r1.text_to_image", finding);
        }
        return out;
    }

    /// @return the probe set's cosines times the model's scale, after the last piece; empty for a model without two towers
    Optional<RunLog.Snapshot> snapshot(int step) {
        if (images.isEmpty()) {
            return Optional.empty();
        }
        float[] matrix = MatrixMath.products(Arrays.stream(probe).mapToObj(images::get).toList(),
                Arrays.stream(probe).mapToObj(texts::get).toList());
        float scale = model instanceof ScoresPairs pairs ? (float) pairs.scale() : 1;
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] *= scale;
        }
        return Optional.of(new RunLog.Snapshot(step, probe.length, matrix));
    }
}
