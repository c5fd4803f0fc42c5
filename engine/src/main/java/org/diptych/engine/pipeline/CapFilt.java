package org.diptych.engine.pipeline;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.diptych.engine.api.CapFiltRequest;
import org.diptych.engine.api.CapFiltResult;
import org.diptych.engine.api.CapFiltRole;
import org.diptych.engine.api.CaptionDecision;
import org.diptych.engine.api.CaptionDecision.Source;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Sample;
import org.diptych.engine.data.FolderDataset;
import org.diptych.engine.generate.Decoder;
import org.diptych.engine.generate.Draws;
import org.diptych.engine.generate.Written;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;

/// Captioning and filtering (Li et al. 2022, section 4): one model writes a caption for each picture, another says of the caption that was found and of the one that was written whether it matches.
/// A few pictures are a piece of work; what is decided is written down at once, and what is written down is not done again.
public final class CapFilt implements EngineLane.Steps<CapFiltResult> {
    private static final int AT_ONCE = 8;
    /// What the published captioner is kept from saying a word again with (salesforce/BLIP `models/blip.py`, `generate`).
    private static final double REPETITION = 1.1;
    /// What transformers draws from where nothing is said.
    private static final int TOP_K = 50;

    /// Gives a model anew for each piece, since a person may close it in between.
    @FunctionalInterface
    public interface Lent {
        VisionLanguageModel get() throws EngineException;
    }

    /// One of the two models.
    ///
    /// @param origin where it lies: work that was begun with another one does not go on
    public record Role(Lent model, String origin) {
    }

    private record Seen(int pair, Picture picture) {
    }

    private final CapFiltRequest request;
    private final Role captioner;
    private final Role filter;
    private final Decisions decisions;
    private Optional<FolderDataset> pairs = Optional.empty();
    private int next;
    private int decided;

    public CapFilt(CapFiltRequest request, Role captioner, Role filter) {
        this.request = request;
        this.captioner = captioner;
        this.filter = filter;
        decisions = Decisions.in(request.out());
    }

    @Override
    public Optional<CapFiltResult> step(JobContext context) throws EngineException {
        context.checkCancelled();
        if (pairs.isEmpty()) {
            begin();
            return Optional.empty();
        }
        context.progress(Message.of("pipeline.phase"), next, pairs.get().size());
        if (next < pairs.get().size()) {
            piece(pairs.get(), context.scope());
            return Optional.empty();
        }
        return Optional.of(CleanedSet.judge(request.out()));
    }

    private void begin() throws EngineException {
        writer();
        judge();
        FolderDataset all = FolderDataset.whole(request.pairs());
        Settings.of(request, captioner.origin(), filter.origin()).claim(request.out());
        List<CaptionDecision> done = decisions.read();
        if (!done.isEmpty()) { // the last picture's lines may not all be there
            int last = done.getLast().pair();
            List<CaptionDecision> whole = done.stream().filter(d -> d.pair() < last).toList();
            decisions.write(whole);
            decided = whole.size();
            next = last;
        }
        pairs = Optional.of(all);
    }

    /// @return the parts that a model can have
    public static Set<CapFiltRole> roles(VisionLanguageModel model) {
        Set<CapFiltRole> roles = EnumSet.noneOf(CapFiltRole.class);
        if (model.imageSize() > 0 && writes(model)) {
            roles.add(CapFiltRole.CAPTIONER);
        }
        if (model.imageSize() > 0 && judges(model)) {
            roles.add(CapFiltRole.FILTER);
        }
        return roles;
    }

    private static boolean writes(VisionLanguageModel model) {
        return model instanceof Generates writer && !writer.needsText()
                && model.capabilities().contains(Capability.GENERATES);
    }

    private static boolean judges(VisionLanguageModel model) {
        return model instanceof ScoresPairs pair && pair.probability();
    }

    private VisionLanguageModel writer() throws EngineException {
        VisionLanguageModel model = captioner.model().get();
        if (!writes(model)) {
            throw new EngineException("pipeline.captioner", captioner.origin());
        }
        return model;
    }

    private VisionLanguageModel judge() throws EngineException {
        VisionLanguageModel model = filter.model().get();
        if (!judges(model)) {
            throw new EngineException("pipeline.filter", filter.origin());
        }
        return model;
    }

    private void piece(FolderDataset all, NDManager scope) throws EngineException {
        int to = Math.min(next + AT_ONCE, all.size());
        List<Seen> seen = new ArrayList<>();
        for (int i = next; i < to; i++) {
            picture(all, i).ifPresent(seen::add);
        }
        List<CaptionDecision> more = new ArrayList<>();
        if (!seen.isEmpty()) {
            List<String> written = write(seen, scope);
            for (int i = 0; i < seen.size(); i++) {
                decide(all, seen.get(i), written.get(i), more, scope);
            }
        }
        decisions.append(more);
        decided += more.size();
        next = to;
    }

    /// A picture that cannot be read is left out of the cleaned set, and not the end of a long work.
    private static Optional<Seen> picture(FolderDataset all, int pair) {
        try {
            return Optional.of(new Seen(pair, all.example(pair).picture()));
        } catch (EngineException e) {
            return Optional.empty();
        }
    }

    /// @return a caption each, which may be empty
    private List<String> write(List<Seen> seen, NDManager scope) throws EngineException {
        VisionLanguageModel model = writer();
        List<Encoded> encoded = new ArrayList<>();
        for (Seen one : seen) {
            encoded.add(model.encode(Sample.of(one.picture())));
        }
        Decoding how = Decoding.greedy(request.most()).drawing(1, TOP_K, request.topP(), request.seed())
                .lengths(request.least(), request.most(), true).penalty(REPETITION);
        Inputs inputs = model.batch(encoded, scope);
        Generates writer = (Generates) model;
        Written written = new Decoder(how).with(draws(seen)).write(writer, Pass.INFER, inputs);
        return written.texts().stream().map(t -> writer.text(t.fresh()).strip()).toList();
    }

    /// Each picture has draws of its own, so that it gets the same caption whatever was done before it.
    private Draws draws(List<Seen> seen) {
        List<Draws> each = seen.stream().map(one -> {
            SplittableRandom random = new SplittableRandom(request.seed() * 0x9E3779B97F4A7C15L + one.pair());
            return Draws.uniform(random::nextDouble);
        }).toList();
        return (step, row, probabilities) -> each.get(row).draw(step, row, probabilities);
    }

    private void decide(FolderDataset all, Seen one, String written, List<CaptionDecision> to, NDManager scope)
            throws EngineException {
        VisionLanguageModel model = judge();
        List<Source> sources = new ArrayList<>(List.of(Source.WEB));
        List<String> texts = new ArrayList<>(List.of(all.caption(one.pair())));
        if (!written.isEmpty()) {
            sources.add(Source.SYNTHETIC);
            texts.add(written);
        }
        List<Encoded> encoded = new ArrayList<>();
        for (String text : texts) {
            encoded.add(model.encode(Sample.of(text)));
        }
        float[] match = ((ScoresPairs) model).scorePairs(Pass.INFER,
                model.batch(List.of(model.encode(Sample.of(one.picture()))), scope), model.batch(encoded, scope))
                .toFloatArray();
        for (int i = 0; i < match.length; i++) {
            to.add(new CaptionDecision(decided + to.size(), one.pair(), all.image(one.pair()).getFileName().toString(),
                    sources.get(i),
                    texts.get(i), match[i], match[i] >= request.threshold(), false));
        }
    }
}
