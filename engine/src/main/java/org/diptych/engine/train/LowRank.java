package org.diptych.engine.train;

import ai.djl.ndarray.NDManager;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.nn.Adapters;

/// Puts a plan's low-rank changes beside a model's matrices.
final class LowRank {
    private LowRank() {
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
