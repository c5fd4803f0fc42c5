package org.diptych.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Lexicon;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.Example;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.diptych.engine.train.FreshFiles;
import org.diptych.engine.train.PlanFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is hidden, how often, and that it depends on the seed and nothing else.
@Tag("unit")
class MaskedWordsTest {
    private static final int COUNT = 600;

    @TempDir
    Path folder;

    private FineTunePlan plan() throws EngineException {
        return PlanFile.parse("""
                {"model": "fresh:roberta", "objectives": {"mlm": 1}, "data": {"captions": "full", "pictureSize": 16},
                 "config": {"hidden_size": 8, "intermediate_size": 8, "num_attention_heads": 1, "num_hidden_layers": 1,
                   "max_position_embeddings": 64, "type_vocab_size": 1, "layer_norm_eps": 1e-5, "has_lm_head": true}}
                """, "p");
    }

    private Drawn drawn(long sight) throws EngineException {
        FineTunePlan plan = plan();
        return TestLane.run(context -> {
            VisionLanguageModel model = Models.named("roberta").orElseThrow()
                    .create(FreshFiles.write(folder, plan), new ModelFiles(Optional.of(folder)));
            ToyboxDataset data = new ToyboxDataset(plan.data(), Split.TRAIN);
            List<Example> examples = new ArrayList<>();
            List<Encoded> encoded = new ArrayList<>();
            int[] places = new int[COUNT];
            long[] sights = new long[COUNT];
            for (int i = 0; i < COUNT; i++) {
                examples.add(data.example(i));
                encoded.add(Drawn.encode(model, examples.get(i)));
                places[i] = i;
                sights[i] = sight;
            }
            return new Drawn(model, examples, encoded, places, sights, 5, 1);
        });
    }

    private static FineTunePlan.Lessons how(String masking, String rule) {
        return new FineTunePlan.Lessons(masking, rule, 0.15, false, 0, 0);
    }

    private static List<long[]> hidden(Drawn drawn, FineTunePlan.Lessons how) throws EngineException {
        return new MaskedWords(how, false).of(drawn).stream().map(Lesson::words).toList();
    }

