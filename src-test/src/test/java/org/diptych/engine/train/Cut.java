package org.diptych.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.diptych.engine.api.FineTunePlan;

/// A run that is cut off and taken up again, against the one that nobody cut.
final class Cut {
    private Cut() {
    }

    /// Stops a run.
    ///
    /// @param steps that it takes at least before
    /// @return its weights
    static Map<String, float[]> after(FineTunePlan plan, Path folder, int steps) throws Exception {
        TinyRun run = TinyRun.start(plan, folder);
        TinyRun.until(() -> run.session().summary().step() >= steps);
        run.session().stop();
        run.toTheEnd();
        Map<String, float[]> numbers = run.numbers();
        run.close();
        return numbers;
    }

    /// Losses and weights are the same to the bit.
    ///
    /// @param folder for both runs
    /// @param steps  after which it is stopped
    /// @return the losses
    static Map<Integer, Double> goesOnToTheBit(FineTunePlan plan, Path folder, int steps) throws Exception {
        TinyRun whole = TinyRun.start(plan, folder.resolve("whole")).toTheEnd();
        Map<String, float[]> expected = whole.numbers();
        Map<Integer, Double> losses = whole.losses();
        whole.close();
        after(plan, folder.resolve("cut"), steps);
        TinyRun again = TinyRun.resume(folder.resolve("cut")).toTheEnd();
        assertThat(again.losses()).isEqualTo(losses);
        again.numbers().forEach((name, values) -> assertThat(values).as(name).isEqualTo(expected.get(name)));
        again.close();
        return losses;
    }
}
