package org.diptych.engine.evaluate;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.PatchText;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.probe.Relevance;

/// Whether the map for some words peaks on the thing they name.
final class Pointing {
    private static final int COVERED_AT_ONCE = 64;

    private Pointing() {
    }

    /// @param encoded picture and words
    /// @param box     of the thing, in the picture's pixels
    /// @param scope   owns the tensors
    /// @return empty where the method gives this model no map
    static Optional<Boolean> hits(VisionLanguageModel model, Encoded encoded, Box box, RelevanceMethod method,
            NDManager scope) {
        return map(model, encoded, method, scope).map(map -> inside(box, map, encoded, model.patches().orElseThrow()));
    }

    private static Optional<float[]> map(VisionLanguageModel model, Encoded encoded, RelevanceMethod method,
            NDManager scope) {
        Inputs inputs = model.batch(List.of(encoded), scope);
        ScoresPairs pairs = (ScoresPairs) model;
        return switch (method) {
            case PATCH_TEXT -> model instanceof PatchText patches
                    ? Optional.of(patches.patchText(Pass.INFER, inputs).toFloatArray())
                    : Optional.empty();
            case OCCLUSION -> model.patches().map(grid -> Relevance.occlusion(inputs.get("pixel_values"), grid.rows(),
                    grid.cols(), COVERED_AT_ONCE,
                    pixels -> pairs.scorePairs(Pass.INFER, new Inputs(Map.of("pixel_values", pixels), List.of()),
                            inputs)));
            case RAW, ROLLOUT, GRAD_ATTENTION, CHEFER, GRAD_CAM -> attention(model, encoded, method, inputs, pairs);
        };
    }

    private static Optional<float[]> attention(VisionLanguageModel model, Encoded encoded, RelevanceMethod method,
            Inputs inputs, ScoresPairs pairs) {
        Relevance.Explained found = Relevance.explain(method, model.sites(encoded), Relevance.Focus.SUMMARY,
                pass -> pairs.matchLogits(pass, inputs, inputs));
        return found.picture().filter(Axis.Patches.class::isInstance).flatMap(p -> found.onPicture());
    }

    /// @return true when the middle of the map's highest patch lies in the box
    private static boolean inside(Box box, float[] map, Encoded encoded, Axis.Patches grid) {
        Box view = encoded.view().orElseThrow();
        int peak = MatrixMath.peak(map);
        float x = view.x1() + (peak % grid.cols() + 0.5f) * view.width() / grid.cols();
        float y = view.y1() + (peak / grid.cols() + 0.5f) * view.height() / grid.rows();
        return box.contains(x, y);
    }
}
