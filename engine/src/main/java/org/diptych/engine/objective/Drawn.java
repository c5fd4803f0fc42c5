package org.diptych.engine.objective;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.data.Example;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.ReadsRegions;
import org.diptych.engine.model.VisionLanguageModel;

/// The examples of one step, from which each task makes its lessons. Whatever is drawn for them is a function of (seed, step, task) or (seed, sight, place).
///
/// @param model    that will learn from them
/// @param examples B of them
/// @param encoded  each as the model reads it
/// @param places   number of each in its data set
/// @param sights   how often each was seen before
/// @param step     from 1
public record Drawn(VisionLanguageModel model, List<Example> examples, List<Encoded> encoded, int[] places,
        long[] sights, long seed, int step) {
    int size() {
        return examples.size();
    }

    /// @return the dice of one task at this step
    SplittableRandom dice(Task task) {
        return new SplittableRandom(Seeds.mix(Seeds.mix(seed, step), task.ordinal()));
    }

    /// @return the dice of one example, the same at each of its sights when `still`
    SplittableRandom dice(int index, boolean still) {
        return new SplittableRandom(Seeds.mix(Seeds.mix(seed, still ? 0 : sights[index]), places[index]));
    }

    /// @return a text as the model reads it, without a picture
    Tokens tokens(String text) throws EngineException {
        return model.encode(Sample.of(text)).tokens().orElseThrow();
    }

    /// Draws and encodes.
    public static Encoded encode(VisionLanguageModel model, Example example) throws EngineException {
        return encode(model, example.picture(), example.caption(),
                readsRegions(model) ? example.more().regions().map(r -> r.regions()) : Optional.empty());
    }

    static Encoded encode(VisionLanguageModel model, Picture picture, String text, Optional<Regions> regions)
            throws EngineException {
        return model.encode(new Sample(Optional.of(picture), Optional.of(text), regions));
    }

    /// @return true for a model that sees no pixels
    static boolean readsRegions(VisionLanguageModel model) {
        return model instanceof ReadsRegions;
    }

    /// @return the trouble that an example does not know what a task asks for
    EngineException lacks(Task task, int index) {
        return new EngineException("train.lacks", task.plan(), examples.get(index).id());
    }

    /// @return another example of the batch with another caption; the next one where all are the same
    int other(int index, SplittableRandom dice) {
        int shift = 1 + dice.nextInt(Math.max(1, size() - 1));
        for (int i = 0; i < size(); i++) {
            int at = (index + shift + i) % size();
            if (at != index && !examples.get(at).caption().equals(examples.get(index).caption())) {
                return at;
            }
        }
        return (index + shift) % size();
    }
}
