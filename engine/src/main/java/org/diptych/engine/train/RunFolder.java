package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.checkpoint.CheckpointReader;
import org.diptych.engine.checkpoint.SafetensorsWriter;

/// The files of one run: `plan.json`, `log.jsonl`, `checkpoint.safetensors` (weights that learn, moments, step), `status.json`, `corrections.json` where a
/// person corrected examples, `without.json` where the data are a person's own (pictures that could not be found
/// at the beginning, so that the examples keep their numbers), `.lock` which the process holds that writes here, and `base/` with what lies beside a fresh model's weights.
public record RunFolder(Path path) {
    private static final String CHECKPOINT = "checkpoint.safetensors";
    private static final String STATUS = "status.json";
    private static final String WITHOUT = "without.json";

    /// What a checkpoint says beside the weights. Its tensors: `weight.X`, and where X learns `first.X` and `second.X`; `before.X` where these moments began in the middle of a stage, `touched.X` once a loss has moved X;
    /// `follows.X`; `change.X`, to be added to X, in what a branch inherits.
    record Saved(int step, double seconds, double rate, Path file, Map<String, NDArray> tensors) {
        /// @throws EngineException when the checkpoint is of another plan or model
        NDArray tensor(String name) throws EngineException {
            NDArray tensor = tensors.get(name);
            if (tensor == null) {
                throw new EngineException("train.checkpoint", file, name);
            }
            return tensor;
        }

        Optional<NDArray> find(String name) {
            return Optional.ofNullable(tensors.get(name));
        }

        /// @return names of the model's weights that it says something of
        Set<String> weights() {
            return tensors.keySet().stream().filter(n -> n.startsWith("weight.") || n.startsWith("change."))
                    .map(n -> n.substring(n.indexOf('.') + 1)).collect(Collectors.toCollection(LinkedHashSet::new));
        }

        /// @return true for what a branch begins with, which may train other weights than the run that wrote it
        boolean inherited() {
            return tensors.containsKey(Inheritance.MARK);
        }

        void close() {
            tensors.values().forEach(NDArray::close);
        }
    }

    /// @return the folder's name
    public String id() {
        return path.toAbsolutePath().getFileName().toString();
    }

    /// @return names of the pictures that the run's own data set was begun without; nothing where that is not known
    /// @throws EngineException when the file that says so is damaged
    public Optional<Set<String>> without() throws EngineException {
        Path file = path.resolve(WITHOUT);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Set.of(new Gson().fromJson(Files.readString(file), String[].class)));
        } catch (IOException | JsonParseException | NullPointerException | IllegalArgumentException e) {
            throw new EngineException(e, "train.without", file);
        }
    }

    /// @param pictures names of those that could not be found when the set was opened first
    public void begin(Set<String> pictures) throws EngineException {
        SafeFile.write(path.resolve(WITHOUT), new Gson().toJson(pictures) + "\n");
    }

    public boolean holdsRun() {
        return Files.exists(path.resolve(RunLogFile.NAME));
    }

    public Path plan() {
        return path.resolve("plan.json");
    }

    public Path base() {
        return path.resolve("base");
    }

    Path checkpoint() {
        return path.resolve(CHECKPOINT);
    }

    public boolean hasCheckpoint() {
        return Files.exists(checkpoint());
    }

    /// One file and one rename: a run that dies while saving still has the checkpoint before.
    void save(int step, double seconds, double rate, Map<String, NDArray> state, NDManager scope)
            throws EngineException {
        Map<String, NDArray> all = new LinkedHashMap<>(state);
        all.put("run.step", scope.create((long) step));
        all.put("run.seconds", scope.create(seconds));
        all.put("run.rate", scope.create(rate));
        SafetensorsWriter.write(path.resolve(CHECKPOINT), all, Map.of("format", "diptych-run"));
    }

    Saved load(NDManager scope) throws EngineException {
        Map<String, NDArray> all = new LinkedHashMap<>();
        try (CheckpointReader reader = CheckpointReader.open(path.resolve(CHECKPOINT))) {
            for (String name : reader.names()) {
                all.put(name, reader.read(name, scope));
            }
        }
        try {
            return new Saved((int) all.get("run.step").toLongArray()[0], number(all.get("run.seconds")),
                    number(all.get("run.rate")), path.resolve(CHECKPOINT), all);
        } catch (NullPointerException e) {
            throw new EngineException(e, "train.checkpoint", path.resolve(CHECKPOINT), "run.step");
        }
    }

    private static double number(NDArray scalar) {
        return scalar.toType(DataType.FLOAT64, false).toDoubleArray()[0];
    }

    public void status(RunSummary.Status status, int step, Optional<Path> kept) throws EngineException {
        JsonObject json = new JsonObject();
        json.addProperty("status", status.name());
        json.addProperty("step", step);
        json.addProperty("process", ProcessHandle.current().pid());
        json.addProperty("born", born(ProcessHandle.current()));
        kept.ifPresent(folder -> json.addProperty("kept", folder.toString()));
        SafeFile.write(path.resolve(STATUS), json + "\n");
    }

    /// @return how the run stands; one that says it runs while its process is gone was interrupted
    public Standing standing() {
        try {
            JsonObject json = JsonParser.parseString(Files.readString(path.resolve(STATUS))).getAsJsonObject();
            RunSummary.Status status = RunSummary.Status.valueOf(json.get("status").getAsString());
            boolean live = status == RunSummary.Status.RUNNING || status == RunSummary.Status.PAUSED;
            if (live && !alive(json.get("process").getAsLong(), json.get("born").getAsString())) {
                status = RunSummary.Status.INTERRUPTED;
            }
            return new Standing(status, json.get("step").getAsInt(),
                    Optional.ofNullable(json.get("kept")).map(k -> Path.of(k.getAsString())));
        } catch (IOException | JsonParseException | IllegalStateException | IllegalArgumentException
                | NullPointerException e) {
            return new Standing(RunSummary.Status.INTERRUPTED, 0, Optional.empty());
        }
    }

    /// The system gives a dead process's number to another one, so the moment of its birth must fit too.
    private static boolean alive(long process, String born) {
        return ProcessHandle.of(process).filter(ProcessHandle::isAlive).filter(p -> born(p).equals(born)).isPresent();
    }

    private static String born(ProcessHandle process) {
        return process.info().startInstant().map(Object::toString).orElse("");
    }

    public record Standing(RunSummary.Status status, int step, Optional<Path> kept) {
    }
}
