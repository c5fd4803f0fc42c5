package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.LoadReport;
import org.diptych.engine.api.MemoryNeed;
import org.diptych.engine.api.Message;
import org.diptych.engine.kernel.Brain;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;

/// From a checkpoint on disk to a model whose every weight is set, or to one clear message.
public final class Loader {
    private static final int NAMED = 10;
    /// Seed of what a file does not hold.
    private static final long BEGINNING = 0;

    private final List<Family> families;
    /// Files beside one another that may be parts of one model.
    private static final int MOST_JOINED = 3;

    private final boolean halves;

    public Loader(List<Family> families) {
        this(families, false);
    }

    private Loader(List<Family> families, boolean halves) {
        this.families = List.copyOf(families);
        this.halves = halves;
    }

    /// @return a loader that leaves half formats as the file's own pages where the family's modules can read them; what is to be trained wants them widened
    public Loader keepingHalves() {
        return new Loader(families, true);
    }

    /// @param names the map that was used, which also serves gradients under the file's names
    public record Loaded(VisionLanguageModel model, Family family, NameMap names, LoadReport report) {
    }

    /// @param path  file or folder
    /// @param scope owns the weights; capped when they are set, so that a stray array in it throws
    /// @throws EngineException when the file is damaged, of no known model, or leaves a weight unset or a tensor over; of a file that only begins a model
    ///                         ([Layout#begins]) the rest of the weights start fresh
    public Loaded load(Path path, NDManager scope) throws EngineException {
        return open(path, scope, LoadReport::complete, true);
    }

    /// As [#load], for a file that holds a part of a model: what is missing stays unset and is named in the report.
    public Loaded loadPart(Path path, NDManager scope) throws EngineException {
        return open(path, scope, Loader::fits, false);
    }

    private static boolean fits(LoadReport report) {
        return report.unexpected().isEmpty() && report.misshapen().isEmpty();
    }

    /// What a load will take, from the headers alone.
    ///
    /// @throws EngineException when the file is damaged or of no known model
    public MemoryNeed need(Path path) throws EngineException {
        try (CheckpointReader reader = reader(path)) {
            Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
            Known known = recognise(reader).orElseThrow(() -> unknown(path, reader));
            Map<String, long[]> shapes = new HashMap<>();
            reader.names().forEach(n -> shapes.put(n, reader.entry(n).shape()));
            Made made = make(path, known, shapes, config(folder), new ModelFiles(Optional.empty()));
            long file = 0;
            long memory = 0;
            for (Map.Entry<String, Recipe> item : made.names.plan(reader.names()).recipes().entrySet()) {
                for (String source : item.getValue().sources()) {
                    Entry entry = reader.entry(source);
                    boolean half = halves && entry.type().half() && item.getValue().asItIs()
                            && known.family.keepsHalf(item.getKey());
                    file += entry.size() * entry.type().bytes();
                    memory += entry.size() * (half ? entry.type().bytes() : entry.type().memory().getNumOfBytes());
                }
            }
            long machine = ManagementFactory
                    .getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                            ? system.getTotalMemorySize()
                            : 0;
            return new MemoryNeed(file, memory, machine);
        }
    }

    /// The model of a file with every weight unset, from the headers alone; it reads words where a tokenizer lies beside.
    ///
    /// @throws EngineException when the file is damaged or of no known model
    public VisionLanguageModel outline(Path path) throws EngineException {
        try (CheckpointReader reader = CheckpointReader.open(path)) {
            Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
            Known known = recognise(reader).orElseThrow(() -> unknown(path, reader));
            Map<String, long[]> shapes = new HashMap<>();
            reader.names().forEach(n -> shapes.put(n, reader.entry(n).shape()));
            return make(path, known, shapes, config(folder), new ModelFiles(Optional.of(folder))).model;
        }
    }

    private record Known(Family family, Layout layout) {
    }

