package org.diptych.engine.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Score;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.data.regions.RegionSources;
import org.diptych.engine.model.Answers;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.PatchText;
import org.diptych.engine.model.RanksAnswers;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.TellsNext;
import org.diptych.engine.model.VisionLanguageModel;

/// One question of relevance, from the score it asks about to the map.
public record Explaining(VisionLanguageModel model, RelevanceRequest request, Encoded encoded) {
    private static final int AT_ONCE = 32;

    /// The score of some words alone is asked with these words alone; what a word of a sentence looks at, an answer and a masked word need the whole.
    private static boolean whole(VisionLanguageModel model, RelevanceRequest request) throws EngineException {
        return !request.score().ofPair()
                || request.method() == RelevanceMethod.GRAD_CAM
                        && !queriesLook(model, encoded(model, request, request.text()));
    }

    private static boolean queriesLook(VisionLanguageModel model, Encoded encoded) {
        return Relevance.queriesLook(model.everySite(encoded));
    }

    private static Encoded encoded(VisionLanguageModel model, RelevanceRequest request, String text)
            throws EngineException {
        return model.encode(RegionSources.sample(model, request.picture(), Optional.of(text), request.regions()));
    }

    public static Encoded encode(VisionLanguageModel model, RelevanceRequest request) throws EngineException {
        Encoded encoded = encoded(model, request, whole(model, request) ? request.text() : request.asked());
        return request.score() instanceof Score.Word word ? masked(model, encoded, word) : encoded;
    }

    private static Encoded masked(VisionLanguageModel model, Encoded encoded, Score.Word word)
            throws EngineException {
        if (!(model instanceof FillsMasks fills) || !model.capabilities().contains(Capability.FILLS_MASKS)) {
            throw new EngineException("engine.method", model.family(), "masked word");
        }
        if (fills.maskId().isEmpty()) {
            throw new EngineException("engine.mask", model.family());
        }
        Tokens tokens = encoded.tokens().orElseThrow();
        if (word.token() < 0 || word.token() >= tokens.size() || tokens.tokens().get(word.token()).special()) {
            throw new EngineException("engine.word", word.token(), tokens.size());
        }
        return masked(fills, encoded, List.of(word.token()));
    }

    /// @param model with a token for masked words
    /// @return the same with some of its tokens masked
    public static Encoded masked(FillsMasks model, Encoded encoded, List<Integer> places) {
        Tokens tokens = encoded.tokens().orElseThrow();
        List<Tokens.Token> all = new ArrayList<>(tokens.tokens());
        int mask = model.maskId().orElseThrow();
        for (int place : places) {
            Tokens.Token old = all.get(place);
            all.set(place, new Tokens.Token(mask, model.word(mask), old.start(), old.end(), old.segment()));
        }
        return new Encoded(Optional.of(new Tokens(tokens.text(), all, tokens.truncated())), encoded.pixels(),
                encoded.height(), encoded.width(), encoded.view(), encoded.regions());
    }

    public RelevanceResult result(NDManager scope) throws EngineException {
        if (!model.methods().contains(request.method())) {
            throw new EngineException("engine.method", model.family(), request.method());
        }
        Inputs inputs = model.batch(List.of(encoded), scope);
        Function<Pass, NDArray> score = score(inputs);
        return switch (request.method()) {
            case RAW, ROLLOUT, GRAD_ATTENTION, CHEFER, GRAD_CAM -> {
                Relevance.Explained found = Relevance.explain(request.method(), model.everySite(encoded), focus(),
                        score);
                Axis picture = found.picture().orElseThrow(
                        () -> new EngineException("engine.method", model.family(), request.method()));
                yield result(picture, found.onPicture().orElseThrow(), found.onWords().orElse(new float[0]),
                        found.score());
            }
            case PATCH_TEXT -> result(grid(), ((PatchText) model).patchText(Pass.INFER, inputs).toFloatArray(),
                    new float[0], score.apply(Pass.INFER).toFloatArray()[0]);
            case OCCLUSION -> {
                if (!request.score().ofPair()) {
                    throw new EngineException("engine.method", model.family(), request.method());
                }
                Axis.Patches grid = grid();
                ScoresPairs pairs = (ScoresPairs) model;
                boolean alike = request.score() instanceof Score.Similarity;
                float[] falls = Relevance.occlusion(inputs.get("pixel_values"), grid.rows(), grid.cols(), AT_ONCE,
                        pixels -> {
                            Inputs covered = new Inputs(Map.of("pixel_values", pixels), List.of());
                            return alike
                                    ? pairs.similarity(Pass.INFER, covered, inputs)
                                    : pairs.scorePairs(Pass.INFER, covered, inputs);
                        });
                yield result(grid, falls, new float[0], score.apply(Pass.INFER).toFloatArray()[0]);
            }
        };
    }

    private RelevanceResult result(Axis picture, float[] values, float[] words, double score) {
        return new RelevanceResult(picture, values, words, encoded.tokens().orElseThrow(), score,
                encoded.view().orElse(Box.whole(request.picture())), encoded.regions());
    }

    private Axis.Patches grid() throws EngineException {
        return grid(model, encoded)
                .orElseThrow(() -> new EngineException("engine.method", model.family(), request.method()));
    }

