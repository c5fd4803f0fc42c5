package org.diptych.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.CheckpointReader;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the benchmark opens is what the program's own reader reads as a torch file, from the file's own pages.
@Tag("unit")
class TorchZipWriterTest {
    @Test
    void theReaderFindsEveryTensorMapped(@TempDir Path folder) throws EngineException {
        Path file = folder.resolve("pytorch_model.bin");
        TestLane.run(context -> {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put("a.weight", context.scope().arange(0f, 6f).reshape(2, 3));
            tensors.put("a.bias", context.scope().create(new float[]{-1.5f}));
            tensors.put("scale", context.scope().create(2.5f));
            try {
                TorchZipWriter.write(file, tensors);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            try (CheckpointReader reader = CheckpointReader.open(file)) {
                assertThat(reader.form()).isEqualTo("torch zip");
                assertThat(reader.names()).containsExactlyInAnyOrderElementsOf(tensors.keySet());
                for (String name : tensors.keySet()) {
                    NDArray read = reader.read(name, context.scope());
                    assertThat(read.getShape()).isEqualTo(tensors.get(name).getShape());
                    assertThat(read.toFloatArray()).isEqualTo(tensors.get(name).toFloatArray());
                    assertThat(reader.mapped(name)).as(name).isTrue();
                }
                assertThat(reader.entry("scale").shape()).isEqualTo(new Shape().getShape());
            }
            return 0;
        });
    }

    @Test
    void productsTakeTime() throws EngineException {
        double one = TestLane.run(context -> new Products(1, 8, 16, 2, 1).time(TestLane.lane().scopes()));
        assertThat(one).isPositive();
    }
}
