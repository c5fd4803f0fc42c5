package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary.Status;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run that goes on from another one's checkpoint.
@Tag("invariant")
class BranchTest {
    @TempDir
    Path folder;

    private RunFolder run(String name) {
        return new RunFolder(folder.resolve(name));
    }

    private static void branch(RunFolder from, RunFolder to, FineTunePlan plan) throws EngineException {
        TestLane.run(context -> {
            Branch.make(from, to, plan, context.scope());
            return null;
        });
    }

    @Test
    void goesOnWhereTheFormerStoodAndLeavesItAsItWas() throws Exception {
        TinyRun first = TinyRun.start(TinyRun.plan(), folder.resolve("first")).toTheEnd();
        Map<Integer, Double> losses = first.losses();
        first.close();
        byte[] checkpoint = Files.readAllBytes(run("first").checkpoint());
        String log = Files.readString(folder.resolve("first").resolve(RunLogFile.NAME));

        branch(run("first"), run("more"), TinyRun.plan().withSteps(20));
        RunLog.Header header = RunLogFile.read(folder.resolve("more")).header();
        assertThat(header.parent()).isEqualTo("first");
        assertThat(header.branched()).isEqualTo(12);
        assertThat(header.plan().steps()).isEqualTo(20);
        assertThat(run("more").standing().status()).isEqualTo(Status.STOPPED);
        TinyRun more = TinyRun.resume(folder.resolve("more")).toTheEnd();
        assertThat(more.losses()).hasSize(20).containsAllEntriesOf(losses);
        assertThat(more.session().summary().header().parent()).isEqualTo("first");
        more.close();

        assertThat(Files.readAllBytes(run("first").checkpoint())).isEqualTo(checkpoint);
        assertThat(Files.readString(folder.resolve("first").resolve(RunLogFile.NAME))).isEqualTo(log);
        assertThat(RunLogFile.read(folder.resolve("first")).header().parent()).isEmpty();
    }

    @Test
    void whatCannotGoOnIsTold() throws Exception {
        assertThatThrownBy(() -> branch(run("none"), run("to"), TinyRun.plan())).isInstanceOf(EngineException.class)
                .hasMessageContaining("no checkpoint yet");
        TinyRun first = TinyRun.start(TinyRun.plan(), folder.resolve("first")).toTheEnd();
        first.close();
        assertThatThrownBy(() -> branch(run("first"), run("to"), TinyRun.plan())).isInstanceOf(EngineException.class)
                .hasMessageContaining("stands at step 12, and the plan ends at step 12");
        assertThatThrownBy(() -> branch(run("first"), run("to"),
                TinyRun.plan("\"projection_dim\": 16", "\"projection_dim\": 8").withSteps(20)))
                .isInstanceOf(EngineException.class).hasMessageContaining("the same model");
        assertThatThrownBy(() -> branch(run("first"), run("first"), TinyRun.plan().withSteps(20)))
                .isInstanceOf(EngineException.class).hasMessageContaining("holds a run already");
        assertThat(folder.resolve("to")).doesNotExist();
    }
}
