package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.diptych.engine.model.Module;

/// Low-rank changes beside some of a model's linear maps: what learns in place of their matrices (Hu et al. 2021). Any model can have them, since they go by the names of
/// its modules.
public final class Adapters {
    private final Map<String, Linear> layers = new LinkedHashMap<>();
    private final Map<String, LowRank> changes = new LinkedHashMap<>();

    private Adapters() {
    }

    /// @param chosen which linear maps, by their full dotted names
    /// @param rank   r, 0 for none at all
    /// @param alpha  the changes are scaled by alpha / r
    /// @return without values; [#initialise] sets them
    public static Adapters attach(Module model, Predicate<String> chosen, int rank, double alpha) {
        Adapters all = new Adapters();
        if (rank > 0) {
            model.modules().forEach((name, module) -> {
                if (module instanceof Linear linear && chosen.test(name)) {
                    all.layers.put(name, linear);
                    all.changes.put(name, linear.adapt(rank, alpha));
                }
            });
        }
        return all;
    }

    /// @return last parts of the names of all linear maps of a model
    public static List<String> names(Module model) {
        return model.modules().entrySet().stream().filter(e -> e.getValue() instanceof Linear)
                .map(e -> e.getKey().substring(e.getKey().lastIndexOf('.') + 1)).distinct().sorted().toList();
    }

    /// @param scope owns the new weights
    /// @param seed  the same seed, the same weights
    public void initialise(NDManager scope, long seed) {
        changes.forEach((name, change) -> change.initialise(scope, new SplittableRandom(seed * 31 + name.hashCode())));
    }

    /// @return how many maps are changed
    public int size() {
        return layers.size();
    }

    /// @return true for the name of a weight of such a change
    public static boolean own(String weight) {
        return weight.endsWith("." + LowRank.DOWN) || weight.endsWith("." + LowRank.UP);
    }

    /// @param scope owns the results
    /// @return name of a matrix -> the one that does what it and its change do
    public Map<String, NDArray> merged(NDManager scope) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        changes.forEach((name, change) -> out.put(name + ".weight", change.merged(scope)));
        return out;
    }

    /// @param weight of a change
    /// @return full name of the linear map that it changes
    public static String matrix(String weight) {
        String end = weight.endsWith(LowRank.UP) ? LowRank.UP : LowRank.DOWN;
        return weight.substring(0, weight.length() - end.length() - 1);
    }

    /// @param weights name -> value of the weights of changes
    /// @param scale   alpha / r
    /// @param scope   owns the results
    /// @return name of a matrix -> what its change adds to it
    public static Map<String, NDArray> changes(Map<String, NDArray> weights, double scale, NDManager scope) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        weights.keySet().stream().map(Adapters::matrix).distinct().forEach(name -> out.put(name + ".weight",
                LowRank.change(weights.get(name + "." + LowRank.DOWN), weights.get(name + "." + LowRank.UP), scale,
                        scope)));
        return out;
    }

    /// @param matrix of a linear map, in any precision
    /// @param change what is added to it
    /// @return the sum in 32 bits, in the scope of `change`
    public static NDArray changed(NDArray matrix, NDArray change) {
        return change.add(Halves.wide(change, matrix));
    }

    /// Leaves the model as it was before.
    public void detach() {
        layers.values().forEach(Linear::release);
        layers.clear();
        changes.clear();
    }
}
