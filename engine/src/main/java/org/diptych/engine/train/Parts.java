package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.model.Weight;

/// Weights that a fresh model takes over from another one, as ALBEF's picture tower does from a model that has learnt to see.
public final class Parts {
    private Parts() {
    }

    /// Every weight of `from` whose name a rule matches whole is copied; shapes may differ by axes of length 1.
    ///
    /// @param rules pattern of the other model's names -> name in this model, with `$1` groups
    /// @param from  the other model's weights
    /// @param to    the fresh model's weights, set
    /// @param scope owns the copies
    /// @param where named in messages
    /// @throws EngineException when a rule matches nothing, or what it names is not there or of another size
    public static void take(Map<String, String> rules, Map<String, Weight> from, Map<String, Weight> to,
            NDManager scope, String where) throws EngineException {
        for (Map.Entry<String, String> rule : rules.entrySet()) {
            boolean any = false;
            for (Map.Entry<String, Weight> source : from.entrySet()) {
                if (!source.getKey().matches(rule.getKey())) {
                    continue;
                }
                String name = source.getKey().replaceFirst(rule.getKey(), rule.getValue());
                Weight target = to.get(name);
                if (target == null || target.shape().size() != source.getValue().shape().size()) {
                    throw new EngineException("train.parts", where, source.getKey(), name);
                }
                NDArray old = target.get();
                target.set(scope.create(source.getValue().get().toFloatArray(), target.shape()));
                old.close();
                any = true;
            }
            if (!any) {
                throw new EngineException("train.parts", where, rule.getKey(), rule.getValue());
            }
        }
    }
}
