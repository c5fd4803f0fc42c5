package org.diptych.engine.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EvaluateRequest;
import org.diptych.engine.api.EvaluateResult;
import org.diptych.engine.api.EvaluateResult.Mark;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Scene;
import org.diptych.engine.data.toybox.Caption;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.EncodesImage;
import org.diptych.engine.model.EncodesText;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.JobContext;

/// The Toybox marks of a model with two towers: retrieval among scenes of different content, one swapped word, and whether the map for a thing's words peaks on
/// the thing. Each scene is a piece of work of its own, so that a person's request never waits for all of them.
public final class Marks implements EngineLane.Steps<EvaluateResult> {
    private static final String FORM = "short";
    private static final String LANGUAGE = "en";
    /// Scenes whose maps are looked at; covering patch by patch costs a pass a patch, so fewer.
    private static final int POINTED = 128;
    private static final int COVERED = 32;

    /// Gives the model anew for each piece, since a person may close it in between.
    @FunctionalInterface
    public interface Source {
        VisionLanguageModel get() throws EngineException;
    }

    /// Right answers out of cases.
    private static final class Tally {
        int right;
        int cases;

        void add(boolean isRight) {
            right += isRight ? 1 : 0;
            cases++;
        }
    }

    private final Source source;
    private final EvaluateRequest request;
    private final World world;
    private final Split split;
    private final List<Long> seeds;
    private final List<float[]> images = new ArrayList<>();
    private final List<float[]> texts = new ArrayList<>();
    private final Tally kinds = new Tally();
    private final Tally colours = new Tally();
    private final Map<RelevanceMethod, Tally> pointing = new EnumMap<>(RelevanceMethod.class);

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
        seeds = Toybox.distinct(request.count(), split, request.seed(), world, FORM, LANGUAGE);
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
    /// @throws EngineException when the model has no two towers, or was closed
    @Override
    public Optional<EvaluateResult> step(JobContext context) throws EngineException {
        context.checkCancelled();
        VisionLanguageModel model = source.get();
        if (!(model instanceof EncodesImage) || !(model instanceof EncodesText) || !(model instanceof ScoresPairs pairs)
                || pairs.probability()) {
            throw new EngineException("train.evaluate.model", model.family());
        }
        int done = images.size();
        context.progress(Message.of("train.evaluate.scene"), done, seeds.size());
        if (done == seeds.size()) {
            return Optional.of(result(model));
        }
        scene(model, seeds.get(done), done, context.scope());
        return Optional.empty();
    }

    private void scene(VisionLanguageModel model, long seed, int index, NDManager scope) throws EngineException {
        Scene scene = Toybox.scene(seed, model.imageSize(), world);
        Caption caption = Toybox.caption(seed, world, FORM, LANGUAGE);
        List<Encoded> said = new ArrayList<>();
        said.add(model.encode(Sample.of(caption.text())));
        int things = scene.objects().size();
        int[] ends = new int[2 * things];
        for (int i = 0; i < ends.length; i++) {
            List<String> wrong = i < things
                    ? Toybox.kindSwaps(seed, world, FORM, LANGUAGE, i)
                    : Toybox.colourSwaps(seed, world, FORM, LANGUAGE, i - things);
            for (String text : wrong) {
                said.add(model.encode(Sample.of(text)));
            }
            ends[i] = said.size();
        }
        NDArray image = ((EncodesImage) model).encodeImage(Pass.INFER,
                model.batch(List.of(model.encode(Sample.of(scene.picture()))), scope)); // (1, D)
        NDArray words = ((EncodesText) model).encodeText(Pass.INFER, model.batch(said, scope)); // (M, D)
        images.add(image.toFloatArray());
        texts.add(Arrays.copyOf(words.toFloatArray(), (int) words.getShape().get(1)));
        float[] scores = image.matMul(words.transpose()).toFloatArray(); // (M)
        int from = 1;
        for (int i = 0; i < ends.length; i++) {
            float best = Float.NEGATIVE_INFINITY;
            for (int k = from; k < ends[i]; k++) {
                best = Math.max(best, scores[k]);
            }
            (i < things ? kinds : colours).add(scores[0] > best);
            from = ends[i];
        }
        if (index < POINTED) {
            point(model, scene, caption, index, scope);
        }
    }

    private void point(VisionLanguageModel model, Scene scene, Caption caption, int index, NDManager scope)
            throws EngineException {
        for (Caption.Mention mention : caption.mentions()) {
            Encoded encoded = model
                    .encode(Sample.of(scene.picture(), caption.text().substring(mention.start(), mention.end())));
            for (RelevanceMethod method : model.methods()) {
                if (method != RelevanceMethod.OCCLUSION || index < COVERED) {
                    try (NDManager inner = scope.newSubManager()) {
                        Pointing.hits(model, encoded, scene.objects().get(mention.thing()).box(), method, inner)
                                .ifPresent(hit -> pointing.computeIfAbsent(method, m -> new Tally()).add(hit));
                    }
                }
            }
        }
    }

    private EvaluateResult result(VisionLanguageModel model) {
        int n = seeds.size();
        float[] matrix = MatrixMath.products(images, texts);
        List<Mark> marks = new ArrayList<>();
        marks.add(mark("toybox.r1.image_to_text", MatrixMath.recall(matrix, n, 1, true), 0.98, n));
        marks.add(mark("toybox.r1.text_to_image", MatrixMath.recall(matrix, n, 1, false), 0.98, n));
        marks.add(mark("toybox.kind_swap", kinds, 0.93));
        marks.add(mark("toybox.colour_swap", colours, 0.97));
        for (RelevanceMethod method : model.methods()) {
            Tally tally = pointing.get(method);
            if (tally != null) {
                marks.add(mark("toybox.pointing." + method.name().toLowerCase(Locale.ROOT), tally,
                        method == model.methods().getFirst() ? 0.90 : Double.NaN));
            }
        }
        return new EvaluateResult(request.data() + "/" + request.world(), marks);
    }

    private Mark mark(String name, Tally tally, double least) {
        return mark(name, (double) tally.right / tally.cases, least, tally.cases);
    }

    /// Marks are set for the world that the small weights were made in; elsewhere the figures are reported only.
    private Mark mark(String name, double value, double least, int count) {
        boolean set = world == World.ALIGNED && (split == Split.TEST || split == Split.VALIDATION);
        return new Mark(name, value, set ? least : Double.NaN, count);
    }
}