    private static boolean same(List<long[]> a, List<long[]> b) {
        for (int i = 0; i < a.size(); i++) {
            if (!Arrays.equals(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    @Test
    void bertHidesOrdinaryWordsOneAtLeast() throws EngineException {
        Drawn drawn = drawn(0);
        List<Lesson> lessons = new MaskedWords(how("dynamic", "bert"), false).of(drawn);
        int ordinary = 0;
        int hidden = 0;
        int masked = 0;
        int kept = 0;
        for (int i = 0; i < COUNT; i++) {
            Tokens was = drawn.encoded().get(i).tokens().orElseThrow();
            Tokens shown = lessons.get(i).shown().tokens().orElseThrow();
            int own = 0;
            for (int t = 0; t < was.size(); t++) {
                boolean asked = lessons.get(i).words()[t] >= 0;
                ordinary += was.tokens().get(t).special() ? 0 : 1;
                own += asked ? 1 : 0;
                assertThat(asked && was.tokens().get(t).special()).isFalse();
                assertThat(lessons.get(i).words()[t]).isEqualTo(asked ? was.tokens().get(t).id() : -1);
                masked += asked && shown.tokens().get(t).id() == 2 ? 1 : 0; // Toybox's mask token
                kept += asked && shown.tokens().get(t).id() == was.tokens().get(t).id() ? 1 : 0;
                assertThat(asked || shown.tokens().get(t).id() == was.tokens().get(t).id()).isTrue();
            }
            assertThat(own).isPositive();
            hidden += own;
        }
        assertThat((double) hidden / ordinary).isCloseTo(0.16, within(0.02)); // 0.15, and one in texts that would have none
        assertThat((double) masked / hidden).isCloseTo(0.8, within(0.03));
        assertThat((double) kept / hidden).isCloseTo(0.1, within(0.03));
    }

    /// Where each piece is a word of its own, nothing is drawn otherwise.
    @Test
    void wholeWordsAreHiddenWithAllOfTheirPieces() throws EngineException {
        Drawn plain = drawn(0);
        assertThat(same(hidden(plain, how("dynamic", "whole")), hidden(plain, how("dynamic", "bert")))).isTrue();
        String[] pieces = {"[CLS]", "un", "##break", "##able", "toys", "##hop", ",", "red", "[SEP]"};
        List<Tokens.Token> tokens = new ArrayList<>();
        for (int t = 0; t < pieces.length; t++) {
            int at = pieces[t].startsWith("[") ? -1 : t;
            tokens.add(new Tokens.Token(10 + t, pieces[t], at, at < 0 ? -1 : at + 1, 0));
        }
        BitSet inner = new BitSet();
        inner.set(12, 14);
        inner.set(15);
        Lexicon lexicon = new Lexicon(3, 10, 30, inner);
        Encoded text = Encoded.of(new Tokens("unbreakable toyshop, red", tokens, false));
        int[][] words = {{1, 2, 3}, {4, 5}, {6}, {7}};
        int hidden = 0;
        int parted = 0;
        int all = 0;
        for (int i = 0; i < COUNT; i++) {
            long[] whole = new MaskedWords(how("dynamic", "whole"), false).hide(plain, i, text, lexicon).words();
            long[] bert = new MaskedWords(how("dynamic", "bert"), false).hide(plain, i, text, lexicon).words();
            assertThat(whole[0] + whole[8]).as("no special token").isEqualTo(-2);
            for (int[] word : words) {
                long in = Arrays.stream(word).filter(t -> whole[t] >= 0).count();
                assertThat(in).as("of %s", Arrays.toString(word)).isIn(0L, (long) word.length);
                hidden += in > 0 ? 1 : 0;
                all++;
                long parts = Arrays.stream(word).filter(t -> bert[t] >= 0).count();
                parted += parts > 0 && parts < word.length ? 1 : 0;
            }
        }
        assertThat(parted).as("words that are torn apart without the rule").isPositive();
        // 0.15, and one word of four where none would be
        assertThat((double) hidden / all).isCloseTo(0.15 + Math.pow(0.85, 4) / 4, within(0.03));
    }

    @Test
    void robertaHidesPlacesOfTheWholeSequence() throws EngineException {
        Drawn drawn = drawn(0);
        List<long[]> hidden = hidden(drawn, how("dynamic", "roberta"));
        boolean specials = false;
        for (int i = 0; i < COUNT; i++) {
            long count = Arrays.stream(hidden.get(i)).filter(w -> w >= 0).count();
            double share = 0.15 * hidden.get(i).length;
            assertThat((double) count).isBetween(Math.floor(share), Math.floor(share) + 1);
            specials |= hidden.get(i)[0] >= 0;
        }
        assertThat(specials).isTrue();
    }

    @Test
    void staticMasksStayAndDynamicOnesDoNot() throws EngineException {
        Drawn first = drawn(0);
        Drawn second = drawn(1);
        for (String rule : List.of("bert", "roberta")) {
            assertThat(same(hidden(first, how("static", rule)), hidden(second, how("static", rule)))).isTrue();
            assertThat(same(hidden(first, how("dynamic", rule)), hidden(second, how("dynamic", rule)))).isFalse();
            assertThat(same(hidden(first, how("dynamic", rule)), hidden(first, how("dynamic", rule)))).isTrue();
        }
    }

    @Test
    void halfOfThePairsAreWrongAndHardOnesByOneWord() throws EngineException {
        Drawn drawn = drawn(0);
        List<Lesson> lessons = Preparation.of(Task.MATCHING, how("dynamic", "bert"), 1, false).of(drawn);
        int together = 0;
        for (int i = 0; i < COUNT; i++) {
            long[] was = drawn.encoded().get(i).tokens().orElseThrow().ids();
            long[] shown = lessons.get(i).shown().tokens().orElseThrow().ids();
            together += lessons.get(i).label();
            assertThat(Arrays.equals(was, shown)).isEqualTo(lessons.get(i).label() == 1);
        }
        assertThat((double) together / COUNT).isCloseTo(0.5, within(0.06));
    }
}
