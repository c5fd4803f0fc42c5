package org.diptych.engine.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.data.regions.Blank;
import org.diptych.engine.data.toybox.Negative;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.evaluate.Sheet.Tally;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.VisionLanguageModel;

/// The true caption against those with one word replaced, by the model's own score of a pair; and, where that is a probability, whether it says of a pair alone
/// that it matches.
final class Swapped implements Suite {
    private final Tally kinds = new Tally();
    private final Tally colours = new Tally();
    private final Tally matches = new Tally();

    @Override
    public boolean fits(VisionLanguageModel model) {
        return model.capabilities().contains(Capability.SCORES_PAIRS) && model instanceof ScoresPairs
                && Blank.sees(model);
    }

    @Override
    public void scene(Case scene) throws EngineException {
        List<String> texts = new ArrayList<>(List.of(scene.caption().text()));
        int things = scene.scene().objects().size();
        int[] ends = new int[2 * things];
        for (int i = 0; i < ends.length; i++) {
            texts.addAll(i < things
                    ? Toybox.kindSwaps(scene.seed(), scene.world(), Case.FORM, Case.LANGUAGE, i)
                    : Toybox.colourSwaps(scene.seed(), scene.world(), Case.FORM, Case.LANGUAGE, i - things));
            ends[i] = texts.size();
        }
        List<Negative> negatives = Toybox.negatives(scene.seed(), scene.world(), Case.FORM, Case.LANGUAGE);
        texts.add(negatives.get(new SplittableRandom(scene.seed()).nextInt(negatives.size())).text());
        float[] scores = scene.scores(texts);
        int from = 1;
        for (int i = 0; i < ends.length; i++) {
            float best = Float.NEGATIVE_INFINITY;
            for (int k = from; k < ends[i]; k++) {
                best = Math.max(best, scores[k]);
            }
            (i < things ? kinds : colours).add(scores[0] > best);
            from = ends[i];
        }
        if (((ScoresPairs) scene.model()).probability()) {
            matches.add(scores[0] > 0.5);
            matches.add(scores[texts.size() - 1] < 0.5);
        }
    }

    @Override
    public void marks(Sheet sheet) {
        sheet.add("toybox.kind_swap", kinds);
        sheet.add("toybox.colour_swap", colours);
        sheet.add("toybox.match", matches);
    }
}
