package org.diptych.engine.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Scene;
import org.diptych.engine.data.regions.Blank;
import org.diptych.engine.data.regions.RegionSources;
import org.diptych.engine.data.toybox.Caption;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.VisionLanguageModel;

/// One scene of the test and how a model is shown it: as pixels, or as the regions of its true boxes.
///
/// @param seed    of the scene
/// @param index   its number in the test
/// @param caption the short one
/// @param scope   owns the tensors made for it
record Case(VisionLanguageModel model, World world, long seed, int index, Scene scene, Caption caption,
        NDManager scope) {
    static final String FORM = "short";
    static final String LANGUAGE = "en";
    private static final int REGION_MODEL_SIZE = 64;

    static Case of(VisionLanguageModel model, World world, long seed, int index, NDManager scope) {
        int size = model.imageSize() > 0 ? model.imageSize() : REGION_MODEL_SIZE;
        return new Case(model, world, seed, index, Toybox.scene(seed, size, world),
                Toybox.caption(seed, world, FORM, LANGUAGE), scope);
    }

    Optional<RegionSource> regions() {
        return Optional.of(RegionSource.Crops.of(scene));
    }

    Sample shown(Optional<String> text) throws EngineException {
        return Blank.sees(model)
                ? RegionSources.sample(model, scene.picture(), text, regions())
                : new Sample(Optional.empty(), text, Optional.empty());
    }

    /// @return the same, but nothing is to be seen in the picture
    Sample blank(String text) throws EngineException {
        return RegionSources.sample(model, Blank.picture(scene.picture()), Optional.of(text), regions());
    }

    Inputs picture() throws EngineException {
        return model.batch(List.of(model.encode(shown(Optional.empty()))), scope);
    }

    /// @return how well each text goes with the picture
    float[] scores(List<String> texts) throws EngineException {
        List<Encoded> said = new ArrayList<>();
        for (String text : texts) {
            said.add(model.encode(Sample.of(text)));
        }
        try (NDArray scores = ((ScoresPairs) model).scorePairs(Pass.INFER, picture(), model.batch(said, scope))) {
            return scores.toFloatArray();
        }
    }
}
