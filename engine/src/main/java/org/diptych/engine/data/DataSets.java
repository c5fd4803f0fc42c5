package org.diptych.engine.data;

import com.google.gson.JsonParseException;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.data.regions.RegionFile;

/// Opens what a plan names as its source, a file or a folder, whichever of the formats it is in.
public final class DataSets {
    /// What is looked for in a folder first, in this order. Such a file is what its name says, however little of it can be used.
    private static final List<Map.Entry<String, SetFormat>> USUAL = List.of(
            Map.entry(FolderDataset.NAME, SetFormat.LINES), Map.entry("captions.csv", SetFormat.TABLE),
            Map.entry("captions.tsv", SetFormat.TABLE), Map.entry(InstructDataset.NAME, SetFormat.CONVERSATIONS));
    private static final List<String> ENDINGS = List.of(".json", ".jsonl", ".csv", ".tsv", ".txt");

    private DataSets() {
    }

    /// Reads all rows; pictures are decoded when an example is asked for.
    ///
    /// @param watch is told now and then how many rows were read; what it throws ends the reading
    /// @throws EngineException when the source is in none of the formats, its file is damaged, or all captions are equal
    public static OpenedSet open(Path source, LongConsumer watch) throws EngineException {
        Found found = new Found(watch);
        OpenedSet set = open(source, found);
        return found.regions().mixed() ? open(source, found.withRegions()) : set;
    }

    /// Reads all rows of a set that was opened before, so that each example has the number that it had then: a picture that is gone or damaged now is one that cannot be read, and one that was not there
    /// stays left out.
    ///
    /// @param without as [OpenedSet#without] said then
    /// @throws EngineException as [#open]
    public static OpenedSet again(Path source, Set<String> without) throws EngineException {
        return open(source, new Found(without));
    }

    private static OpenedSet open(Path source, Found found) throws EngineException {
        try {
            if (!Files.isDirectory(source)) {
                return open(source, source, format(source), found);
            }
            for (Map.Entry<String, SetFormat> usual : USUAL) {
                if (Files.isRegularFile(source.resolve(usual.getKey()))) {
                    return open(source, source.resolve(usual.getKey()), usual.getValue(), found);
                }
            }
            return folder(source, found);
        } catch (MalformedJsonException | EOFException | JsonParseException e) {
            throw new EngineException(e, "data.damaged", source, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new EngineException(e, "data.unreadable", source, String.valueOf(e.getMessage()));
        }
    }

    /// @return true for a file in one of the formats; what is in it is not looked at further
    public static boolean holds(Path file) {
        try {
            return USUAL.stream().anyMatch(u -> file.endsWith(u.getKey())) || SetFormat.of(file).isPresent();
        } catch (IOException e) {
            return false; // what cannot be read holds nothing
        }
    }

    /// A guess by names alone, which takes no time: [#open] knows.
    ///
    /// @return true for a folder in which a text that may hold pairs lies, and no model
    public static boolean mayHold(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            List<String> names = all.map(f -> f.getFileName().toString().toLowerCase(Locale.ROOT)).toList();
            return !names.contains("config.json") && (names.contains("annotations")
                    || names.stream().anyMatch(n -> ENDINGS.stream().anyMatch(n::endsWith)));
        } catch (IOException e) {
            return false; // what cannot be read holds nothing
        }
    }

    private static SetFormat format(Path file) throws IOException, EngineException {
        for (Map.Entry<String, SetFormat> usual : USUAL) {
            if (file.endsWith(usual.getKey())) {
                return usual.getValue();
            }
        }
        Optional<SetFormat> told = RegionFile.is(file) ? Optional.empty() : SetFormat.of(file);
        return told.orElseThrow(
                () -> new EngineException(RegionFile.is(file) ? "data.regions.alone" : "data.format", file));
    }

    private static OpenedSet open(Path source, Path file, SetFormat format, Found found)
            throws IOException, EngineException {
        switch (format) {
            case LINES -> {
                return FolderDataset.opened(source, file, found);
            }
            case CONVERSATIONS -> {
                return InstructDataset.opened(file, found.withoutRegions()); // what learns from conversations sees pixels
            }
            case TABLE -> CaptionTable.read(file, found);
            case COCO -> CocoCaptions.read(file, found);
            case KARPATHY -> KarpathyCaptions.read(file, found);
            case QUESTIONS -> VqaQuestions.read(List.of(file), partner(file, SetFormat.ANSWERS), found);
            case ANSWERS -> VqaQuestions.read(partner(file, SetFormat.QUESTIONS), List.of(file), found);
        }
        return new PairSet(source, format.key(), found);
    }

    /// @return the files with the other half of VQA's pairs, of the same part of COCO where the name says which
    private static List<Path> partner(Path file, SetFormat wanted) throws IOException, EngineException {
        String part = CocoCaptions.folder(file).orElse("");
        List<Path> out = formats(file.toAbsolutePath().getParent()).getOrDefault(wanted, List.of()).stream()
                .filter(f -> f.getFileName().toString().contains(part)).toList();
        if (out.isEmpty()) {
            throw new EngineException(wanted == SetFormat.ANSWERS ? "data.answers" : "data.questions", file);
        }
        return out;
    }

    /// A folder as it comes out of a published archive: files for learning and for validation together are one set.
    private static OpenedSet folder(Path source, Found found) throws IOException, EngineException {
        Map<SetFormat, List<Path>> files = formats(source);
        if (Files.isDirectory(source.resolve("annotations"))) {
            formats(source.resolve("annotations")).forEach((format, more) -> files
                    .merge(format, more, (a, b) -> Stream.concat(a.stream(), b.stream()).toList()));
        }
        List<Path> answers = files.getOrDefault(SetFormat.ANSWERS, List.of());
        if (files.containsKey(SetFormat.QUESTIONS)) {
            files.remove(SetFormat.ANSWERS);
        }
        if (files.isEmpty()) {
            throw new EngineException("data.captions", source);
        }
        SetFormat format = files.keySet().iterator().next();
        List<Path> one = files.get(format);
        if (files.size() == 1 && format == SetFormat.QUESTIONS && !answers.isEmpty()) {
            VqaQuestions.read(one, answers, found);
        } else if (files.size() == 1 && format == SetFormat.COCO) {
            for (Path file : one) {
                CocoCaptions.read(file, found);
            }
        } else if (files.size() == 1 && one.size() == 1) {
            return open(source, one.getFirst(), format, found);
        } else {
            throw new EngineException("data.several", source, String.join(", ", files.values().stream()
                    .flatMap(List::stream).map(f -> f.getFileName().toString()).sorted().toList()));
        }
        return new PairSet(source, format.key(), found);
    }

    private static Map<SetFormat, List<Path>> formats(Path folder) throws IOException {
        Map<SetFormat, List<Path>> out = new LinkedHashMap<>();
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(f -> ENDINGS.stream().anyMatch(f.toString().toLowerCase(Locale.ROOT)::endsWith))
                    .filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            SetFormat.of(file).ifPresent(format -> out.computeIfAbsent(format, f -> new ArrayList<>()).add(file));
        }
        return out;
    }
}
