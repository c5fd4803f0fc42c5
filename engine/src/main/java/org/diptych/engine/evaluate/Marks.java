package org.diptych.engine.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EvaluateRequest;
import org.diptych.engine.api.EvaluateResult;
import org.diptych.engine.api.EvaluateResult.Mark;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Picture;
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
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.PatchText;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.probe.Relevance;
import org.diptych.engine.work.JobContext;

/// The Toybox marks of a model with two towers: retrieval among scenes of different content, one swapped word, and whether the map for a thing's words peaks on the thing.
public final class Marks {
    private static final int AT_ONCE = 64;
    private static final double NO_MARK = Double.NaN;

    private final VisionLanguageModel model;
    private final JobContext context;
    private final World world;
    private final int size;
    private final boolean wanted;

    private Marks(VisionLanguageModel model, EvaluateRequest request, JobContext context, Split split) {
        this.model = model;
        this.context = context;
        world = World.named(request.world());
        size = model.imageSize();
        // Marks are set for the world the small weights were made in; elsewhere the figures are reported.
        wanted = world == World.ALIGNED && (split == Split.TEST || split == Split.VALIDATION);
    }

    /// Runs on the lane.
    ///
    /// @throws EngineException when the model has no two towers, or the data set is not known
    public static EvaluateResult measure(VisionLanguageModel model, EvaluateRequest request, JobContext context)
            throws EngineException {
        if (!(model instanceof EncodesImage) || !(model instanceof EncodesText) || !(model instanceof ScoresPairs)) {
            throw new EngineException("train.evaluate.model", model.family());
        }
        Split split = split(request.data());
        Marks marks = new Marks(model, request, context, split);
        List<Long> seeds = Toybox.distinct(request.count(), split, request.seed(), marks.world, "short", "en");
        List<Mark> out = new ArrayList<>();
        out.addAll(marks.retrieval(seeds));
        out.add(marks.swap("toybox.kind_swap", seeds, true, 0.93));
        out.add(marks.swap("toybox.colour_swap", seeds, false, 0.97));
        for (RelevanceMethod method : model.methods()) {
            if (method != RelevanceMethod.OCCLUSION) {
                out.add(marks.pointing(seeds, method, method == model.methods().getFirst() ? 0.90 : NO_MARK));
            }
        }
        return new EvaluateResult(request.data() + "/" + request.world(), out);
    }

    private static Split split(String data) throws EngineException {
        try {
            if (data.startsWith("toybox:")) {
                return Split.valueOf(data.substring("toybox:".length()).toUpperCase(Locale.ROOT));
            }
        } catch (IllegalArgumentException e) {
            // told below, like any other unknown set
        }
        throw new EngineException("train.evaluate.data", data);
    }

    private Mark mark(String name, double value, double least, int count) {
        return new Mark(name, value, wanted ? least : NO_MARK, count);
    }

    private Picture picture(long seed) {
        return Toybox.scene(seed, size, world).picture();
    }

    private List<Mark> retrieval(List<Long> seeds) throws EngineException {
        List<float[]> images = new ArrayList<>();
        List<float[]> texts = new ArrayList<>();
        for (int from = 0; from < seeds.size(); from += AT_ONCE) {
            context.checkCancelled();
            List<Encoded> part = new ArrayList<>();
            for (long seed : seeds.subList(from, Math.min(seeds.size(), from + AT_ONCE))) {
                part.add(model.encode(Sample.of(picture(seed), Toybox.caption(seed, world, "short", "en").text())));
            }
            try (NDManager scope = context.scope().newSubManager()) {
                Inputs batch = model.batch(part, scope);
                rows(((EncodesImage) model).encodeImage(Pass.INFER, batch), images);
                rows(((EncodesText) model).encodeText(Pass.INFER, batch), texts);
            }
            context.progress(Message.of("train.evaluate.retrieval"), from, seeds.size());
        }
        float[] matrix = MatrixMath.products(images, texts);
        int n = seeds.size();
        return List.of(mark("toybox.r1.image_to_text", MatrixMath.recall(matrix, n, 1, true), 0.98, n),
                mark("toybox.r1.text_to_image", MatrixMath.recall(matrix, n, 1, false), 0.98, n));
    }

