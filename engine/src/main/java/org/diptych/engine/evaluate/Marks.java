package org.diptych.engine.evaluate;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EvaluateRequest;
import org.diptych.engine.api.EvaluateResult;
import org.diptych.engine.api.Message;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;

/// The Toybox marks of a model: whatever of them its capabilities allow. Each scene is a piece of work of its own, so that a person's request never waits for all of
/// them.
public final class Marks implements EngineLane.Steps<EvaluateResult> {
    /// Gives the model anew for each piece, since a person may close it in between.
    @FunctionalInterface
    public interface Source {
        VisionLanguageModel get() throws EngineException;
    }

    private final Source source;
    private final EvaluateRequest request;
    private final World world;
    private final Split split;
    private final List<Long> seeds;
    private final List<Suite> suites = List.of(new Retrieval(), new Swapped(), new MaskedWord(), new Answered(),
            new Told(), new Pointing());
    private int done;

    /// @throws EngineException when the data set is not known
    public Marks(Source source, EvaluateRequest request) throws EngineException {
        this.source = source;
        this.request = request;
        split = split(request.data());
        try {
            world = World.named(request.world());
        } catch (IllegalArgumentException e) {
            throw new EngineException(e, "train.evaluate.world", request.world());
        }
        seeds = Toybox.distinct(request.count(), split, request.seed(), world, Case.FORM, Case.LANGUAGE);
    }

    private static Split split(String data) throws EngineException {
        try {
            if (data.startsWith("toybox:")) {
                return Split.valueOf(data.substring("toybox:".length()).toUpperCase(Locale.ROOT));
            }
        } catch (IllegalArgumentException e) {
            throw new EngineException(e, "train.evaluate.data", data);
        }
        throw new EngineException("train.evaluate.data", data);
    }

    /// One scene.
    ///
    /// @throws EngineException when the model can do nothing that there are marks for, or was closed
    @Override
    public Optional<EvaluateResult> step(JobContext context) throws EngineException {
        context.checkCancelled();
        VisionLanguageModel model = source.get();
        List<Suite> fit = suites.stream().filter(s -> s.fits(model)).toList();
        if (fit.isEmpty()) {
            throw new EngineException("train.evaluate.model", model.family());
        }
        context.progress(Message.of("train.evaluate.scene"), done, seeds.size());
        if (done == seeds.size()) {
            boolean set = world == World.ALIGNED && (split == Split.TEST || split == Split.VALIDATION);
            Sheet sheet = new Sheet(model.family(), set);
            fit.forEach(s -> s.marks(sheet));
            return Optional.of(new EvaluateResult(request.data() + "/" + request.world(), sheet.marks()));
        }
        Case scene = Case.of(model, world, seeds.get(done), done, context.scope());
        for (Suite suite : fit) {
            suite.scene(scene);
        }
        done++;
        return Optional.empty();
    }
}
