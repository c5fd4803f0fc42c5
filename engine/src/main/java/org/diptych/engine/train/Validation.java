package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
import org.diptych.engine.objective.Objective;

/// The fixed pairs that a run is measured on, and the few of them whose matrix is watched.
final class Validation {
    private static final int AT_ONCE = 64;
    private static final int PROBES = 8;

    private final VisionLanguageModel model;
    private final List<Encoded> pairs;
    private final Map<Objective, Double> objectives;

    Validation(VisionLanguageModel model, Dataset data, Map<Objective, Double> objectives) throws EngineException {
        this.model = model;
        this.objectives = objectives;
        List<Encoded> encoded = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            encoded.add(Batches.encode(data, i, model));
        }
        pairs = List.copyOf(encoded);
    }

    /// @return `validation.loss` over batches of up to 64 pairs, and for two towers `validation.r1.image_to_text` and `validation.r1.text_to_image` among all pairs
    Map<String, Double> measure(NDManager scope) {
        Map<String, Double> out = new LinkedHashMap<>();
        double loss = 0;
        int batches = 0;
        for (int from = 0; from + 1 < pairs.size(); from += AT_ONCE) {
            try (NDManager part = scope.newSubManager()) {
                Inputs batch = model.batch(pairs.subList(from, Math.min(pairs.size(), from + AT_ONCE)), part);
                for (Map.Entry<Objective, Double> objective : objectives.entrySet()) {
                    loss += objective.getValue()
                            * objective.getKey().loss(model, Pass.INFER, batch).total().toFloatArray()[0];
                }
                batches++;
            }
        }
        out.put("validation.loss", loss / batches);
        if (model instanceof EncodesImage && model instanceof EncodesText) {
            float[] matrix = similarity(pairs, scope);
            out.put("validation.r1.image_to_text", MatrixMath.recall(matrix, pairs.size(), 1, true));
            out.put("validation.r1.text_to_image", MatrixMath.recall(matrix, pairs.size(), 1, false));
        }
        return out;
    }

    private float[] similarity(List<Encoded> samples, NDManager scope) {
        int n = samples.size();
        List<float[]> images = new ArrayList<>();
        List<float[]> texts = new ArrayList<>();
        for (int from = 0; from < n; from += AT_ONCE) {
            try (NDManager part = scope.newSubManager()) {
                Inputs batch = model.batch(samples.subList(from, Math.min(n, from + AT_ONCE)), part);
                rows(((EncodesImage) model).encodeImage(Pass.INFER, batch), images);
                rows(((EncodesText) model).encodeText(Pass.INFER, batch), texts);
            }
        }
        return MatrixMath.products(images, texts);
    }

    private static void rows(NDArray matrix, List<float[]> into) {
        float[] all = matrix.toFloatArray();
        int width = (int) matrix.getShape().get(1);
        for (int i = 0; i < all.length; i += width) {
            into.add(java.util.Arrays.copyOfRange(all, i, i + width));
        }
    }

    /// @return the probe pairs' logits
    RunLog.Snapshot snapshot(int step, NDManager scope) {
        List<Encoded> probes = pairs.subList(0, Math.min(PROBES, pairs.size()));
        float[] matrix = similarity(probes, scope);
        double scale = model instanceof ScoresPairs scores ? scores.scale() : 1;
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] *= (float) scale;
        }
        return new RunLog.Snapshot(step, probes.size(), matrix);
    }
}
