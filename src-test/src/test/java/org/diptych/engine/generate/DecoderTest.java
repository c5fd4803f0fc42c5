package org.diptych.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.diptych.engine.generate.TableModel.A;
import static org.diptych.engine.generate.TableModel.B;
import static org.diptych.engine.generate.TableModel.END;
import static org.diptych.engine.generate.TableModel.MASK;
import static org.diptych.engine.generate.TableModel.PAD;
import static org.diptych.engine.generate.TableModel.START;
import static org.diptych.engine.generate.TableModel.odds;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.model.Generates.Search;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The rules of choosing, on a table whose every step is computed by hand.
@Tag("unit")
class DecoderTest {
    private static final Inputs NONE = new Inputs(Map.of(), List.of());
    /// Greedy goes a, a, a; the best text is b, end: .4 * .8.
    private static final Map<Long, double[]> TABLE = Map.of(START, odds(.5, .4, .1), A, odds(.4, .25, .35), B,
            odds(.1, .1, .8));

    private static Written write(Map<Long, double[]> table, Function<TableModel, TableModel> model, Decoder decoder)
            throws EngineException {
        return TestLane.run(context -> decoder.write(model.apply(TableModel.of(context.scope(), table)), Pass.INFER,
                NONE));
    }

    private static Written write(Decoder decoder) throws EngineException {
        return write(TABLE, m -> m, decoder);
    }

    private static Written write(Decoding how) throws EngineException {
        return write(new Decoder(how));
    }

    private static long[] ids(Written written) {
        return written.texts().getFirst().ids();
    }

    @Test
    void greedyTakesTheLikeliestUntilTheGreatestLength() throws EngineException {
        Written written = write(Decoding.greedy(3));
        assertThat(ids(written)).containsExactly(START, A, A, A);
        assertThat(written.texts().getFirst().reason()).isEqualTo(Written.Reason.LENGTH);
        assertThat(ids(write(Decoding.greedy(9).lengths(0, 3, true)))).as("the prompt counts").containsExactly(START, A,
                A);
    }

    @Test
    void aFinishedRowIsFilledUp() throws EngineException {
        Written written = write(TABLE, m -> m.from(List.of(new long[]{START, B}, new long[]{START, A})),
                new Decoder(Decoding.greedy(3)));
        assertThat(written.rows()).isDeepEqualTo(
                new long[][]{{START, B, END, PAD, PAD}, {START, A, A, A, A}});
        assertThat(written.texts().getFirst().fresh()).isEmpty();
        assertThat(written.texts().getFirst().reason()).isEqualTo(Written.Reason.END);
    }

    @Test
    void theEndWaitsForTheLeastLength() throws EngineException {
        Map<Long, double[]> ends = Map.of(START, odds(.2, .1, .7), A, odds(.2, .1, .7));
        assertThat(ids(write(ends, m -> m, new Decoder(Decoding.greedy(5).lengths(2, 5, false)))))
                .containsExactly(START, A, A, END);
        assertThat(ids(write(ends, m -> m, new Decoder(Decoding.greedy(5).lengths(2, 5, true)))))
                .as("the prompt counts").containsExactly(START, A, END);
    }

    /// Logits .4 + 7 ... are positive, so a penalty divides them: ln(.4) + 7 = 6.08 over 1.5 = 4.06, under ln(.25) + 7 = 5.61.
    @Test
    void aPenaltyTurnsAwayFromWhatStandsThere() throws EngineException {
        assertThat(ids(write(Decoding.greedy(3).penalty(1.5)))).containsExactly(START, A, END);
        assertThat(ids(write(TABLE, m -> m.without(END), new Decoder(Decoding.greedy(2).penalty(1.5)))))
                .containsExactly(START, A, B);
    }

    @Test
    void idsThatAreNeverWrittenAreNot() throws EngineException {
        assertThat(ids(write(TABLE, m -> m.without(A), new Decoder(Decoding.greedy(3)))))
                .containsExactly(START, B, END);
    }

    @Test
    void whatEndsWithTheContextSaysSo() throws EngineException {
        Written written = write(TABLE, m -> m.withRoom(2), new Decoder(Decoding.greedy(9)));
        assertThat(ids(written)).containsExactly(START, A, A);
        assertThat(written.texts().getFirst().reason()).isEqualTo(Written.Reason.CONTEXT);
    }

    @Test
    void aStopTextEndsIt() throws EngineException {
        Written written = write(new Decoder(Decoding.greedy(9)).stopping(fresh -> fresh.length == 2));
        assertThat(ids(written)).containsExactly(START, A, A);
        assertThat(written.texts().getFirst().reason()).isEqualTo(Written.Reason.STOP);
    }

    @Test
    void aListenerSeesEveryWordAndMayEndIt() throws EngineException {
        List<Long> seen = new ArrayList<>();
        assertThatThrownBy(() -> write(new Decoder(Decoding.greedy(9)).with((Decoder.Listener) moment -> {
            seen.add(moment.chosen().getFirst().id());
            if (moment.step() == 1) {
                throw new CancellationException();
            }
        }))).isInstanceOf(CancellationException.class);
        assertThat(seen).containsExactly(A, A);
    }

    @Test
    void everyWordHasItsProbabilityAndItsRivals() throws EngineException {
        Choice second = write(new Decoder(Decoding.greedy(2)).showing(2)).texts().getFirst().choices().get(1);
        assertThat(second.probability()).isCloseTo(.4, within(1e-6));
        assertThat(second.alternatives()).extracting(Choice.Alternative::id).containsExactly(A, END);
        assertThat(second.alternatives().get(1).probability()).isCloseTo(.35, within(1e-6));
    }

