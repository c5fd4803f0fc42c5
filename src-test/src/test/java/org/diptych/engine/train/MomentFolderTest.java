package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Moment;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RunLog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("unit")
class MomentFolderTest {
    @TempDir
    Path run;

    private static Moment moment(int step) {
        Random dice = new Random(step);
        float[] matrix = new float[256];
        for (int i = 0; i < matrix.length; i++) {
            matrix[i] = 40 * dice.nextFloat() - 20;
        }
        Moment.Sight grid = new Moment.Sight(0, 12, 2, 3, new Box(0, 0, 64, 48), List.of(),
                new float[]{0, 1, -2.5f, 3, Float.NaN, 5});
        Moment.Sight boxes = new Moment.Sight(4, 8, 0, 0, new Box(0, 0, 64, 64),
                List.of(new Box(1, 2, 3, 4), new Box(5, 6, 7, 8.5f)), new float[]{7, 7});
        return new Moment(step, 1.25 * step, OptionalDouble.of(0.07),
                Optional.of(new RunLog.Snapshot(step, 16, matrix)),
                List.of(new Moment.Seen(0, 3, 1, true, Optional.of("一条红色的鱼 a fish"), List.of(grid, boxes)),
                        new Moment.Seen(11, 0, 0, false, Optional.empty(), List.of())));
    }

    @Test
    void aMomentComesBackAsItWasWritten() throws EngineException {
        MomentFolder folder = MomentFolder.of(run);
        Moment wrote = moment(120);
        folder.write(wrote);
        Moment read = folder.read(120);
        assertThat(read.step()).isEqualTo(120);
        assertThat(read.seconds()).isEqualTo(150);
        assertThat(read.temperature()).hasValue(0.07);
        float[] values = wrote.matrix().orElseThrow().similarity();
        float[] back = read.matrix().orElseThrow().similarity();
        assertThat(read.matrix().orElseThrow().n()).isEqualTo(16);
        for (int i = 0; i < values.length; i++) { // two bytes over a range of 40
            assertThat(back[i]).isCloseTo(values[i], within(40f / 130_000));
        }
        Moment.Seen seen = read.pair(0).orElseThrow();
        assertThat(seen.imageRank()).isEqualTo(3);
        assertThat(seen.textRank()).isEqualTo(1);
        assertThat(seen.asked()).isTrue();
        assertThat(seen.written()).hasValue("一条红色的鱼 a fish");
        assertThat(seen.maps().getFirst().end()).isEqualTo(12);
        assertThat(seen.maps().getFirst().values()).usingComparatorWithPrecision(1e-4f).containsExactly(0, 1, -2.5f, 3,
                Float.NaN, 5);
        assertThat(seen.maps().get(1).boxes()).containsExactly(new Box(1, 2, 3, 4), new Box(5, 6, 7, 8.5f));
        assertThat(seen.maps().get(1).values()).containsExactly(7, 7);
        assertThat(read.pair(11).orElseThrow().written()).isEmpty();
        assertThat(read.pair(1)).isEmpty();
    }

    @Test
    void whatIsBrokenOrOfALaterVersionSaysSo() throws Exception {
        MomentFolder folder = MomentFolder.of(run);
        folder.write(moment(1));
        Path file = run.resolve("moments/00000001.moment");
        byte[] sound = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(sound, sound.length / 2));
        assertThatThrownBy(() -> folder.read(1)).isInstanceOf(EngineException.class).hasMessageContaining("damaged");
        byte[] later = sound.clone();
        later[5] = 9;
        Files.write(file, later);
        assertThatThrownBy(() -> folder.read(1)).hasMessageContaining("version 9");
        Files.write(file, new byte[]{'G', 'I', 'F', '8', '9', 'a'});
        assertThatThrownBy(() -> folder.read(1)).hasMessageContaining("damaged");
        assertThatThrownBy(() -> folder.read(2)).hasMessageContaining("thinned");
    }

    @Test
    void thinningKeepsTheFirstAndTheLastAndStaysBelowTheBudget() throws EngineException {
        MomentFolder folder = MomentFolder.of(run);
        long most = 0;
        for (int step = 0; step <= 400; step += 10) {
            folder.write(moment(step));
            most = Math.max(most, 8 * folder.list().getFirst().bytes());
            folder.thin(most);
            assertThat(folder.list().stream().mapToLong(Moments.Mark::bytes).sum()).isLessThanOrEqualTo(most);
        }
        List<Integer> steps = folder.list().stream().map(Moments.Mark::step).toList();
        assertThat(steps).hasSizeBetween(4, 8).startsWith(0).endsWith(400).isSorted();
        assertThat(steps.get(1) - steps.get(0)).as("what is old is sparser: " + steps)
                .isGreaterThan(steps.getLast() - steps.get(steps.size() - 2));
    }

    @Test
    void whatCameAfterTheLastCheckpointGoesWithTheRun() throws Exception {
        MomentFolder folder = MomentFolder.of(run);
        for (int step = 0; step <= 40; step += 10) {
            folder.write(moment(step));
        }
        Files.write(run.resolve("moments/.00000050.moment.part"), new byte[3]);
        folder.resume(25);
        assertThat(folder.list().stream().map(Moments.Mark::step)).containsExactly(0, 10, 20);
        assertThat(run.resolve("moments/.00000050.moment.part")).doesNotExist();
    }

    @Test
    void theProbeSetComesBack() throws EngineException {
        MomentFolder folder = MomentFolder.of(run);
        assertThat(folder.pairs()).isEmpty();
        byte[] rgb = new byte[5 * 3 * 3];
        new Random(1).nextBytes(rgb);
        folder.writePairs(List.of(new Moments.Pair(0, new Picture(5, 3, rgb, "a"), "红鱼", "几条鱼？"),
                new Moments.Pair(1, new Picture(1, 1, new byte[3], "b"), "a blue cup", "")));
        List<Moments.Pair> pairs = folder.pairs();
        assertThat(pairs).extracting(Moments.Pair::number).containsExactly(0, 1);
        assertThat(pairs.getFirst().picture().rgb()).isEqualTo(rgb);
        assertThat(pairs.getFirst().question()).isEqualTo("几条鱼？");
        assertThat(pairs.get(1).caption()).isEqualTo("a blue cup");
        assertThat(folder.pinned(List.of(0, 1))).containsExactly(0, 1);
        folder.pin(List.of(1));
        assertThat(folder.pinned(List.of(0, 1))).containsExactly(1);
    }
}
