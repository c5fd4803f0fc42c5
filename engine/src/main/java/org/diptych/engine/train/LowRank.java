package org.diptych.engine.train;

import ai.djl.ndarray.NDManager;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.nn.Adapters;

/// Puts a plan's low-rank changes beside a model's matrices.
final class LowRank {
    /// Something that lives by the changes.
    @FunctionalInterface
    interface Made<T> {
        T with(Adapters adapters) throws EngineException;
    }

    private LowRank() {
    }

    /// Makes what learns or judges with the changes; when that fails the model is as it was and the scope is closed.
    ///
    /// @param scope owns them
    static <T> T within(VisionLanguageModel model, FineTunePlan plan, NDManager scope, Made<T> made)
            throws EngineException {
        try {
            Adapters adapters = attach(model, plan, scope);
            try {
                return made.with(adapters);
            } catch (EngineException | RuntimeException e) {
                adapters.detach();
                throw e;
            }
        } catch (EngineException | RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    /// @param scope owns them
    /// @return to be detached by the caller
    /// @throws EngineException when the plan names nothing that could be changed; the model is then as it was
    static Adapters attach(VisionLanguageModel model, FineTunePlan plan, NDManager scope) throws EngineException {
        FineTunePlan.Lora lora = plan.lora();
        Adapters adapters = Adapters.attach(model.module(), lora::adapts, lora.rank(), lora.alpha());
        if (lora.rank() > 0 && adapters.size() == 0) {
            adapters.detach();
            throw new EngineException("train.lora", String.join(", ", lora.projections()),
                    String.join(", ", Adapters.names(model.module())));
        }
        adapters.initialise(scope, plan.seed());
        return adapters;
    }
}
