package org.diptych.engine.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.checkpoint.SafetensorsWriter;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.work.Natives;
import org.diptych.engine.work.Scopes;

/// Opening a file of ViT-B/32's size and one forward, against reading the same file warm and one forward.
final class Opening {
    private final Family family;
    private final Scopes scopes;
    private final Bench bench;
    private final int runs;

    Opening(Family family, Scopes scopes, Bench bench, int runs) {
        this.family = family;
        this.scopes = scopes;
        this.bench = bench;
        this.runs = runs;
    }

    void measure() throws EngineException {
        Path folder;
        try {
            folder = Files.createTempDirectory("diptych-bench");
        } catch (IOException e) {
            throw new EngineException(e, "file.write", Path.of(System.getProperty("java.io.tmpdir")),
                    String.valueOf(e.getMessage()));
        }
        Path safetensors = folder.resolve("model.safetensors");
        Path pickle = folder.resolve("pytorch_model.bin");
        try {
            write(safetensors, pickle);
            open("ViT-B/32 safetensors", safetensors);
            open("ViT-B/32 torch zip", pickle);
        } catch (IOException e) {
            throw new EngineException(e, "file.write", folder, String.valueOf(e.getMessage()));
        } finally {
            delete(safetensors);
            delete(pickle);
            delete(folder);
        }
    }

    private void write(Path safetensors, Path pickle) throws EngineException, IOException {
        try (NDManager weights = scopes.weights()) {
            VisionLanguageModel model = bench.model(Bench.vitB32(), weights);
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            model.module().weights().forEach((name, weight) -> tensors.put(name, weight.get()));
            SafetensorsWriter.write(safetensors, tensors, Map.of());
            TorchZipWriter.write(pickle, tensors);
        }
    }

    private void open(String name, Path file) throws EngineException, IOException {
        double[] opened = new double[runs];
        double[] plain = new double[runs];
        double[] ratio = new double[runs];
        double[] grown = new double[runs];
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) Files.size(file)); // one for all, so that it does not count as growth
        plainRead(file, buffer);
        for (int i = -1; i < runs; i++) { // the first is not counted: it compiles what the others run
            long before = settled();
            long start = System.nanoTime();
            try (NDManager weights = scopes.weights(); NDManager data = scopes.call()) {
                VisionLanguageModel model = new Loader(List.of(family)).load(file, weights).model();
                double load = (System.nanoTime() - start) / 1e6;
                var inputs = Bench.inputs(data, 1, 224, 77);
                double first = bench.forward(model, Pass.INFER, inputs);
                double growth = (Natives.resident().orElse(0L) - before) / (double) Files.size(file);
                double second = bench.forward(model, Pass.INFER, inputs);
                if (i >= 0) {
                    opened[i] = load + first;
                    grown[i] = growth;
                    plain[i] = plainRead(file, buffer) + second;
                    ratio[i] = opened[i] / plain[i];
                }
            }
        }
        bench.row(name + ": open and first forward", opened, "ms");
        bench.row(name + ": plain warm read and forward", plain, "ms");
        bench.row(name + ": open / plain", ratio, "x");
        bench.row(name + ": resident growth / file size", grown, "x");
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            path.toFile().deleteOnExit();
        }
    }

    /// Lets go of the pages that the last file was mapped to.
    ///
    /// @return resident memory when it falls no more
    private static long settled() {
        long least = Natives.resident().orElse(0L);
        for (int still = 0; still < 4; still++) {
            System.gc();
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return least;
            }
            long now = Natives.resident().orElse(0L);
            if (now < least - (1 << 20)) {
                still = 0;
            }
            least = Math.min(least, now);
        }
        return least;
    }

    private static double plainRead(Path file, ByteBuffer buffer) throws IOException {
        long start = System.nanoTime();
        buffer.clear();
        try (FileChannel channel = FileChannel.open(file)) {
            while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
                // the bytes are in memory now: that is all
            }
        }
        return (System.nanoTime() - start) / 1e6;
    }
}
