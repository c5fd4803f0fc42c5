package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.PlanOutline;
import org.diptych.engine.api.RunLog.Event;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Texts;
import org.diptych.engine.api.TrainingControl;
import org.diptych.engine.data.regions.RegionBytes;
import org.diptych.engine.data.regions.RegionSets;
import org.diptych.engine.train.RunLogFile;
import org.diptych.engine.train.TinyPlans;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Models that read regions learn from a person's own pictures with region features.
@Tag("invariant")
class RegionRunsTest extends EngineTest {
    private static final int COUNT = 40;
    private static final int CELLS = 2;
    private static final int WIDTH = 3 * CELLS * CELLS;

    private Path set(boolean classes) throws Exception {
        return RegionSets.write(Files.createDirectories(folder.resolve("set")), COUNT, CELLS, classes);
    }

    private static FineTunePlan plan(String family, Path set, String objectives, String... more) throws Exception {
        return TinyPlans.of(family, Stream.concat(Stream.of("data.source", "\"" + set + "\"", "objectives", objectives),
                Stream.of(more)).toArray(String[]::new));
    }

    private static double mean(List<RunLog.Row> rows, String name, int from, int to) {
        List<Double> all = rows.stream().filter(r -> r.step() > from && r.step() <= to && r.values().containsKey(name))
                .map(r -> r.values().get(name)).toList();
        assertThat(all).as(name).isNotEmpty();
        return all.stream().mapToDouble(v -> v).average().orElseThrow();
    }

    private static void assertRefused(FineTunePlan plan, Path run, String key, String... said) {
        assertThatThrownBy(() -> await(engine.fineTune(plan, run))).isInstanceOfSatisfying(EngineException.class, e -> {
            assertThat(e.key()).as(e.getMessage()).isEqualTo(key);
            assertThat(e.getMessage()).contains(said);
            assertThat(e.what(Texts.CHINESE) + e.why(Texts.CHINESE) + e.todo(Texts.CHINESE)).contains(said);
        });
    }

    /// A fresh model reads regions as wide as the set's and knows the set's classes, and its loss falls.
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"uniter|{\"mlm\": 1, \"mrc\": 1, \"itm\": 1}|img_dim|region_classes|17",
            "lxmert|{\"mlm\": 1, \"objects\": 1, \"itm\": 1}|visual_feat_dim|objects_in_file|16",
            "vilbert|{\"mlm\": 1, \"mrc-kl\": 1, \"itm\": 1}|v_feature_size|v_target_size|17"})
    void aFreshModelLearnsFromTheSet(String family, String objectives, String width, String classes, int count)
            throws Exception {
        FineTunePlan plan = plan(family, set(true), objectives, "steps", "60", "evaluateEvery", "30");
        PlanOutline outline = await(engine.outline(plan));
        TrainingControl run = await(engine.fineTune(plan, folder.resolve("run")));
        await(run.job());
        FineTunePlan done = run.log().header().plan();
        assertThat(((Number) done.config().get(width)).intValue()).isEqualTo(WIDTH);
        assertThat(((Number) done.config().get(classes)).intValue()).isEqualTo(count);
        List<RunLog.Row> rows = run.log().since(0);
        assertThat(rows.getFirst().values().get("parameters")).as("the outline counts the same")
                .isEqualTo((double) outline.course().getFirst().total());
        assertThat(mean(rows, "loss", 50, 60)).isLessThan(0.9 * mean(rows, "loss", 0, 5));
        assertThat(mean(rows, "validation.loss", 30, 60)).isLessThan(mean(rows, "validation.loss", -1, 0));
        await(run.restore());
    }

    /// Where a file says nothing of classes, words, matches and features can be learnt, and what asks for classes is refused before the first step.
    @Test
    void withoutClassesTheRestIsLearnt() throws Exception {
        Path set = set(false);
        TrainingControl run = await(engine.fineTune(plan("uniter", set, "{\"mlm\": 1, \"mrfr\": 1, \"itm\": 1}",
                "config.has_feat_regress", "true", "lessons", "{\"masking\": \"dynamic\", \"rule\": \"bert\", "
                        + "\"share\": 0.15, \"joint\": true, \"alpha\": 0, \"alphaRamp\": 0}"),
                folder.resolve("run")));
        await(run.job());
        assertThat(run.log().since(0)).anyMatch(r -> r.values().keySet().stream().anyMatch(k -> k.contains("mrfr")));
        await(run.restore());
        for (Map.Entry<String, String> asks : Map.of("uniter", "mrc", "lxmert", "objects", "vilbert", "mrc-kl")
                .entrySet()) {
            assertRefused(plan(asks.getKey(), set, "{\"mlm\": 1, \"" + asks.getValue() + "\": 1}"),
                    folder.resolve(asks.getKey()), "train.regions.classes", asks.getValue(), set.toString());
        }
    }

    @Test
    void anotherWidthIsToldBeforeTheFirstStep() throws Exception {
        Path set = set(true);
        FineTunePlan plan = plan("uniter", set, "{\"mlm\": 1}", "model", "\"uniter\"", "config", "{}");
        assertRefused(plan, folder.resolve("run"), "train.regions.width", "192", "12", set.toString());
        Path plain = RegionSets.pictures(Files.createDirectories(folder.resolve("plain")), COUNT);
        assertRefused(plan("lxmert", plain, "{\"mlm\": 1}"), folder.resolve("other"), "train.regions.none",
                plain.toString());
    }

    /// Damage that only shows when a file is read: the next example takes its place, and the run says how many there were.
    @Test
    void featuresThatAreNoNumbersAreSkipped() throws Exception {
        Path set = set(false);
        float[] broken = new float[WIDTH];
        broken[3] = Float.NaN;
        for (int i = 0; i < 8; i++) {
            RegionBytes.npz(set.resolve(i + ".npz"), Map.of("norm_bb", RegionBytes.npy("1, 4", 0, 0, 1, 1), "features",
                    RegionBytes.npy("1, " + WIDTH, broken)));
        }
        TrainingControl run = await(engine.fineTune(plan("uniter", set, "{\"mlm\": 1, \"itm\": 1}"),
                folder.resolve("run")));
        await(run.job());
        assertThat(run.log().since(0)).filteredOn(r -> r.values().containsKey("loss")).hasSize(20);
        assertThat(RunLogFile.read(folder.resolve("run")).events()).filteredOn(e -> e.event() == Event.Kind.SKIPPED)
                .extracting(e -> e.text()).contains("0.png").doesNotContain("8.png");
        await(run.restore());
    }

    /// A run that goes on reads the regions that it began with, and a model of pixels does not mind them.
    @Test
    void aRunGoesOnAndPixelsCanBeLearntToo() throws Exception {
        Path set = set(true);
        TrainingControl run = await(engine.fineTune(plan("vilbert", set, "{\"mlm\": 1, \"itm\": 1}"),
                folder.resolve("run")));
        await(run.job());
        await(run.restore());
        TrainingControl more = await(engine.branch(folder.resolve("run"),
                run.log().header().plan().withSteps(24), folder.resolve("more")));
        await(more.job());
        assertThat(more.log().since(0).getLast().step()).isEqualTo(24);
        await(more.restore());
        TrainingControl pixels = await(engine.fineTune(plan("vilt", set, "{\"mlm\": 1, \"itm\": 1}"),
                folder.resolve("pixels")));
        await(pixels.job());
        assertThat(mean(pixels.log().since(0), "loss", 0, 20)).isPositive();
        await(pixels.restore());
    }
}
