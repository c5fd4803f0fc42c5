package org.diptych.golden;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.CheckpointReader;
import org.diptych.engine.image.PreprocessGolden;
import org.diptych.engine.text.TokenizerGolden;

/// Folders without a model: file forms, tokenizers, preprocessing.
final class FolderGolden {
    private FolderGolden() {
    }

    static boolean handles(Path folder) {
        return Files.exists(folder.resolve("cases.json")) || Files.isDirectory(folder.resolve("files"))
                || folder.endsWith("preprocess");
    }

    /// @param title as the printed line names it
    static List<Compared> compare(String title, Path folder) throws EngineException, IOException {
        if (Files.isDirectory(folder.resolve("files"))) {
            return forms(title, folder);
        }
        return List.of(Files.exists(folder.resolve("cases.json"))
                ? TokenizerGolden.compare(title, folder)
                : PreprocessGolden.compare(title, folder));
    }

    private static List<Compared> forms(String title, Path folder) throws EngineException {
        return TestLane.run(context -> {
            Map<String, NDArray> expected = new HashMap<>();
            try (CheckpointReader reader = CheckpointReader.open(folder.resolve("expected.safetensors"))) {
                for (String name : reader.names()) {
                    expected.put(name, reader.read(name, context.scope()));
                }
            }
            List<Compared> all = new ArrayList<>();
            for (Path file : list(folder.resolve("files"))) {
                Compared result = new Compared(title + "/files " + file.getFileName());
                try (CheckpointReader reader = CheckpointReader.open(file)) {
                    for (String name : reader.names()) {
                        NDArray want = expected.get(name);
                        if (want == null) {
                            result.cannot(name);
                        } else {
                            NDArray got = reader.read(name, context.scope());
                            result.tensor(name, got, want, 0);
                            result.exactly(name + " type", got.getDataType(), want.getDataType());
                        }
                    }
                }
                all.add(result);
            }
            return all;
        });
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
