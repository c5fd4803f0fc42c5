package org.diptych.engine.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.FineTunePlan.Trains;

/// The parts of a model that a plan names. One that is not there is a slip of the pen: what was to stay would learn, or what was to learn would stay, and nothing would tell.
final class PartNames {
    private PartNames() {
    }

    /// @param weights names of all weights of the model, without low-rank changes
    /// @throws EngineException names the first part that no weight belongs to, and those that stand in its place
    static void check(FineTunePlan plan, Set<String> weights) throws EngineException {
        Map<String, List<String>> named = new LinkedHashMap<>();
        put(named, "", plan.trains());
        for (int i = 0; i < plan.stages().size(); i++) {
            put(named, "stages." + i + ".", plan.stages().get(i).trains());
        }
        named.put("lora.parts", plan.lora().parts());
        for (Map.Entry<String, List<String>> list : named.entrySet()) {
            for (String part : list.getValue()) {
                if (!there(part, weights)) {
                    throw new EngineException("train.part", list.getKey(), part, near(part, weights));
                }
            }
        }
    }

    private static void put(Map<String, List<String>> named, String at, Trains trains) {
        named.put(at + "trains.parts", trains.parts());
        named.put(at + "trains.frozen", trains.frozen());
    }

    static boolean there(String part, Set<String> weights) {
        return weights.stream().anyMatch(w -> Trains.under(w, part));
    }

    /// @return the parts beside the one that is meant: all that lie where its name leaves those that there are
    private static String near(String part, Set<String> weights) {
        String above = part.substring(0, part.lastIndexOf('.') + 1); // with its dot, empty at the top
        String beside = weights.stream().filter(w -> w.startsWith(above))
                .map(w -> above + w.substring(above.length()).split("\\.")[0]).distinct()
                .collect(Collectors.joining(", "));
        return beside.isEmpty() && !above.isEmpty() ? near(above.substring(0, above.length() - 1), weights) : beside;
    }
}
