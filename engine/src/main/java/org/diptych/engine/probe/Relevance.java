package org.diptych.engine.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.AttentionTrace.SiteTrace;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.TraceSelection;
import org.diptych.engine.model.Ear;
import org.diptych.engine.model.Pass;

/// Which input positions a score rests on, along each self-attention site of a model. A score is given as a function of the pass, so one and the same code
/// serves similarity, match probability, an answer or a masked word.
public final class Relevance {
    private Relevance() {
    }

    /// @param score   the scalar that was explained
    /// @param bySite  site name -> relevance of each key position for the site's summary row
    public record Explained(double score, Map<String, float[]> bySite) {
    }

    /// @param method  one of the attention methods (not [RelevanceMethod#OCCLUSION] or [RelevanceMethod#PATCH_TEXT])
    /// @param sites   self-attention sites with a summary row; others are passed over
    /// @param scorer  runs the model under the pass and returns the score as a scalar tensor
    public static Explained explain(RelevanceMethod method, List<AttentionSite> sites, Function<Pass, NDArray> scorer) {
        List<AttentionSite> usable = sites.stream().filter(s -> s.kind() == AttentionSite.Kind.SELF && s.summary() >= 0)
                .toList();
        return switch (method) {
            case RAW -> fromTrace(usable, scorer,
                    (trace, site) -> trace.row(site.layers() - 1, AttentionTrace.HEAD_MEAN, site.summary()));
            case ROLLOUT -> fromTrace(usable, scorer, Relevance::rollout);
            case GRAD_ATTENTION -> fromGradients(usable, scorer, Relevance::gradAttention);
            case CHEFER -> fromGradients(usable, scorer, Relevance::chefer);
            case PATCH_TEXT, OCCLUSION -> throw new IllegalArgumentException(method + " does not come from attention");
        };
    }

    private static Explained fromTrace(List<AttentionSite> sites, Function<Pass, NDArray> scorer,
            BiFunction<SiteTrace, AttentionSite, float[]> rule) {
        Recorder recorder = new Recorder(sites, TraceSelection.DEFAULT);
        NDArray score = scorer.apply(Pass.listening(recorder));
        Map<String, float[]> out = new java.util.LinkedHashMap<>();
        for (SiteTrace trace : recorder.trace().sites()) {
            out.put(trace.site().name(), rule.apply(trace, trace.site()));
        }
        return new Explained(score.toFloatArray()[0], out);
    }

    /// Abnar and Zuidema 2020: the product over layers of (A + I)/2, read at the summary row.
    static float[] rollout(SiteTrace trace, AttentionSite site) {
        int n = site.query().size();
        float[] product = MapAlgebra.identity(n);
        for (int layer = 0; layer < site.layers(); layer++) {
            float[] half = trace.map(layer, AttentionTrace.HEAD_MEAN).clone();
            for (int i = 0; i < half.length; i++) {
                half[i] /= 2;
            }
            for (int i = 0; i < n; i++) {
                half[i * n + i] += 0.5f;
            }
            product = MapAlgebra.times(half, product, n);
        }
        return row(product, n, site.summary());
    }

    /// The positive part of gradient x attention in one layer's map, mean over heads: (Q, K).
    private interface LayerMaps {
        float[] layer(int index);
    }

    private static Explained fromGradients(List<AttentionSite> sites, Function<Pass, NDArray> scorer,
            BiFunction<AttentionSite, LayerMaps, float[]> rule) {
        Ear ear = new Ear();
        try (GradientCollector collector = ai.djl.engine.Engine.getInstance().newGradientCollector()) {
            NDArray score = scorer.apply(new Pass(false, false, ear));
            collector.backward(score);
            Map<String, float[]> out = new java.util.LinkedHashMap<>();
            for (AttentionSite site : sites) {
                if (ear.heard(site.name(), 0)) {
                    out.put(site.name(), rule.apply(site, layer -> positive(ear, site, layer)));
                }
            }
            return new Explained(score.toFloatArray()[0], out);
        }
    }

    private static float[] positive(Ear ear, AttentionSite site, int layer) {
        try (NDArray gradient = ear.gradient(site.name(), layer);
                NDArray g = Recorder.firstSample(gradient, site);
                NDArray w = Recorder.firstSample(ear.weights(site.name(), layer), site)) {
            return MapAlgebra.positiveMean(w.toFloatArray(), g.toFloatArray(), site.heads(),
                    site.query().size() * site.key().size());
        }
    }

    /// ReLU(gradient x attention) of the summary row, summed over layers.
    private static float[] gradAttention(AttentionSite site, LayerMaps maps) {
        float[] sum = new float[site.key().size()];
        for (int layer = 0; layer < site.layers(); layer++) {
            MapAlgebra.addInPlace(sum, row(maps.layer(layer), sum.length, site.summary()));
        }
        return sum;
    }

    /// Chefer, Gur and Wolf 2021, equations 5 and 6: R starts as the identity, and each layer adds its map times R. The identity is taken off again at the
    /// end, so that the summary position does not drown the rest.
    private static float[] chefer(AttentionSite site, LayerMaps maps) {
        int n = site.query().size();
        float[] r = MapAlgebra.identity(n);
        for (int layer = 0; layer < site.layers(); layer++) {
            MapAlgebra.addInPlace(r, MapAlgebra.times(maps.layer(layer), r, n));
        }
        float[] out = row(r, n, site.summary());
        out[site.summary()] -= 1;
        return out;
    }

    private static float[] row(float[] map, int n, int index) {
        return java.util.Arrays.copyOfRange(map, index * n, (index + 1) * n);
    }

    /// How much the score falls when one patch at a time is set to the value 0, which is the mean of the training pictures after normalisation.
    ///
    /// @param pixels  (1, 3, H, W)
    /// @param scorer  (B, 3, H, W) -> (B) scores
    /// @param covered pictures scored at once
    /// @return (rows * cols) fall of the score
    public static float[] occlusion(NDArray pixels, int rows, int cols, int covered,
            Function<NDArray, NDArray> scorer) {
        int height = (int) pixels.getShape().get(2);
        int width = (int) pixels.getShape().get(3);
        float base = scorer.apply(pixels).toFloatArray()[0];
        float[] out = new float[rows * cols];
        NDManager scope = pixels.getManager();
        for (int from = 0; from < out.length; from += covered) {
            int to = Math.min(out.length, from + covered);
            try (NDManager step = scope.newSubManager()) {
                NDList batch = new NDList();
                for (int i = from; i < to; i++) {
                    float[] keep = new float[height * width];
                    java.util.Arrays.fill(keep, 1);
                    int y0 = (i / cols) * height / rows;
                    int y1 = (i / cols + 1) * height / rows;
                    for (int y = y0; y < y1; y++) {
                        java.util.Arrays.fill(keep, y * width + (i % cols) * width / cols,
                                y * width + (i % cols + 1) * width / cols, 0);
                    }
                    batch.add(step.create(keep, new ai.djl.ndarray.types.Shape(1, 1, height, width)).mul(pixels));
                }
                NDArray stacked = ai.djl.ndarray.NDArrays.concat(batch);
                stacked.attach(step);
                float[] scores = scorer.apply(stacked).toFloatArray();
                for (int i = from; i < to; i++) {
                    out[i] = base - scores[i - from];
                }
            }
        }
        return out;
    }
}
