package org.diptych.app.contrast;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.diptych.app.canvas.Input;
import org.diptych.engine.api.EngineException;

/// Files that were dropped or chosen, sorted into what this view can use: pictures, folders of pictures, and texts with a sentence a line.
///
/// @param pictures in the order in which they were given, folders in the order of their files' names
/// @param texts    files with sentences
record Dropped(List<Path> pictures, List<Path> texts) {
    private static final List<String> TEXTS = List.of(".txt", ".text", ".md");
    /// A text that is larger was not written as sentences to compare.
    private static final long MOST_BYTES = 1 << 20;

    static Dropped of(List<Path> files) {
        List<Path> pictures = new ArrayList<>();
        List<Path> texts = new ArrayList<>();
        for (Path file : files) {
            if (Files.isDirectory(file)) {
                pictures.addAll(taught(file) ? List.of() : inside(file));
            } else if (Input.picture(file)) {
                pictures.add(file);
            } else if (ends(file, TEXTS)) {
                texts.add(file);
            }
        }
        return new Dropped(pictures, texts);
    }

    boolean isEmpty() {
        return pictures.isEmpty() && texts.isEmpty();
    }

    /// @return true for a folder of pairs, which is there to learn from
    private static boolean taught(Path folder) {
        return Files.exists(folder.resolve("captions.jsonl")) || Files.exists(folder.resolve("captions.csv"));
    }

    /// @return the folder's pictures; none where it cannot be read, which is then told as a drop of nothing that this view can use
    private static List<Path> inside(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Input::picture).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static boolean ends(Path file, List<String> endings) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return endings.stream().anyMatch(name::endsWith);
    }

    /// @return the sentences of a text file, one a line
    static List<String> lines(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new EngineException("contrast.text.large", file.getFileName(), Files.size(file), MOST_BYTES);
            }
            return sentences(Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new CompletionException(new EngineException(e, "contrast.text.coding", file.getFileName()));
        } catch (IOException e) {
            throw new CompletionException(
                    new EngineException(e, "data.unreadable", file, String.valueOf(e.getMessage())));
        } catch (EngineException e) {
            throw new CompletionException(e);
        }
    }

    static List<String> sentences(String text) {
        return text.lines().map(String::strip).map(l -> l.startsWith("\uFEFF") ? l.substring(1) : l)
                .filter(l -> !l.isEmpty()).toList();
    }
}
