package org.diptych.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Task;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class ContrastiveTest {
    @Test
    void objectivesAreFoundByTheirNameInPlans() throws EngineException {
        assertThat(Objective.task("contrastive")).isEqualTo(Task.CONTRAST);
        assertThat(new Contrastive().name()).isEqualTo("contrastive");
        assertThatThrownBy(() -> Objective.task("Contrastive")).isInstanceOf(EngineException.class)
                .hasMessageContaining("Contrastive").hasMessageContaining("contrastive");
    }
}
