package org.diptych.engine.objective;

import org.diptych.engine.api.EngineException;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;

/// A loss over a batch of pairs.
public interface Objective {
    /// @return its name in plans
    String name();

    /// @return true when the model can be trained with it
    boolean fits(VisionLanguageModel model);

    /// Runs the model. Called while a gradient is being recorded, or not, for validation.
    LossTerms loss(VisionLanguageModel model, Pass pass, Inputs batch);

    /// Brings weights back into their allowed range after an optimiser step.
    default void afterStep(VisionLanguageModel model) {
    }

    /// @throws EngineException for a name that no objective has
    static Objective named(String name) throws EngineException {
        return switch (name) {
            case Contrastive.NAME -> new Contrastive();
            default -> throw new EngineException("train.objective", name, Contrastive.NAME);
        };
    }
}
