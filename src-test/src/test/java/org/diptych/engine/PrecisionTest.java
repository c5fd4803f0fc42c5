package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.PlanMemory;
import org.diptych.engine.api.Texts;
import org.diptych.engine.api.TrainingControl;
import org.diptych.engine.train.TinyPlans;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Plans in mixed precision on a device that has it and on one that has not, whatever this one has.
@Tag("unit")
class PrecisionTest {
    private static final Message WHY = Message.of("work.bf16.processor", "Some 9000");

    @TempDir
    Path folder;

    private Engine engine(Optional<Message> lacking) throws EngineException {
        return Engine.start(new EngineOptions("cpu", 1, folder.resolve("data"), Optional.empty()), () -> lacking);
    }

    private static FineTunePlan plan() throws Exception {
        return TinyPlans.of("clip", "steps", "4", "schedule.warmup", "1", "checkpointEvery", "2").withPrecision("bf16");
    }

    private static void refused(JobHandle<?> job) {
        EngineException told = catchThrowableOfType(EngineException.class, () -> EngineTest.await(job));
        assertThat(told.key()).isEqualTo("train.precision");
        assertThat(told.what(Texts.ENGLISH)).contains("bf16");
        assertThat(told.why(Texts.ENGLISH)).contains("Some 9000");
        assertThat(told.todo(Texts.ENGLISH)).contains("fp32");
        assertThat(told.why(Texts.CHINESE)).contains("Some 9000").contains("指令");
    }

    @Test
    void isRefusedBeforeAnythingIsWritten() throws Exception {
        try (Engine engine = engine(Optional.of(WHY))) {
            assertThat(engine.lacksBf16()).contains(WHY);
            refused(engine.fineTune(plan()));
            refused(engine.fineTune(plan(), folder.resolve("run")));
            assertThat(folder.resolve("run")).doesNotExist();
            assertThat(engine.runs().list()).isEmpty();
            EngineTest.await(EngineTest.await(engine.fineTune(plan().withPrecision("fp32"))).job());
        }
    }

    /// A run from such a device is not gone on with on one that is not; a branch of it is, in 32 bits.
    @Test
    void isCarriedOutWhereTheDeviceHasIt() throws Exception {
        Path run = folder.resolve("run");
        try (Engine engine = engine(Optional.empty())) {
            assertThat(engine.lacksBf16()).isEmpty();
            PlanMemory full = EngineTest.await(engine.memory(plan().withPrecision("fp32")));
            PlanMemory mixed = EngineTest.await(engine.memory(plan()));
            assertThat(mixed.activations()).as("what was measured of the one is not told of the other")
                    .isNotEqualTo(full.activations());
            TrainingControl done = EngineTest.await(engine.fineTune(plan(), run));
            EngineTest.await(done.job());
            assertThat(done.log().header().plan().precision()).isEqualTo("bf16");
        }
        try (Stream<String> lines = Files.lines(run.resolve("log.jsonl"))) {
            assertThat(lines.findFirst().orElseThrow()).contains("\"precision\":\"bf16\"");
        }
        try (Engine engine = engine(Optional.of(WHY))) {
            refused(engine.resumeRun(run));
            refused(engine.branch(run, plan().withSteps(6), folder.resolve("branch")));
            assertThat(folder.resolve("branch")).doesNotExist();
            TrainingControl branch = EngineTest.await(engine.branch(run, plan().withSteps(6).withPrecision("fp32"),
                    folder.resolve("branch")));
            assertThat(EngineTest.await(branch.job()).step()).isEqualTo(6);
        }
    }
}
