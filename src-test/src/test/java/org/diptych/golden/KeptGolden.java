package org.diptych.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.CheckpointReader;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.Loader;

/// What is kept of a model has the very names of the reference's own file, and its values. A family is kept in one of its layouts; a file in another one has other names.
final class KeptGolden {
    private KeptGolden() {
    }

    /// @param full the reference's `model.safetensors`
    static void compare(Loader.Loaded loaded, Path full, Compared result, NDManager scope) throws EngineException {
        Map<String, NDArray> own = new TreeMap<>();
        loaded.model().module().weights()
                .forEach((name, weight) -> own.put(name,
                        scope.zeros(weight.shape(), weight.get().getDataType()).addi(weight.get())));
        Map<String, NDArray> kept = loaded.family()
                .outward(JsonParser.parseString(loaded.model().config()).getAsJsonObject()).apply(own);
        try (CheckpointReader reader = CheckpointReader.open(full)) {
            if (!layout(loaded, reader.names()).equals(layout(loaded, kept.keySet()))) {
                return;
            }
            result.exactly("kept names", new TreeSet<>(kept.keySet()), new TreeSet<>(reader.names()));
            for (String name : reader.names()) {
                if (kept.containsKey(name)) {
                    result.tensor("kept " + name, kept.get(name), reader.read(name, scope), 0);
                }
            }
        }
    }

    private static Optional<String> layout(Loader.Loaded loaded, Set<String> names) {
        return loaded.family().layouts().stream().filter(layout -> layout.matches().test(names)).map(Layout::name)
                .findFirst();
    }
}
