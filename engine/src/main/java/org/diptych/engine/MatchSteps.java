package org.diptych.engine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.ContrastRequest;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.Sample;
import org.diptych.engine.data.regions.RegionSources;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;

/// The matrix of a model that reads picture and text together: every pair is a forward of its own, so a few are done a piece.
final class MatchSteps implements EngineLane.Steps<ContrastResult> {
    private static final int AT_ONCE = 16;

    private final ContrastRequest request;
    private final VisionLanguageModel model;
    private final List<Encoded> pictures = new ArrayList<>();
    private final List<Encoded> texts = new ArrayList<>();
    private final List<Integer> truncated = new ArrayList<>();
    private final float[] matrix;
    private int done;

    MatchSteps(ContrastRequest request, VisionLanguageModel model) {
        this.request = request;
        this.model = model;
        matrix = new float[request.pictures().size() * request.texts().size()];
    }

    @Override
    public Optional<ContrastResult> step(JobContext context) throws EngineException {
        context.checkCancelled();
        if (pictures.isEmpty()) {
            encode();
        } else {
            score(context.scope());
        }
        context.progress(Message.of("engine.job.contrast"), done, matrix.length);
        return done < matrix.length
                ? Optional.empty()
                : Optional.of(new ContrastResult(pictures.size(), texts.size(), matrix.clone(), 1, true,
                        List.copyOf(truncated)));
    }

    private void encode() throws EngineException {
        for (String text : request.texts()) {
            Encoded encoded = model.encode(Sample.of(text));
            if (encoded.tokens().orElseThrow().truncated()) {
                truncated.add(texts.size());
            }
            texts.add(encoded);
        }
        for (int i = 0; i < request.pictures().size(); i++) {
            Optional<RegionSource> regions = i < request.regions().size()
                    ? Optional.of(request.regions().get(i))
                    : Optional.empty();
            pictures.add(model.encode(RegionSources.sample(model, request.pictures().get(i), Optional.empty(),
                    regions)));
        }
    }

    /// One picture against the next few texts.
    private void score(NDManager scope) {
        int row = done / texts.size();
        int from = done % texts.size();
        int to = Math.min(texts.size(), from + AT_ONCE);
        NDArray scores = ((ScoresPairs) model).scorePairs(Pass.INFER, model.batch(List.of(pictures.get(row)), scope),
                model.batch(texts.subList(from, to), scope)); // (1, to - from)
        System.arraycopy(scores.toFloatArray(), 0, matrix, done, to - from);
        done += to - from;
    }
}
