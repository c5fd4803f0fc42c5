package org.diptych.engine.train;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.data.toybox.Split;
import org.diptych.engine.data.toybox.ToyboxDataset;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.models.Models;
import org.diptych.engine.nn.Adapters;

/// A trainer of fresh weights with its first batch, the same at every call.
final class FreshTrainer {
    private FreshTrainer() {
    }

    interface Work<T> {
        T of(VisionLanguageModel model, Trainer trainer, Prepared first, NDManager scope) throws Exception;
    }

    /// What one step gave.
    ///
    /// @param gradients `first.` and a weight's name -> its first moment: the gradient times 1 - beta1
    record Step(Map<String, Double> values, Map<String, float[]> gradients) {
    }

    /// @param beside folder for the model's files
    static <T> T of(Path beside, FineTunePlan plan, Work<T> work) throws Exception {
        var config = FreshFiles.write(beside, plan);
        return TestLane.run(context -> {
            NDManager scope = context.scope();
            VisionLanguageModel model = Models.named(plan.model().substring("fresh:".length())).orElseThrow()
                    .create(config, new ModelFiles(Optional.of(beside)));
            ((Initialises) model).initialise(scope, 5);
            FineTunePlan.Lora lora = plan.lora();
            Adapters.attach(model.module(), lora::adapts, lora.rank(), lora.alpha()).initialise(scope, 5);
            Trainer trainer = new Trainer(model, plan, scope);
            int[] places = IntStream.range(0, plan.batch()).toArray();
            try {
                return work.of(model, trainer,
                        new Preparer(new ToyboxDataset(plan.data(), Split.TRAIN), model, trainer.objectives(0), 9)
                                .prepare(places, new long[places.length], 1, 0),
                        scope);
            } catch (EngineException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            } finally {
                trainer.learner().putBack();
            }
        });
    }

    static Step step(Path beside, FineTunePlan plan) throws Exception {
        return of(beside, plan, (model, trainer, first, scope) -> {
            Map<String, Double> values = trainer.step(1, 1e-3, first, scope);
            Map<String, float[]> gradients = new LinkedHashMap<>();
            trainer.learner().state(scope).forEach((name, tensor) -> {
                if (name.startsWith("first.")) {
                    gradients.put(name, tensor.toFloatArray());
                }
            });
            return new Step(values, gradients);
        });
    }
}