    /// The true caption must beat all captions with one thing's kind (or colour) replaced; every thing of every scene is a case.
    private Mark swap(String name, List<Long> seeds, boolean kinds, double least) throws EngineException {
        int right = 0;
        int cases = 0;
        for (int i = 0; i < seeds.size(); i++) {
            context.checkCancelled();
            long seed = seeds.get(i);
            Scene scene = Toybox.scene(seed, size, world);
            Encoded seen = model.encode(Sample.of(scene.picture()));
            for (int thing = 0; thing < scene.objects().size(); thing++) {
                List<Encoded> texts = new ArrayList<>();
                texts.add(model.encode(Sample.of(Toybox.caption(seed, world, "short", "en").text())));
                List<String> wrong = kinds
                        ? Toybox.kindSwaps(seed, world, "short", "en", thing)
                        : Toybox.colourSwaps(seed, world, "short", "en", thing);
                for (String text : wrong) {
                    texts.add(model.encode(Sample.of(text)));
                }
                try (NDManager scope = context.scope().newSubManager()) {
                    float[] scores = ((ScoresPairs) model)
                            .scorePairs(Pass.INFER, model.batch(List.of(seen), scope), model.batch(texts, scope))
                            .toFloatArray();
                    right += MatrixMath.rank(scores, 1, scores.length, 0, 0, true) == 1 ? 1 : 0;
                    cases++;
                }
            }
            context.progress(Message.of("train.evaluate.swap"), i, seeds.size());
        }
        return mark(name, (double) right / cases, least, cases);
    }

    /// The peak of the map for a thing's words must lie in the thing's box.
    private Mark pointing(List<Long> seeds, RelevanceMethod method, double least) throws EngineException {
        int right = 0;
        int cases = 0;
        List<Long> some = seeds.subList(0, Math.min(seeds.size(), 128));
        for (int i = 0; i < some.size(); i++) {
            context.checkCancelled();
            long seed = some.get(i);
            Scene scene = Toybox.scene(seed, size, world);
            Caption caption = Toybox.caption(seed, world, "short", "en");
            for (Caption.Mention mention : caption.mentions()) {
                Encoded encoded = model
                        .encode(Sample.of(scene.picture(), caption.text().substring(mention.start(), mention.end())));
                try (NDManager scope = context.scope().newSubManager()) {
                    right += inside(scene.objects().get(mention.thing()).box(), map(encoded, method, scope), encoded)
                            ? 1
                            : 0;
                    cases++;
                }
            }
            context.progress(Message.of("train.evaluate.pointing"), i, some.size());
        }
        return mark("toybox.pointing." + method.name().toLowerCase(Locale.ROOT), (double) right / cases, least, cases);
    }

    private float[] map(Encoded encoded, RelevanceMethod method, NDManager scope) {
        Inputs inputs = model.batch(List.of(encoded), scope);
        if (method == RelevanceMethod.PATCH_TEXT) {
            return ((PatchText) model).patchText(Pass.INFER, inputs).toFloatArray();
        }
        List<AttentionSite> sites = model.sites(encoded).stream().filter(s -> s.key() instanceof Axis.Patches).toList();
        float[] values = Relevance
                .explain(method, sites, pass -> ((ScoresPairs) model).scorePairs(pass, inputs, inputs)).bySite()
                .get(sites.getFirst().name());
        return Arrays.copyOfRange(values, ((Axis.Patches) sites.getFirst().key()).prefix(), values.length);
    }

    private boolean inside(Box box, float[] map, Encoded encoded) {
        Axis.Patches grid = model.patches().orElseThrow();
        Box view = encoded.view().orElseThrow();
        int peak = MatrixMath.peak(map);
        float x = view.x1() + (peak % grid.cols() + 0.5f) * view.width() / grid.cols();
        float y = view.y1() + (peak / grid.cols() + 0.5f) * view.height() / grid.rows();
        return box.contains(x, y);
    }

    private static void rows(NDArray matrix, List<float[]> into) {
        float[] all = matrix.toFloatArray();
        int width = (int) matrix.getShape().get(1);
        for (int i = 0; i < all.length; i += width) {
            into.add(Arrays.copyOfRange(all, i, i + width));
        }
    }
}
