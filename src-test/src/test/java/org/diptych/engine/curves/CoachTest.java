package org.diptych.engine.curves;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.diptych.engine.api.Note;
import org.diptych.engine.api.Note.Kind;
import org.diptych.engine.api.Texts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is said of curves whose truth is known, and that nothing is said of healthy ones.
@Tag("unit")
class CoachTest {
    private static List<Kind> kinds(Logs.Made log) {
        return Coach.notes(log).stream().map(Note::kind).toList();
    }

    private static Note only(Logs.Made log) {
        List<Note> notes = Coach.notes(log);
        assertThat(notes).hasSize(1);
        for (Texts texts : List.of(Texts.ENGLISH, Texts.CHINESE)) {
            assertThat(texts.get(notes.getFirst().says())).doesNotContain("{").isNotBlank();
            assertThat(texts.get(notes.getFirst().todo())).doesNotContain("{").isNotBlank();
        }
        return notes.getFirst();
    }

    /// Falls as losses do, with the noise of batches and a validation loss somewhat above.
    private static Logs.Made healthy(long seed, int steps, double noise, boolean heavy) {
        SplittableRandom random = new SplittableRandom(seed);
        return Logs.of(steps, (step, values) -> {
            double fall = 3 * Math.exp(-step / (0.25 * steps)) + 0.4 / (1 + step / (0.1 * steps));
            double draw = Logs.normal(random);
            double spike = heavy && random.nextInt(60) == 0 ? 8 * noise * fall : 0;
            values.put("loss", Math.max(0.001, 0.05 + fall * (1 + noise * draw) + spike));
            values.put("grad_norm", (0.4 + 0.2 * fall) * Math.exp(0.4 * Logs.normal(random)) + spike * 20);
            values.put("temperature", 0.07 - 0.04 * step / steps);
            if (step % (steps / 20) == 0) {
                values.put("validation.loss", 0.1 + 1.1 * fall * (1 + 0.02 * Logs.normal(random)));
            }
        });
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void nothingIsSaidOfAHealthyRunAtAnyMoment(long seed) {
        for (double noise : new double[]{0.02, 0.1, 0.3}) {
            for (boolean heavy : new boolean[]{false, true}) {
                Logs.Made log = healthy(seed, 800, noise, heavy);
                for (int n = 0; n <= 800; n += 20) {
                    assertThat(kinds(log.until(n))).as("after %d steps, noise %s, spikes %s", n, noise, heavy)
                            .isEmpty();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void nothingIsSaidOfNoiseWhereAllIsLearnt(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] slow = {0};
        Logs.Made log = Logs.of(1200, (step, values) -> {
            slow[0] = 0.9 * slow[0] + 0.005 * Logs.normal(random);
            values.put("loss", Math.abs(0.05 + slow[0] + 0.02 * Logs.normal(random)));
            values.put("grad_norm", 0.3 * Math.exp(Logs.normal(random)));
            values.put("temperature", 0.01 + 1e-7 * Logs.normal(random));
            if (step % 50 == 0) {
                values.put("validation.loss", 0.06 + 0.004 * Logs.normal(random));
            }
        });
        for (int n = 0; n <= 1200; n += 40) {
            assertThat(kinds(log.until(n))).as("after %d steps", n).isEmpty();
        }
    }

    @Test
    void learningByHeartBeginsWhereTheValidationLossTurns() {
        SplittableRandom random = new SplittableRandom(3);
        Logs.Made log = Logs.of(600, (step, values) -> {
            values.put("loss", 2 * Math.exp(-step / 120.0) + 0.05 * Math.exp(0.2 * Logs.normal(random)));
            if (step % 25 == 0) {
                values.put("validation.loss", 0.6 + 2.5e-5 * (step - 200) * (step - 200) / (step < 200 ? 1 : 3));
            }
        });
        Note note = only(log);
        assertThat(note.kind()).isEqualTo(Kind.OVERFITTING);
        assertThat(note.curve()).isEqualTo("validation.loss");
        assertThat(note.from()).isEqualTo(200);
        assertThat(note.to()).isEqualTo(600);
        assertThat(Texts.ENGLISH.get(note.says())).contains("lowest at step 200 (0.6000)").contains("at step 600");
        assertThat(kinds(log.until(200))).isEmpty();
    }

    @Test
    void aValidationLossThatRisesWithTheTrainingLossIsNotLearningByHeart() {
        Logs.Made log = Logs.of(400, (step, values) -> {
            values.put("loss", 1 + 0.001 * step);
            if (step % 20 == 0) {
                values.put("validation.loss", 1 + 0.0015 * Math.abs(step - 100));
            }
        });
        assertThat(kinds(log)).doesNotContain(Kind.OVERFITTING);
    }

    @Test
    void aTemperatureAtItsLimit() {
        Logs.Made log = Logs.of(500, (step, values) -> {
            values.put("loss", 3 * Math.exp(-step / 100.0) + 0.2 / step);
            values.put("temperature", Math.max(0.01, 0.07 - 0.0003 * step));
        });
        Note note = only(log);
        assertThat(note.kind()).isEqualTo(Kind.TEMPERATURE);
        assertThat(note.from()).isBetween(200, 201);
        assertThat(Texts.ENGLISH.get(note.says())).contains("0.0100");
        assertThat(kinds(Logs.of(500, (step, values) -> {
            values.put("loss", 3 * Math.exp(-step / 100.0) + 0.2 / step);
            values.put("temperature", 0.07);
        }))).as("a temperature that never moves was not meant to").isEmpty();
    }

    @Test
    void gradientsThatBlowUpForGoodAndNotForOnce() {
        SplittableRandom random = new SplittableRandom(5);
        Logs.Made log = Logs.of(300, (step, values) -> {
            values.put("loss", step < 200 ? 2 * Math.exp(-step / 80.0) + 0.3 : 2.4);
            values.put("grad_norm", (step < 200 ? 0.5 : 40) * Math.exp(0.3 * Logs.normal(random)));
        });
        List<Note> notes = Coach.notes(log);
        assertThat(notes.getFirst().kind()).isEqualTo(Kind.BLOW_UP);
        assertThat(notes.getFirst().from()).isBetween(195, 202);
        assertThat(kinds(Logs.of(300, (step, values) -> {
            values.put("loss", 2 * Math.exp(-step / 80.0) + 0.1);
            values.put("grad_norm", step > 200 && step < 204 ? 50 : 0.5);
        }))).as("three wild steps that pass").isEmpty();
    }

    @Test
    void aLossThatIsNoNumber() {
        Logs.Made log = Logs.of(120, (step, values) -> values.put("loss", step == 120 ? Double.NaN : 2 - step * 0.01));
        Note note = only(log);
        assertThat(note.kind()).isEqualTo(Kind.RUN_AWAY);
        assertThat(note.to()).isEqualTo(120);
        assertThat(only(Logs.of(1, (step, values) -> values.put("loss", Double.POSITIVE_INFINITY))).kind())
                .isEqualTo(Kind.RUN_AWAY);
    }

    @Test
    void aLossThatClimbsAgainAtAHighRate() {
        SplittableRandom random = new SplittableRandom(6);
        Logs.Made log = Logs.of(600, (step, values) -> {
            values.put("rate", 0.01);
            values.put("loss", (step < 200 ? 3 * Math.exp(-step / 60.0) + 0.5 : 0.6 + 0.005 * (step - 200))
                    + 0.05 * Logs.normal(random));
        });
        Note note = only(log);
        assertThat(note.kind()).isEqualTo(Kind.RATE_TOO_HIGH);
        assertThat(note.from()).isBetween(100, 300);
        assertThat(note.to()).isEqualTo(600);
    }

    @Test
    void aLossThatSwingsFromStepToStep() {
        SplittableRandom random = new SplittableRandom(7);
        Logs.Made log = Logs.of(600, (step, values) -> {
            values.put("rate", 0.01);
            values.put("loss", 1 + 3 * Math.exp(-step / 150.0) + (step % 2 == 0 ? 0.2 : -0.2)
                    + 0.05 * Logs.normal(random));
        });
        assertThat(only(log).kind()).isEqualTo(Kind.RATE_TOO_HIGH);
    }

    @Test
    void aLossThatIsWhereItBegan() {
        SplittableRandom random = new SplittableRandom(8);
        Logs.Made log = Logs.of(400, (step, values) -> values.put("loss", Math.log(32) + 0.02 * Logs.normal(random)));
        Note note = only(log.until(300));
        assertThat(note.kind()).isEqualTo(Kind.NO_LEARNING);
        assertThat(Texts.ENGLISH.get(note.says())).contains("Guessing among 32 pairs gives 3.466");
        assertThat(Texts.ENGLISH.get(only(log.until(300).withBatch(16, 2)).says())).as("the batch is another by now")
                .doesNotContain("Guessing");
        Logs.Made sixteen = Logs.of(400,
                (step, values) -> values.put("loss", Math.log(16) + 0.02 * Logs.normal(random)));
        assertThat(Texts.ENGLISH.get(only(sixteen.until(300).withBatch(16, 2)).says()))
                .contains("Guessing among 16 pairs gives 2.773");
        Logs.Made other = Logs.of(400, (step, values) -> values.put("loss", 1.2 + 0.02 * Logs.normal(random)));
        assertThat(Texts.ENGLISH.get(only(other.until(300)).says())).doesNotContain("Guessing");
    }

    @Test
    void aLossThatStandsStillWithMuchLeft() {
        SplittableRandom random = new SplittableRandom(9);
        Logs.Made log = Logs.of(900, (step, values) -> {
            values.put("rate", 0.001);
            values.put("loss", 1.5 + 2 * Math.exp(-step / 60.0) + 0.1 * Logs.normal(random));
        });
        Note note = only(log);
        assertThat(note.kind()).isEqualTo(Kind.PLATEAU);
        assertThat(note.from()).isBetween(600, 640);
        assertThat(kinds(Logs.of(900, (step, values) -> {
            values.put("rate", step < 500 ? 0.001 : 1e-5);
            values.put("loss", 1.5 + 2 * Math.exp(-step / 60.0) + 0.1 * Logs.normal(random));
        }))).as("a rate that has come to its end explains it").isEmpty();
    }

    @Test
    void aScoreThatABlankPictureReachesToo() {
        Logs.Made log = Logs.of(200, (step, values) -> {
            values.put("loss", 2 * Math.exp(-step / 40.0) + 0.02);
            if (step % 20 == 0) {
                values.put("validation.accuracy.vqa", 0.2 + 0.003 * step);
                values.put("validation.accuracy.vqa.blank", 0.2 + 0.0028 * step);
                values.put("validation.accuracy.match", 0.5 + 0.002 * step);
                values.put("validation.accuracy.match.blank", 0.5);
            }
        });
        Note note = only(log);
        assertThat(note.kind()).isEqualTo(Kind.TEXT_ALONE);
        assertThat(note.curve()).isEqualTo("validation.accuracy.vqa.blank");
        assertThat(kinds(log.until(90))).as("words are learnt first").isEmpty();
    }

    /// Half of all matches are right by chance: that a blank picture reaches that is nothing learnt.
    @Test
    void aChanceThatABlankPictureReachesTooIsNothing() {
        assertThat(kinds(Logs.of(200, (step, values) -> {
            values.put("loss", 2 * Math.exp(-step / 40.0) + 0.02);
            if (step % 40 == 0) {
                values.put("validation.accuracy.itm", step < 160 ? 0.5 : 0.552);
                values.put("validation.accuracy.itm.blank", 0.5);
            }
        }))).isEmpty();
    }

    @Test
    void anEmptyLogSaysNothing() {
        assertThat(Coach.notes(Logs.of(10, (step, values) -> values.put("loss", 1.0)).until(0))).isEmpty();
        assertThat(Coach.notes(Logs.of(300, (step, values) -> values.putAll(Map.of())))).isEmpty();
    }
}
