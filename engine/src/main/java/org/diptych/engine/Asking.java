package org.diptych.engine;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.ContrastRequest;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.PairScore;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.TaskView;
import org.diptych.engine.api.TasksRequest;
import org.diptych.engine.api.TimingRequest;
import org.diptych.engine.api.TimingResult;
import org.diptych.engine.api.Way;
import org.diptych.engine.data.regions.RegionSources;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.TellsWays;
import org.diptych.engine.model.Vectors;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.probe.Recorder;
import org.diptych.engine.probe.Explaining;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;
import org.diptych.engine.work.Priority;

/// Answers questions about one input or a few: attention, relevance, the contrast matrix.
final class Asking {
    private static final int AT_ONCE = 32;

    private final EngineLane lane;
    private final Shelf shelf;

    Asking(EngineLane lane, Shelf shelf) {
        this.lane = lane;
        this.shelf = shelf;
    }

    JobHandle<InspectResult> inspect(InspectRequest request) {
        return lane.submitPrepared(Message.of("engine.job.inspect"), Priority.INTERACTIVE, context -> {
            VisionLanguageModel model = shelf.get(request.model()).model();
            return model.encode(RegionSources.sample(model, request.picture(), Optional.of(request.text()),
                    request.regions()));
        }, (encoded, context) -> inspect(shelf.get(request.model()).model(), request, encoded, context));
    }

    private static InspectResult inspect(VisionLanguageModel model, InspectRequest request, Encoded encoded,
            JobContext context) {
        Inputs inputs = model.batch(List.of(encoded), context.scope());
        List<AttentionSite> sites = model.sites(encoded);
        Recorder recorder = new Recorder(sites, request.selection());
        Pass pass = Pass.listening(recorder);
        Map<String, Double> scores = new LinkedHashMap<>();
        if (scores(model) && model instanceof ScoresPairs pairs) {
            double score = pairs.scorePairs(pass, inputs, inputs).toFloatArray()[0];
            if (pairs.probability()) {
                scores.put("match", score);
            } else {
                scores.put("cosine", score);
                scores.put("logit", score * pairs.scale());
            }
        }
        if (recorder.trace().sites().size() < sites.size()) { // what the score does not need is to be seen too
            model.forward(pass, inputs);
        }
        List<Message> notes = new ArrayList<>();
        encoded.tokens().filter(t -> t.truncated())
                .ifPresent(t -> notes.add(Message.of("engine.note.truncated", model.textLength())));
        Guesses guesses = new Guesses(model, inputs, request.answers());
        List<Way> ways = model instanceof TellsWays tells ? tells.ways(encoded) : List.of();
        return new InspectResult(encoded.tokens().orElseThrow(), encoded.view().orElse(Box.whole(request.picture())),
                Explaining.grid(model, encoded), encoded.regions(), recorder.trace(), ways, scores, guesses.answers(),
                guesses.fills(encoded.tokens().orElseThrow()), guesses.next(), notes);
    }

    JobHandle<RelevanceResult> relevance(RelevanceRequest request) {
        return lane.submitPrepared(Message.of("engine.job.relevance"), Priority.INTERACTIVE,
                context -> Explaining.encode(shelf.get(request.model()).model(), request),
                (encoded, context) -> new Explaining(shelf.get(request.model()).model(), request, encoded)
                        .result(context.scope()));
    }

    JobHandle<TimingResult> timing(TimingRequest request) {
        return lane.submitSteps(Message.of("engine.job.timing"), Priority.INTERACTIVE, new TimingSteps(request, shelf));
    }

    JobHandle<List<TaskView>> tasks(TasksRequest request) {
        return lane.submitSteps(Message.of("engine.job.tasks"), Priority.INTERACTIVE, new TaskSteps(request, shelf));
    }

    static boolean scores(VisionLanguageModel model) {
        return model.capabilities().contains(Capability.SCORES_PAIRS);
    }

    JobHandle<ContrastResult> contrast(ContrastRequest request) {
        EngineLane.Steps<ContrastResult> steps;
        try {
            VisionLanguageModel model = shelf.get(request.model()).model();
            steps = score(model, request) == PairScore.MATCH
                    ? new MatchSteps(request, model)
                    : new ContrastSteps(request, model);
        } catch (EngineException e) {
            return lane.submitOffLane(Message.of("engine.job.contrast"), context -> {
                throw e;
            });
        }
        return lane.submitSteps(Message.of("engine.job.contrast"), Priority.INTERACTIVE, steps);
    }

    /// @return how a model can score pictures against texts, its own way first
    static List<PairScore> pairScores(VisionLanguageModel model) {
        List<PairScore> all = new ArrayList<>();
        if (scores(model) && model instanceof ScoresPairs pairs) {
            if (pairs.probability()) {
                all.add(PairScore.MATCH);
            }
            if (pairs.compares()) {
                all.add(PairScore.SIMILARITY);
            }
        }
        return all;
    }

    private static PairScore score(VisionLanguageModel model, ContrastRequest request) throws EngineException {
        List<PairScore> able = pairScores(model);
        if (able.isEmpty()) {
            throw new EngineException("engine.method", model.family(), "contrast");
        }
        PairScore asked = request.score().orElse(able.getFirst());
        if (!able.contains(asked)) {
            throw new EngineException(asked == PairScore.MATCH ? "engine.match" : "engine.similarity", model.family());
        }
        return asked;
    }

    /// Embeds a few pictures or texts a piece, so that a training step fits between two pieces and Cancel is heard.
    private static final class ContrastSteps implements EngineLane.Steps<ContrastResult> {
        private final ContrastRequest request;
        private final VisionLanguageModel model;
        private final Vectors vectors = new Vectors();
        private final List<Integer> truncated = new ArrayList<>();

        ContrastSteps(ContrastRequest request, VisionLanguageModel model) {
            this.request = request;
            this.model = model;
        }

        @Override
        public Optional<ContrastResult> step(JobContext context) throws EngineException {
            context.checkCancelled();
            int total = request.pictures().size() + request.texts().size();
            NDManager scope = context.scope();
            ScoresPairs pairs = (ScoresPairs) model;
            if (vectors.pictures() < request.pictures().size()) {
                List<Encoded> part = new ArrayList<>();
                for (Picture picture : next(request.pictures(), vectors.pictures())) {
                    part.add(model.encode(Sample.of(picture)));
                }
                vectors.pictures(model, model.batch(part, scope));
            } else if (vectors.texts() < request.texts().size()) {
                List<Encoded> part = new ArrayList<>();
                for (String text : next(request.texts(), vectors.texts())) {
                    Encoded encoded = model.encode(Sample.of(text));
                    if (encoded.tokens().orElseThrow().truncated()) {
                        truncated.add(vectors.texts() + part.size());
                    }
                    part.add(encoded);
                }
                vectors.texts(model, model.batch(part, scope));
            }
            int done = vectors.pictures() + vectors.texts();
            context.progress(Message.of("engine.job.contrast"), done, total);
            if (done < total) {
                return Optional.empty();
            }
            return Optional.of(new ContrastResult(vectors.pictures(), vectors.texts(), vectors.cosines(),
                    pairs.similarityScale(), false, List.copyOf(truncated)));
        }

        private static <T> List<T> next(List<T> all, int from) {
            return all.subList(from, Math.min(all.size(), from + AT_ONCE));
        }
    }
}
