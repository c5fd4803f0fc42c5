package org.diptych.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.TreeMap;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.CheckpointReader;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.Weight;

/// A model published in two forms of which one has a longer word table: Hugging Face's rows for a picture and for padding, which are drawn, not learnt. The shorter file
/// answers for the rows that both have; a loss over all rows, and its gradients, belong to the longer one.
final class VocabularyGolden {
    private VocabularyGolden() {
    }

    /// @param full the file with all rows
    static boolean shorter(Loader.Loaded loaded, java.nio.file.Path full, NameMap names, NDManager scope)
            throws EngineException {
        return mapped(full, names, scope).entrySet().stream()
                .anyMatch(e -> fewer(loaded.model().module().weights().get(e.getKey()), e.getValue()));
    }

    private static boolean fewer(Weight weight, NDArray whole) {
        return weight != null && weight.shape().dimension() == 2 && weight.shape().get(1) == whole.getShape().get(1)
                && weight.shape().get(0) < whole.getShape().get(0);
    }

    private static Map<String, NDArray> mapped(java.nio.file.Path full, NameMap names, NDManager scope)
            throws EngineException {
        Map<String, NDArray> whole = new TreeMap<>();
        try (CheckpointReader reader = CheckpointReader.open(full)) {
            for (String name : reader.names()) {
                whole.put(name, reader.read(name, scope));
            }
        }
        return names.apply(whole);
    }

    /// @return of expected logits the columns that the answer has too
    static NDArray shared(String name, NDArray got, NDArray expected) {
        Shape have = got.getShape();
        Shape want = expected.getShape();
        int last = want.dimension() - 1;
        boolean cut = name.endsWith("logits") && have.dimension() == want.dimension()
                && have.get(last) < want.get(last);
        return cut ? expected.get(new NDIndex("..., :{}", have.get(last))) : expected;
    }

    /// Every weight bit for bit, of a longer table the first rows.
    static void rows(Loader.Loaded loaded, java.nio.file.Path full, NameMap names, Compared result, NDManager scope)
            throws EngineException {
        Map<String, NDArray> whole = mapped(full, names, scope);
        result.note("without the rows added to its word table");
        for (Map.Entry<String, Weight> item : loaded.model().module().weights().entrySet()) {
            NDArray same = whole.get(item.getKey());
            NDArray cut = same != null && fewer(item.getValue(), same)
                    ? same.get(new NDIndex(":{}", item.getValue().shape().get(0)))
                    : same;
            result.exactly(item.getKey(), cut != null && cut.contentEquals(item.getValue().get()), true);
        }
    }
}