    private Loaded open(Path path, NDManager scope, Predicate<LoadReport> enough, boolean whole)
            throws EngineException {
        try (CheckpointReader reader = reader(path)) {
            Path folder = Files.isDirectory(path) ? path : path.toAbsolutePath().getParent();
            Known known = recognise(reader).orElseThrow(() -> unknown(path, reader));
            Map<String, long[]> shapes = new HashMap<>();
            reader.names().forEach(n -> shapes.put(n, reader.entry(n).shape()));
            Made made = make(path, known, shapes, config(folder), new ModelFiles(Optional.of(folder)));
            LoadReport report = fill(made.model.module().weights(), made.names, reader, known, scope);
            boolean begins = whole && known.layout.begins() && fits(report);
            if (begins && made.model instanceof Initialises fresh) {
                begin(made.model.module().weights(), fresh, scope);
            }
            scope.cap();
            if (!begins && !enough.test(report)) {
                throw mismatch(path, report, reader.names());
            }
            return new Loaded(made.model, known.family, made.names, report);
        }
    }

    /// What the file has stays, all else starts as the model's own code starts it; the report still names it as missing.
    private static void begin(Map<String, Weight> weights, Initialises fresh, NDManager scope) {
        Map<Weight, NDArray> read = new LinkedHashMap<>();
        weights.values().stream().filter(Weight::isSet).forEach(w -> read.put(w, w.get()));
        fresh.initialise(scope, BEGINNING);
        read.forEach((weight, value) -> {
            weight.get().close();
            weight.set(value);
        });
    }

    private record Made(VisionLanguageModel model, NameMap names) {
    }

    /// What a file says of itself can contradict itself in ways that no family foresees (a matrix without a second dimension, zero heads); each of them is the
    /// file's fault and not ours, so that whatever a family throws over it becomes one message.
    private static Made make(Path path, Known known, Map<String, long[]> shapes, JsonObject given, ModelFiles files)
            throws EngineException {
        try {
            JsonObject config = known.layout.inferConfig().apply(shapes, given);
            return new Made(known.family.create(config, files), known.layout.names().apply(config));
        } catch (RuntimeException e) {
            throw new EngineException(e, "checkpoint.infer", path, known.family.id(), known.layout.name());
        }
    }

    /// Some models were published as files that belong beside one another, such as what BLIP-2 trained and the picture tower it kept as it was. A folder of them is opened as one where a
    /// layout is in none of the files and in all together.
    private CheckpointReader reader(Path path) throws EngineException {
        List<Path> files = Files.isDirectory(path) ? CheckpointFiles.weights(path) : List.of();
        if (files.size() > 1 && files.size() <= MOST_JOINED) {
            Optional<ShardedReader> joined = ShardedReader.joined(path, files);
            if (joined.isPresent()) {
                Optional<Known> known = recognise(joined.get());
                if (known.isPresent() && !joined.get().holdsOfOne(known.get().layout.matches())) {
                    return joined.get();
                }
                joined.get().close();
            }
        }
        return CheckpointReader.open(path);
    }

    private Optional<Known> recognise(CheckpointReader reader) {
        for (Family family : families) {
            for (Layout layout : family.layouts()) {
                if (layout.matches().test(reader.names())) {
                    return Optional.of(new Known(family, layout));
                }
            }
        }
        return Optional.empty();
    }

    private static JsonObject config(Path folder) throws EngineException {
        Path file = folder.resolve("config.json");
        if (!Files.exists(file)) {
            return new JsonObject();
        }
        try {
            return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
        } catch (IOException | JsonParseException | IllegalStateException e) {
            throw new EngineException(e, "checkpoint.config", file);
        }
    }

