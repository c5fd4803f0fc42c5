package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.model.Weight;

/// Weights that a fresh model takes over from another one, as ALBEF's picture tower does from a model that has learnt to see.
public final class Parts {
    private static final Pattern PART = Pattern.compile("(.*)\\[(\\d+)/(\\d+)]");

    private Parts() {
    }

    /// Every weight of `from` whose name a rule matches whole is copied; shapes may differ by axes of length 1.
    ///
    /// @param rules pattern of the other model's names -> name in this model, with `$1` groups; `[i/n]` behind the name stands for the i-th of n parts of a stacked weight, from 0, as in
    ///              `attn.qkv.weight[1/3]` for the keys
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
                if (!put(source.getValue(), name, to, scope)) {
                    throw new EngineException("train.parts", where, source.getKey(), name);
                }
                any = true;
            }
            if (!any) {
                throw new EngineException("train.parts", where, rule.getKey(), rule.getValue());
            }
        }
    }

    /// @return false when there is no such place, or one of another size
    private static boolean put(Weight source, String name, Map<String, Weight> to, NDManager scope) {
        Matcher part = PART.matcher(name);
        boolean whole = !part.matches();
        Weight target = to.get(whole ? name : part.group(1));
        int index = whole ? 0 : Integer.parseInt(part.group(2));
        int count = whole ? 1 : Integer.parseInt(part.group(3));
        int size = (int) source.shape().size();
        if (target == null || index >= count || target.shape().size() != (long) size * count
                || (source.get().getDataType() == DataType.INT64) != (target.get().getDataType() == DataType.INT64)) {
            return false;
        }
        NDArray old = target.get();
        if (old.getDataType() == DataType.INT64) { // a counter, such as a queue's place
            target.set(scope.create(source.get().toLongArray(), target.shape()));
        } else {
            float[] values = old.toFloatArray();
            System.arraycopy(source.get().toFloatArray(), 0, values, index * size, size);
            target.set(scope.create(values, target.shape()));
        }
        old.close();
        return true;
    }
}
