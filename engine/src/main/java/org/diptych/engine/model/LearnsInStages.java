package org.diptych.engine.model;

import java.util.Map;
import org.diptych.engine.api.FineTunePlan.Trains;

/// Is taught in stages, each of which leaves some of its weights as they are.
public interface LearnsInStages {
    /// @return stage -> what it teaches, in the order of the paper
    Map<String, Trains> stages();
}
