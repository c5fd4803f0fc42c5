package org.diptych.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.diptych.engine.api.EngineException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class ContrastiveTest {
    @Test
    void objectivesAreFoundByTheirNameInPlans() throws EngineException {
        assertThat(Objective.named("contrastive")).isInstanceOf(Contrastive.class);
        assertThat(Objective.named("contrastive").name()).isEqualTo("contrastive");
        assertThatThrownBy(() -> Objective.named("Contrastive")).isInstanceOf(EngineException.class)
                .hasMessageContaining("Contrastive").hasMessageContaining("contrastive");
    }
}