    /// Step 2: b end .32 (rank 0, closes with ln .32 / 2), a a .2, a end .175 (rank 2: forgotten), a b .125. Step 3: a b end .1 closes with ln .1 / 3.
    @Test
    void beamsFindWhatGreedyMisses() throws EngineException {
        Written written = write(Decoding.greedy(3).beams(2, 1));
        assertThat(ids(written)).containsExactly(START, B, END);
        assertThat(written.texts().getFirst().score()).isCloseTo(Math.log(.32) / 2, within(1e-6));
        assertThat(written.texts().getFirst().choices().getFirst().probability()).isCloseTo(.4, within(1e-6));
    }

    /// With the cube of the length: ln .32 / 8 = -.142, ln .1 / 27 = -.085, and of the live beams at the limit ln .08 / 27 = -.094.
    @Test
    void aLengthPenaltyPrefersLongerTexts() throws EngineException {
        Written written = write(Decoding.greedy(3).beams(2, 3));
        assertThat(ids(written)).containsExactly(START, A, B, END);
        assertThat(written.texts().getFirst().score()).isCloseTo(Math.log(.1) / 27, within(1e-6));
    }

    /// Alone the end would win with ln .3; it stands behind the first K candidates.
    @Test
    void anEndBehindTheFirstBeamsIsForgotten() throws EngineException {
        Map<Long, double[]> table = Map.of(START, odds(.36, .34, .3), A, odds(.4, .25, .35), B, odds(.1, .1, .8));
        assertThat(ids(write(table, m -> m, new Decoder(Decoding.greedy(3).beams(2, 0)))))
                .containsExactly(START, B, END);
    }

    @Test
    void beamsOfSeveralSamplesStayApart() throws EngineException {
        Written written = write(TABLE, m -> m.from(List.of(new long[]{START, START}, new long[]{START, B})),
                new Decoder(Decoding.greedy(3).beams(2, 1)));
        assertThat(written.rows()).isDeepEqualTo(
                new long[][]{{START, START, B, END}, {START, B, END, PAD}});
    }

    /// The penalty on logarithms, which are below zero, always multiplies: ln .4 * 3 = ln .064 for a second a.
    @Test
    void beamsPunishLogarithms() throws EngineException {
        Written written = write(TABLE, m -> m.without(END), new Decoder(Decoding.greedy(2).beams(2, 1).penalty(3)));
        assertThat(ids(written)).containsExactly(START, A, B);
        assertThat(written.texts().getFirst().score()).isCloseTo(Math.log(.5 * .25) / 2, within(1e-6));
    }

    /// Two steps for a text of four places. In the second everything closes: b with its end, .4 * .8, over the two ids, the mask's place and its exponent.
    @Test
    void theOtherBeamSearchClosesEverythingBeforeTheLimit() throws EngineException {
        Written written = write(TABLE, m -> m.with(Search.UNILM),
                new Decoder(Decoding.greedy(1).lengths(0, 4, true).beams(2, .6)));
        assertThat(written.rows()).isDeepEqualTo(new long[][]{{START, B, MASK, END}});
        assertThat(written.texts().getFirst().score()).isCloseTo(Math.log(.32) / Math.pow(3, .6), within(1e-6));
        Written longer = write(TABLE, m -> m.with(Search.UNILM),
                new Decoder(Decoding.greedy(1).lengths(0, 6, true).beams(2, .6)));
        assertThat(longer.rows()[0]).as("filled up to the whole length").containsExactly(START, B, MASK, END, PAD,
                PAD);
    }

    @Test
    void drawsFollowTheSeed() throws EngineException {
        Decoding how = Decoding.greedy(12).drawing(1, 0, 1, 5);
        assertThat(ids(write(how))).containsExactly(ids(write(how)));
        List<long[]> other = new ArrayList<>();
        for (int seed = 0; seed < 8; seed++) {
            other.add(ids(write(Decoding.greedy(12).drawing(1, 0, 1, seed))));
        }
        assertThat(other.stream().map(java.util.Arrays::toString).distinct().count()).isGreaterThan(2);
    }

    /// Of .5, .4, .1 the number .55 falls on b; a nucleus of .85 drops the end (.1 <= .15) and makes of the rest 5/9 and 4/9.
    @Test
    void aNucleusIsCutAndMadeWholeAgain() throws EngineException {
        List<double[]> odds = new ArrayList<>();
        Decoder decoder = new Decoder(Decoding.greedy(1).drawing(1, 0, .85, 0)).with(Draws.uniform(() -> .56))
                .with((Decoder.Listener) moment -> odds.add(moment.probabilities().getFirst()));
        assertThat(ids(write(decoder))).containsExactly(START, B);
        assertThat(odds.getFirst()).containsExactly(new double[]{0, 5. / 9, 4. / 9, 0, 0, 0}, within(1e-6));
    }

    @Test
    void aTemperatureSharpensAndTopKCuts() throws EngineException {
        List<double[]> odds = new ArrayList<>();
        Decoder decoder = new Decoder(Decoding.greedy(1).drawing(.5, 2, 1, 0)).with(Draws.given(new long[][]{{B}}))
                .with((Decoder.Listener) moment -> odds.add(moment.probabilities().getFirst()));
        assertThat(ids(write(decoder))).containsExactly(START, B);
        assertThat(odds.getFirst()).containsExactly(new double[]{0, .25 / .41, .16 / .41, 0, 0, 0}, within(1e-6));
    }

    @Test
    void drawingBeamsAreRefused() {
        assertThatThrownBy(() -> new Decoding(3, true, 1, 0, 1, 1, 0, 5, false, 1, 0, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
