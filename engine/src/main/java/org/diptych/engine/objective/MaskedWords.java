package org.diptych.engine.objective;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Hidden;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.model.Taught;

/// Hides words of texts. Of those chosen 80 % become the mask token, 10 % a random word, 10 % stay (Devlin et al. 2019, section 3.1).
///
/// @param how  which are chosen, and when
/// @param two  true when each text is a pair of sentences
record MaskedWords(FineTunePlan.Lessons how, boolean two) implements Preparation {
    private static final double MASKED = 0.8;
    private static final double RANDOM = 0.1;

    /// @param ids    what is read
    /// @param wanted id to tell, or -1
    record Chosen(long[] ids, long[] wanted) {
    }

    @Override
    public List<Lesson> of(Drawn drawn) throws EngineException {
        Lexicon lexicon = ((Taught) drawn.model()).lessons().lexicon().orElseThrow();
        SplittableRandom dice = drawn.dice(Task.NEXT_SENTENCE);
        List<Lesson> out = new ArrayList<>();
        for (int i = 0; i < drawn.size(); i++) {
            Encoded whole = two ? Preparation.sentences(drawn, i, dice).shown() : drawn.encoded().get(i);
            Lesson lesson = hide(drawn, i, whole, lexicon);
            out.add(how.joint() ? othersToo(drawn, i, lesson) : lesson);
        }
        return out;
    }

    /// @return the example with words hidden
    Lesson hide(Drawn drawn, int index, Encoded whole, Lexicon lexicon) {
        Tokens tokens = whole.tokens().orElseThrow();
        boolean still = how.masking().equals("static");
        double share = how.joint() && MaskedPatches.beside(drawn.model()) ? how.pair() : how.share();
        Chosen chosen = how.rule().equals("roberta")
                ? sequence(tokens, lexicon, share, drawn.seed(), still ? 0 : drawn.sights()[index],
                        drawn.places()[index])
                : words(tokens, lexicon, share, drawn.dice(index, still));
        List<Tokens.Token> read = new ArrayList<>();
        for (int t = 0; t < tokens.size(); t++) {
            Tokens.Token token = tokens.tokens().get(t);
            read.add(new Tokens.Token((int) chosen.ids[t], token.string(), token.start(), token.end(),
                    token.segment()));
        }
        return Lesson.of(whole.saying(new Tokens(tokens.text(), read, tokens.truncated())), -1)
                .hiding(whole.saying(new Tokens(tokens.text(), read, tokens.truncated())), chosen.wanted);
    }

    private Lesson othersToo(Drawn drawn, int index, Lesson lesson) throws EngineException {
        if (MaskedPatches.beside(drawn.model())) {
            return MaskedPatches.hide(drawn, index, lesson, how, new long[0]);
        }
        if (drawn.encoded().get(index).regions().isEmpty()) {
            return lesson;
        }
        Hidden.Rule rule = ((Taught) drawn.model()).lessons().hiding();
        return MaskedRegions.hide(drawn, Task.REGION_FEATURES, index, lesson,
                drawn.dice(index, how.masking().equals("static")).split(), how.share(), rule);
    }

    /// Each ordinary piece, or each word with all of its pieces, with the same probability, one at least.
    private Chosen words(Tokens tokens, Lexicon lexicon, double share, SplittableRandom dice) {
        long[] ids = tokens.ids();
        long[] wanted = new long[ids.length];
        Arrays.fill(wanted, -1);
        List<List<Integer>> words = pieces(tokens, lexicon);
        boolean any = false;
        for (List<Integer> word : words) {
            if (dice.nextDouble() < share) {
                word.forEach(t -> choose(t, ids, wanted, lexicon, dice));
                any = true;
            }
        }
        if (!any && !words.isEmpty()) {
            words.get(dice.nextInt(words.size())).forEach(t -> choose(t, ids, wanted, lexicon, dice));
        }
        return new Chosen(ids, wanted);
    }

    /// @return places of the ordinary tokens, those together that are hidden together
    private List<List<Integer>> pieces(Tokens tokens, Lexicon lexicon) {
        boolean whole = how.rule().equals("whole");
        List<List<Integer>> out = new ArrayList<>();
        for (int t = 0; t < tokens.size(); t++) {
            Tokens.Token token = tokens.tokens().get(t);
            if (token.special()) {
                continue;
            }
            boolean goesOn = whole && t > 0 && !tokens.tokens().get(t - 1).special()
                    && lexicon.inner().get(token.id());
            if (goesOn) {
                out.getLast().add(t);
            } else {
                out.add(new ArrayList<>(List.of(t)));
            }
        }
        return out;
    }

    private static void choose(int at, long[] ids, long[] wanted, Lexicon lexicon, SplittableRandom dice) {
        wanted[at] = ids[at];
        double fate = dice.nextDouble();
        int random = dice.nextInt(lexicon.first(), lexicon.last());
        if (fate < MASKED) {
            ids[at] = lexicon.mask();
        } else if (fate < MASKED + RANDOM) {
            ids[at] = random;
        }
    }

    private Chosen sequence(Tokens tokens, Lexicon lexicon, double share, long seed, long sight, long place) {
        long[] ids = tokens.ids();
        DynamicMasking.Masked masked = new DynamicMasking(share, 1 - MASKED - RANDOM, RANDOM, lexicon.last(),
                lexicon.first(), lexicon.mask()).apply(ids, seed, sight, place);
        long[] wanted = new long[ids.length];
        for (int t = 0; t < ids.length; t++) {
            wanted[t] = masked.chosen()[t] ? ids[t] : -1;
        }
        return new Chosen(masked.ids(), wanted);
    }
}
