package org.diptych.engine.evaluate;

import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Score;
import org.diptych.engine.data.regions.Blank;
import org.diptych.engine.data.toybox.Caption;
import org.diptych.engine.evaluate.Sheet.Tally;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.probe.Explaining;

/// Whether the map for some words peaks on the thing they name: every method that the model offers, of the match of these words and of the word for the thing's kind,
/// masked. The maps are the very ones that the window draws.
final class Pointing implements Suite {
    /// Scenes whose maps are looked at; covering patch by patch costs a pass a patch, so fewer.
    private static final int POINTED = 128;
    private static final int COVERED = 32;

    private final Map<String, Tally> tallies = new LinkedHashMap<>();

    @Override
    public boolean fits(VisionLanguageModel model) {
        return Blank.sees(model) && !model.methods().isEmpty() && (scores(model) || fills(model));
    }

    private static boolean scores(VisionLanguageModel model) {
        return model.capabilities().contains(Capability.SCORES_PAIRS);
    }

    private static boolean fills(VisionLanguageModel model) {
        return model.capabilities().contains(Capability.FILLS_MASKS) && model instanceof FillsMasks fills
                && fills.maskId().isPresent();
    }

    @Override
    public void scene(Case scene) throws EngineException {
        VisionLanguageModel model = scene.model();
        if (scene.index() >= POINTED) {
            return;
        }
        for (Caption.Mention mention : scene.caption().mentions()) {
            for (RelevanceMethod method : model.methods()) {
                String name = method.name().toLowerCase(Locale.ROOT);
                if (scores(model) && (method != RelevanceMethod.OCCLUSION || scene.index() < COVERED)) {
                    point(scene, mention, method, new Score.Match(), name);
                }
                if (fills(model) && method != RelevanceMethod.OCCLUSION && method != RelevanceMethod.PATCH_TEXT) {
                    OptionalInt place = place(scene, mention);
                    if (place.isPresent()) {
                        point(scene, mention, method, new Score.Word(place.getAsInt()), "word." + name);
                    }
                }
            }
        }
    }

    private static OptionalInt place(Case scene, Caption.Mention mention) throws EngineException {
        return MaskedWord.place(
                scene.model().encode(Sample.of(scene.caption().text())).tokens().orElseThrow(), mention,
                scene.scene().objects().get(mention.thing()).kind());
    }

    private void point(Case scene, Caption.Mention mention, RelevanceMethod method, Score score, String name)
            throws EngineException {
        RelevanceRequest request = new RelevanceRequest("", scene.scene().picture(), scene.caption().text(),
                mention.start(), mention.end(), method, score, scene.regions());
        try (NDManager inner = scene.scope().newSubManager()) {
            RelevanceResult map = new Explaining(scene.model(), request, Explaining.encode(scene.model(), request))
                    .result(inner);
            Box thing = scene.scene().objects().get(mention.thing()).box();
            tallies.computeIfAbsent(name, _ -> new Tally()).add(inside(thing, map));
        }
    }

    private static boolean inside(Box thing, RelevanceResult map) {
        int peak = MatrixMath.peak(map.values());
        return map.picture() instanceof Axis.Patches grid
                ? inside(thing, map.view(), grid, peak)
                : map.regions().map(r -> r.boxes().get(peak))
                        .filter(b -> thing.contains((b.x1() + b.x2()) / 2, (b.y1() + b.y2()) / 2)).isPresent();
    }

    /// @param view the part of the picture that the grid lies over
    /// @return true when the middle of a patch lies in the box
    static boolean inside(Box thing, Box view, Axis.Patches grid, int patch) {
        float x = view.x1() + (patch % grid.cols() + 0.5f) * view.width() / grid.cols();
        float y = view.y1() + (patch / grid.cols() + 0.5f) * view.height() / grid.rows();
        return thing.contains(x, y);
    }

    @Override
    public void marks(Sheet sheet) {
        tallies.forEach((name, tally) -> sheet.add("toybox.pointing." + name, tally));
    }
}
