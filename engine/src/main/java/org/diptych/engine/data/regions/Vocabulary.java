package org.diptych.engine.data.regions;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/// The detector's names for things, when its list lies beside the features: `objects_vocab.txt`, one class a line, several names of one class between
/// commas (peteanderson80/bottom-up-attention `data/genome/1600-400-20/objects_vocab.txt`), and `attributes_vocab.txt` likewise.
final class Vocabulary {
    static final String OBJECTS = "objects_vocab.txt";
    static final String ATTRIBUTES = "attributes_vocab.txt";
    private static final long LARGEST = 1 << 20;

    private Vocabulary() {
    }

    /// @param classes N numbers of classes
    /// @return N names, or none when there is no such list or it is shorter
    static List<String> names(Path features, float[] classes) {
        List<String> lines = lines(features, OBJECTS);
        boolean all = IntStream.range(0, classes.length).allMatch(i -> classes[i] >= 0 && classes[i] < lines.size());
        return all
                ? IntStream.range(0, classes.length).mapToObj(i -> lines.get((int) classes[i]).split(",")[0]).toList()
                : List.of();
    }

    /// @param usual where there is no such list
    /// @return how many names the list has
    static int count(Path features, String list, int usual) {
        int lines = lines(features, list).size();
        return lines == 0 ? usual : lines;
    }

    private static List<String> lines(Path features, String name) {
        Path list = features.resolveSibling(name);
        try {
            return Files.isRegularFile(list) && Files.size(list) <= LARGEST ? Files.readAllLines(list) : List.of();
        } catch (IOException e) {
            return List.of(); // names are a help, not what the file is read for
        }
    }
}