    /// A model that keeps a picture's proportions has a grid of its own for each.
    public static Optional<Axis.Patches> grid(VisionLanguageModel model, Encoded encoded) {
        return model.sites(encoded).stream().map(AttentionSite::key)
                .flatMap(key -> key instanceof Axis.Joined joined ? joined.parts().stream() : Stream.of(key))
                .filter(Axis.Patches.class::isInstance).map(Axis.Patches.class::cast).findFirst()
                .or(model::patches);
    }

    /// The words whose view is shown: the masked one, or for Grad-CAM those that were asked about.
    private Relevance.Focus focus() throws EngineException {
        if (request.query().isPresent()) {
            int queries = Relevance.queries(model.everySite(encoded));
            if (request.method() != RelevanceMethod.GRAD_CAM || request.query().getAsInt() >= queries) {
                throw new EngineException("engine.query", model.family(), request.query().getAsInt() + 1, queries);
            }
            return Relevance.Focus.query(request.query().getAsInt());
        }
        if (request.score() instanceof Score.Word word) {
            return new Relevance.Focus(List.of(word.token()));
        }
        if (request.method() != RelevanceMethod.GRAD_CAM || request.start() == request.end()
                || queriesLook(model, encoded)) {
            return Relevance.Focus.SUMMARY;
        }
        Tokens tokens = encoded.tokens().orElseThrow();
        return new Relevance.Focus(IntStream.range(0, tokens.size())
                .filter(i -> !tokens.tokens().get(i).special() && tokens.tokens().get(i).start() < request.end()
                        && tokens.tokens().get(i).end() > request.start())
                .boxed().toList());
    }

    /// @return pass -> scalar
    private Function<Pass, NDArray> score(Inputs inputs) throws EngineException {
        return switch (request.score()) {
            case Score.Match match -> {
                if (!model.capabilities().contains(Capability.SCORES_PAIRS) || !(model instanceof ScoresPairs pairs)) {
                    throw new EngineException("engine.method", model.family(), "match");
                }
                yield pass -> pairs.matchLogits(pass, inputs, inputs);
            }
            case Score.Similarity _ -> {
                if (!(model instanceof ScoresPairs pairs) || !pairs.compares()) {
                    throw new EngineException("engine.similarity", model.family());
                }
                yield pass -> pairs.similarity(pass, inputs, inputs);
            }
            case Score.Answer answer -> {
                if (!(model instanceof Answers answers) || !model.capabilities().contains(Capability.ANSWERS)) {
                    throw new EngineException("engine.method", model.family(), "answer");
                }
                if (answers instanceof RanksAnswers ranks) {
                    String name = answer.name().isEmpty() ? likeliest(ranks, inputs) : answer.name();
                    yield pass -> ranks.answerLikelihood(pass, inputs, name);
                }
                int id = id(answers, inputs, answer.name());
                yield pass -> answers.answerLogits(pass, inputs).get(new NDIndex("0, {}", id));
            }
            case Score.Next next -> {
                if (!(model instanceof TellsNext teller) || !(model instanceof Generates writer)
                        || !model.capabilities().contains(Capability.GENERATES)) {
                    throw new EngineException("engine.method", model.family(), "next word");
                }
                int id = word(teller, writer, inputs, next.word());
                yield pass -> teller.nextLogits(pass, inputs).get(new NDIndex("0, {}", id));
            }
            case Score.Word word -> {
                int said = encoded(model, request, request.text()).tokens().orElseThrow().tokens().get(word.token())
                        .id();
                FillsMasks fills = (FillsMasks) model;
                int asked = said == fills.maskId().orElseThrow()
                        ? MatrixMath.peak(fills.wordLogits(Pass.INFER, inputs)
                                .get(new NDIndex("0, {}", word.token())).toFloatArray())
                        : said;
                yield pass -> fills.wordLogits(pass, inputs).get(new NDIndex("0, {}, {}", word.token(), asked));
            }
        };
    }

    private int word(TellsNext teller, Generates writer, Inputs inputs, String word) throws EngineException {
        float[] logits = teller.nextLogits(Pass.INFER, inputs).toFloatArray();
        IntStream known = IntStream.range(0, logits.length).filter(writer::writes);
        if (word.isEmpty()) {
            return known.reduce((a, b) -> logits[b] > logits[a] ? b : a).orElseThrow();
        }
        return known.filter(id -> writer.word(id).equals(word) || ("#" + id).equals(word)).findFirst()
                .orElseThrow(() -> new EngineException("engine.next", model.family(), word));
    }

    private String likeliest(RanksAnswers ranks, Inputs inputs) throws EngineException {
        if (ranks.answers().isEmpty()) {
            throw new EngineException("engine.answers", model.family());
        }
        return ranks.answers().get(MatrixMath.peak(ranks.answerLogits(Pass.INFER, inputs).toFloatArray()));
    }

    private int id(Answers answers, Inputs inputs, String name) throws EngineException {
        float[] logits = answers.answerLogits(Pass.INFER, inputs).toFloatArray();
        int known = answers.answers().indexOf(name);
        if (name.isEmpty()) {
            return MatrixMath.peak(logits);
        }
        if (known >= 0) {
            return known;
        }
        String digits = name.startsWith("#") ? name.substring(1) : name;
        if (digits.matches("\\d{1,7}") && Integer.parseInt(digits) < logits.length) {
            return Integer.parseInt(digits);
        }
        throw new EngineException("engine.answer", model.family(), name, logits.length);
    }
}
