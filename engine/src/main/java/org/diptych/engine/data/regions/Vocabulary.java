package org.diptych.engine.data.regions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/// The detector's names for things, when its list lies beside the features: `objects_vocab.txt`, one class a line, several names of one class between
/// commas (peteanderson80/bottom-up-attention `data/genome/1600-400-20/objects_vocab.txt`).
final class Vocabulary {
    private static final String FILE = "objects_vocab.txt";
    private static final long LARGEST = 1 << 20;

    private Vocabulary() {
    }

    /// @param classes N numbers of classes
    /// @return N names, or none when there is no such list or it is shorter
    static List<String> names(Path features, float[][] classes) {
        Path list = features.resolveSibling(FILE);
        try {
            if (!Files.isRegularFile(list) || Files.size(list) > LARGEST) {
                return List.of();
            }
            List<String> lines = Files.readAllLines(list);
            boolean all = java.util.Arrays.stream(classes)
                    .allMatch(c -> c.length == 1 && c[0] >= 0 && c[0] < lines.size());
            return all
                    ? IntStream.range(0, classes.length).mapToObj(i -> lines.get((int) classes[i][0]).split(",")[0])
                            .toList()
                    : List.of();
        } catch (IOException e) {
            return List.of(); // names are a help, not what the file is read for
        }
    }
}