    private LoadReport fill(Map<String, Weight> weights, NameMap names, CheckpointReader reader, Known known,
            NDManager scope)
            throws EngineException {
        NameMap.Plan plan = names.plan(reader.names());
        Set<String> unexpected = new LinkedHashSet<>(plan.unusable());
        Map<String, String> misshapen = new LinkedHashMap<>();
        Set<String> spoilt = new HashSet<>();
        boolean mapped = true;
        long parameters = 0;
        long bytes = 0;
        int loaded = 0;
        for (Map.Entry<String, Recipe> item : plan.recipes().entrySet()) {
            Recipe recipe = item.getValue();
            Weight weight = weights.get(item.getKey());
            if (weight == null) {
                unexpected.addAll(recipe.sources());
                continue;
            }
            List<long[]> found = recipe.sources().stream().map(s -> reader.entry(s).shape()).toList();
            if (!recipe.shape(found).filter(s -> Arrays.equals(s, weight.shape().getShape())).isPresent()) {
                misshapen.put(recipe.source(), weight.shape() + " ≠ "
                        + new Shape(recipe.shape(found).orElse(found.getFirst())));
                spoilt.add(item.getKey());
                continue;
            }
            Optional<NDArray> half = halves && known.family.keepsHalf(item.getKey()) && recipe.asItIs()
                    && !scope.getDevice().isGpu() ? reader.half(recipe.source(), scope) : Optional.empty();
            NDArray value = half.isPresent() ? half.get() : read(reader, recipe, scope);
            weight.set(value);
            mapped &= half.isPresent() && !Brain.is(value) || asItLies(reader, recipe, scope);
            loaded++;
            parameters += value.size();
            bytes += value.size() * (half.isPresent() ? 2 : value.getDataType().getNumOfBytes());
        }
        for (Map.Entry<String, String> tie : plan.tied().entrySet()) {
            Weight weight = weights.get(tie.getValue());
            if (weight != null && weight.isSet() && !equal(reader, tie.getKey(), weight.get(), scope)) {
                misshapen.put(tie.getKey(), "≠ " + tie.getValue());
            }
        }
        Map<String, Message> dropped = new LinkedHashMap<>(plan.dropped());
        plan.tied().forEach((alias, name) -> dropped.put(alias, Message.of("checkpoint.drop.tied", name)));
        List<String> missing = weights.entrySet().stream()
                .filter(e -> !e.getValue().isSet() && !spoilt.contains(e.getKey())).map(Map.Entry::getKey).toList();
        return new LoadReport(reader.form(), known.layout.name(), reader.path(), loaded, parameters, bytes, dropped,
                missing,
                List.copyOf(unexpected), misshapen, reader.inert(), mapped);
    }

    private static boolean asItLies(CheckpointReader reader, Recipe recipe, NDManager scope) {
        return recipe.asItIs() && !scope.getDevice().isGpu() && reader.entry(recipe.source()).type() == DType.F32
                && reader.mapped(recipe.source());
    }

    private static boolean equal(CheckpointReader reader, String name, NDArray value, NDManager scope)
            throws EngineException {
        try (NDManager temporary = scope.newSubManager()) {
            NDArray wide = value.toType(DataType.FLOAT32, true); // exact, whatever the format
            wide.attach(temporary);
            return reader.read(name, temporary).toType(DataType.FLOAT32, false).contentEquals(wide);
        }
    }

    /// Models compute in 32 bits; a piece cut from a stacked tensor is made contiguous, since kernels want it so.
    private static NDArray read(CheckpointReader reader, Recipe recipe, NDManager scope) throws EngineException {
        boolean wide = reader.entry(recipe.source()).type() != DType.F64;
        if (wide && recipe.asItIs()) {
            return reader.read(recipe.source(), scope);
        }
        try (NDManager temporary = scope.newSubManager()) {
            List<NDArray> raw = new ArrayList<>();
            for (String source : recipe.sources()) {
                NDArray array = reader.read(source, temporary);
                raw.add(array.getDataType() == DataType.FLOAT64 ? array.toType(DataType.FLOAT32, false) : array);
            }
            NDArray made = recipe.apply(raw).duplicate();
            made.attach(scope);
            return made;
        }
    }

    private EngineException unknown(Path path, CheckpointReader reader) {
        int count = reader.names().size();
        String first = first(List.copyOf(reader.names()));
        return KnownLayouts.nearest(reader.names()).map(near -> {
            boolean loads = families.stream().anyMatch(f -> f.id().equals(near.family()));
            return new EngineException(loads ? "checkpoint.family.near" : "checkpoint.family.later", path, count, first,
                    near.model(), near.layout());
        }).orElseGet(() -> new EngineException("checkpoint.family", path, count, first));
    }

    private static EngineException mismatch(Path path, LoadReport report, Set<String> names) {
        Message nearest = KnownLayouts.nearest(names)
                .map(near -> Message.of("checkpoint.nearest", near.model(), near.layout()))
                .orElseGet(() -> Message.of("checkpoint.nearest.none"));
        return new EngineException("checkpoint.mismatch", path, report.layout(), report.missing().size(),
                first(report.missing()), report.unexpected().size(), first(report.unexpected()),
                report.misshapen().size(),
                first(report.misshapen().entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList()),
                nearest);
    }

    private static String first(List<String> names) {
        return names.isEmpty()
                ? "–"
                : String.join(", ", names.stream().limit(NAMED).toList()) + (names.size() > NAMED ? " …" : "");
    }
}
