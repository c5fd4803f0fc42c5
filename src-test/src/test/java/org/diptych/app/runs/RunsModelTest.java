package org.diptych.app.runs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Colours of the ticked runs.
@Tag("unit")
class RunsModelTest {
    @Test
    void aRunKeepsItsColourWhileOthersComeAndGo() {
        RunsModel model = new RunsModel();
        model.tick("a", true);
        model.tick("b", true);
        model.tick("a", false);
        assertThat(model.ticked.get()).isEqualTo(Map.of("b", 1));
        model.tick("c", true);
        model.tick("d", true);
        assertThat(model.ticked.get()).isEqualTo(Map.of("b", 1, "c", 0, "d", 2));
    }
}
