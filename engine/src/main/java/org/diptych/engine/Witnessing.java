package org.diptych.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Moment;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Score;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.api.Tokens.Token;
import org.diptych.engine.data.Example;
import org.diptych.engine.generate.Decoder;
import org.diptych.engine.generate.Written;
import org.diptych.engine.model.Answers;
import org.diptych.engine.model.Converses;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ReadsRegions;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.probe.Explaining;
import org.diptych.engine.data.regions.RegionSources;
import org.diptych.engine.train.ProbeSet;
import org.diptych.engine.train.Witness;
import org.diptych.engine.work.JobContext;

/// Looks by the first method that a model offers, at the score it has: a match of picture and caption, else an answer, else the next word.
record Witnessing(VisionLanguageModel model) implements Witness {
    private static final int MOST_WORDS = 8;
    /// Shorter words of an alphabet name nothing that could be seen.
    private static final int LEAST_LETTERS = 3;
    private static final int WRITTEN = 16;

    @Override
    public List<Moment.Sight> maps(Example example, JobContext context) throws EngineException {
        Optional<RegionSource> regions = example.more().regions().map(r -> new RegionSource.Given(r.regions()));
        if (model.methods().isEmpty() || model instanceof ReadsRegions && regions.isEmpty()) {
            return List.of();
        }
        RelevanceMethod method = model.methods().getFirst();
        if (!Asking.scores(model)) {
            String question = ProbeSet.question(example);
            Optional<Score> score = asked(question);
            return score.isEmpty()
                    ? List.of()
                    : List.of(map(new RelevanceRequest("", example.picture(), question, 0, 0, method, score.get(),
                            regions), 0, context));
        }
        RelevanceRequest whole = new RelevanceRequest("", example.picture(), example.caption(), 0, 0, method,
                new Score.Match(), regions);
        List<Moment.Sight> out = new ArrayList<>();
        out.add(map(whole, example.caption().length(), context));
        if (method != RelevanceMethod.OCCLUSION) { // which costs a forward for each patch of each word
            for (int[] word : words(Explaining.encode(model, whole).tokens().orElseThrow())) {
                out.add(map(new RelevanceRequest("", example.picture(), example.caption(), word[0], word[1], method,
                        new Score.Match(), regions), word[1], context));
            }
        }
        return out;
    }

    private Optional<Score> asked(String question) {
        if (question.isEmpty()) {
            return Optional.empty();
        }
        if (model.capabilities().contains(Capability.ANSWERS)) {
            return Optional.of(new Score.Answer(""));
        }
        return model.capabilities().contains(Capability.GENERATES) && ((Generates) model).needsText()
                ? Optional.of(new Score.Next(""))
                : Optional.empty();
    }

    private Moment.Sight map(RelevanceRequest request, int end, JobContext context) throws EngineException {
        RelevanceResult found = new Explaining(model, request, Explaining.encode(model, request))
                .result(context.scope());
        return new Moment.Sight(request.start(), end, found.grid().map(g -> g.rows()).orElse(0),
                found.grid().map(g -> g.cols()).orElse(0), found.view(),
                found.grid().isPresent() ? List.of() : found.regions().orElseThrow().boxes(), found.values());
    }

    /// Word pieces together, each Chinese character by itself, as the model reads it.
    ///
    /// @return first character of each word and the one after its last
    static List<int[]> words(Tokens tokens) {
        List<int[]> out = new ArrayList<>();
        for (Token token : tokens.tokens()) {
            int[] before = out.isEmpty() ? new int[]{0, -1} : out.getLast();
            if (token.special() || token.start() == token.end()) {
                continue;
            }
            boolean goesOn = token.start() == before[1] && letter(tokens.text(), token.start())
                    && letter(tokens.text(), token.start() - 1);
            if (goesOn) {
                before[1] = token.end();
            } else {
                out.add(new int[]{token.start(), token.end()});
            }
        }
        return out.stream().filter(w -> names(tokens.text().substring(w[0], w[1]))).limit(MOST_WORDS).toList();
    }

    private static boolean letter(String text, int at) {
        return Character.isLetterOrDigit(text.charAt(at)) && !Character.isIdeographic(text.charAt(at));
    }

    private static boolean names(String word) {
        return word.codePoints().anyMatch(Character::isIdeographic)
                || word.codePoints().filter(Character::isLetterOrDigit).count() >= LEAST_LETTERS;
    }

    @Override
    public boolean asks() {
        return model.capabilities().contains(Capability.GENERATES)
                ? ((Generates) model).needsText()
                : model.capabilities().contains(Capability.ANSWERS);
    }

    @Override
    public Optional<String> writes(Example example, JobContext context) throws EngineException {
        String question = ProbeSet.question(example);
        if (model.capabilities().contains(Capability.GENERATES)) {
            Generates writer = (Generates) model;
            return writer.needsText() && question.isEmpty()
                    ? Optional.empty()
                    : Optional.of(written(writer, example, question, context));
        }
        return model.capabilities().contains(Capability.ANSWERS) && !question.isEmpty()
                ? Optional.of(answer((Answers) model, example, question, context))
                : Optional.empty();
    }

    private String written(Generates writer, Example example, String question, JobContext context)
            throws EngineException {
        Sample sample = writer.needsText()
                ? Sample.of(example.picture(), question)
                : Sample.of(example.picture());
        List<String> stops = writer.stops();
        Encoded encoded;
        if (writer.needsText() && model instanceof Converses talks) {
            String form = talks.templates().getFirst();
            encoded = talks.encode(sample, new Said(form, List.of()));
            stops = talks.stops(form);
        } else {
            encoded = model.encode(sample);
        }
        List<String> ends = stops;
        Written.Text text = new Decoder(Decoding.greedy(WRITTEN))
                .stopping(ids -> ends.stream().anyMatch(writer.text(ids)::contains))
                .write(writer, Pass.INFER, model.batch(List.of(encoded), context.scope())).texts().getFirst();
        String all = writer.text(text.fresh());
        return ends.stream().filter(all::contains).findFirst().map(stop -> all.substring(0, all.indexOf(stop)))
                .orElse(all).strip();
    }

    private String answer(Answers answers, Example example, String question, JobContext context)
            throws EngineException {
        Encoded encoded = model.encode(RegionSources.sample(model, example.picture(), Optional.of(question),
                example.more().regions().map(r -> new RegionSource.Given(r.regions()))));
        int id = MatrixMath.peak(answers
                .answerLogits(Pass.INFER, model.batch(List.of(encoded), context.scope())).toFloatArray());
        return id < answers.answers().size() ? answers.answers().get(id) : "#" + id;
    }
}
