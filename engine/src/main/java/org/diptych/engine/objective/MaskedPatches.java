package org.diptych.engine.objective;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.api.Task;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.VisionLanguageModel;

/// Hides patches of pictures, block by block; of a pair, where the plan hides both sides at once, words too (Wang et al. 2022, "BEiT-3", section 2.2).
///
/// @param codes of all patches, where a table tells them
record MaskedPatches(Task task, FineTunePlan.Lessons how, Optional<CodeTable> codes) implements Preparation {
    /// Smallest block, where the picture has room for it.
    private static final int BLOCK = 16;
    private static final double NARROWEST = 0.3;

    MaskedPatches(Task task, FineTunePlan.Lessons how) {
        this(task, how, Optional.empty());
    }

    /// @return true for a model that is asked for patches of pairs, and so hides them together with words
    static boolean beside(VisionLanguageModel model) {
        return model instanceof Taught taught && taught.lessons().tasks().containsKey(Task.MASKED_PATCHES);
    }

    @Override
    public List<Lesson> of(Drawn drawn) throws EngineException {
        SplittableRandom dice = drawn.dice(task);
        boolean both = task == Task.MASKED_PATCHES && how.joint();
        List<Lesson> out = new ArrayList<>();
        for (int i = 0; i < drawn.size(); i++) {
            long[] told = codes.isPresent() ? codes.get().of(drawn.examples().get(i).id()) : new long[0];
            double draw = dice.nextDouble();
            out.add(both
                    ? hide(drawn, i, words(drawn, i), how, told)
                    : Lesson.of(drawn.encoded().get(i), -1).hiding(new Lesson.Patches(
                            hidden(grid(drawn), how.patches(),
                                    new SplittableRandom(Double.doubleToLongBits(draw))),
                            told)));
        }
        return out;
    }

    private Lesson words(Drawn drawn, int i) throws EngineException {
        Lexicon lexicon = ((Taught) drawn.model()).lessons().lexicon()
                .orElseThrow(() -> new EngineException("train.mask", drawn.model().family()));
        Encoded own = drawn.encoded().get(i);
        return new MaskedWords(how, false).hide(drawn, i, own, lexicon);
    }

    /// The same patches whichever side of the pair is asked for.
    ///
    /// @param lesson with words hidden
    static Lesson hide(Drawn drawn, int index, Lesson lesson, FineTunePlan.Lessons how, long[] told) {
        SplittableRandom dice = drawn.dice(index, how.masking().equals("static")).split();
        return lesson.hiding(new Lesson.Patches(hidden(grid(drawn), how.patches(), dice), told));
    }

    private static Axis.Patches grid(Drawn drawn) {
        return drawn.model().patches().orElseThrow();
    }

    /// Blocks of patches until the share is hidden (Bao et al. 2022, "BEiT", algorithm 1).
    ///
    /// @return (rows * cols) 1 for a hidden patch
    static long[] hidden(Axis.Patches grid, double share, SplittableRandom dice) {
        long[] hidden = new long[grid.rows() * grid.cols()];
        int most = Math.max(1, (int) (share * hidden.length));
        int least = Math.min(BLOCK, Math.max(1, most / 2));
        int count = 0;
        while (count < most) {
            double area = least + dice.nextDouble() * (Math.max(least, most - count) - least);
            double ratio = Math.exp((2 * dice.nextDouble() - 1) * -Math.log(NARROWEST));
            int high = Math.clamp(Math.round(Math.sqrt(area * ratio)), 1, grid.rows());
            int wide = Math.clamp(Math.round(Math.sqrt(area / ratio)), 1, grid.cols());
            int top = dice.nextInt(grid.rows() - high + 1);
            int left = dice.nextInt(grid.cols() - wide + 1);
            for (int i = 0; i < high * wide && count < most; i++) {
                int place = (top + i / wide) * grid.cols() + left + i % wide;
                count += hidden[place] == 0 ? 1 : 0;
                hidden[place] = 1;
            }
        }
        return hidden;
    }
}
