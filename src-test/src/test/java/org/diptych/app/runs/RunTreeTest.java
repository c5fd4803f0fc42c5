package org.diptych.app.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.train.PlanFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Branches stand below the run they went off from.
@Tag("unit")
class RunTreeTest {
    private static RunSummary run(String id, String parent) throws EngineException {
        return new RunSummary(id, Path.of(id),
                new RunLog.Header(id, "2026-01-02T03:04:05Z", PlanFile.parse("{\"model\": \"clip\"}", "p"), "", "cpu",
                        2,
                        Map.of(), parent, parent.isEmpty() ? 0 : 7),
                RunSummary.Status.FINISHED, 10, 1, Map.of(), Optional.empty());
    }

    @Test
    void eachBranchFollowsItsParent() throws EngineException {
        List<RunSummary> newestFirst = List.of(run("twig", "branch"), run("other", ""), run("branch", "root"),
                run("second", "root"), run("root", ""), run("orphan", "gone"));
        Map<RunSummary, Integer> tree = RunTree.of(newestFirst);
        assertThat(tree.keySet().stream().map(RunSummary::id)).containsExactly("other", "root", "branch", "twig",
                "second", "orphan");
        assertThat(tree.values()).containsExactly(0, 0, 1, 2, 1, 0);
        RunsModel model = new RunsModel();
        model.set(newestFirst);
        assertThat(model.depth("twig")).isEqualTo(2);
        assertThat(model.depth("orphan")).isZero();
    }

    @Test
    void runsThatNameOneAnotherAreStillShown() throws EngineException {
        assertThat(RunTree.of(List.of(run("a", "b"), run("b", "a"), run("c", "c"))).values()).containsExactly(0, 0, 0);
    }
}
