package org.diptych.engine.train;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.ToNumberPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.IntStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.objective.Objective;

/// Plans as JSON. Every key and value is checked before anything starts; what is left out takes a default.
public final class PlanFile {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping()
            .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

    private final String where;

    private PlanFile(String where) {
        this.where = where;
    }

    public static FineTunePlan read(Path file) throws EngineException {
        try {
            return parse(Files.readString(file), file.toString());
        } catch (IOException e) {
            throw new EngineException(e, "train.plan.unreadable", file, String.valueOf(e.getMessage()));
        }
    }

    /// @param where named in messages
    public static FineTunePlan parse(String json, String where) throws EngineException {
        try {
            return new PlanFile(where).plan(JsonParser.parseString(json).getAsJsonObject());
        } catch (JsonParseException | IllegalStateException e) {
            throw new EngineException(e, "train.plan.json", where, String.valueOf(e.getMessage()));
        }
    }

    public static String json(FineTunePlan plan) {
        return GSON.toJson(plan) + "\n";
    }

    public static void write(Path file, FineTunePlan plan) throws EngineException {
        SafeFile.write(file, json(plan));
    }

    /// Checks a plan that did not come from a file, by the same rules.
    public static void check(FineTunePlan plan) throws EngineException {
        parse(json(plan), plan.name());
    }

    private FineTunePlan plan(JsonObject json) throws EngineException {
        keys(json, "", "name", "model", "config", "startFrom", "data", "objectives", "lessons", "trains", "lora",
                "optimizer", "schedule", "stages", "steps",
                "batch", "seed", "evaluateEvery",
                "checkpointEvery", "accumulate", "earlyStop", "moments", "checkpointing", "precision");
        String name = text(json, "", "name", where);
        String model = text(json, "", "model", "");
        if (model.isBlank()) {
            throw bad("model", "", "clip, fresh:clip, /path/to/checkpoint");
        }
        Map<String, Object> config = new LinkedHashMap<>();
        if (json.has("config")) {
            JsonObject given = section(json, "config");
            given.entrySet().forEach(e -> config.put(e.getKey(), GSON.fromJson(e.getValue(), Object.class)));
        }
        FineTunePlan.Data data = data(section(json, "data"));
        Map<String, Double> objectives = objectives(json, "");
        FineTunePlan.Trains trains = trains(section(json, "trains"), "trains.");
        FineTunePlan.Optimizer optimizer = optimizer(section(json, "optimizer"));
        List<FineTunePlan.Stage> stages = stages(json, trains, objectives, optimizer.rate());
        int inStages = stages.stream().mapToInt(FineTunePlan.Stage::steps).sum();
        int steps = integer(json, "", "steps", stages.isEmpty() ? 1000 : inStages, 1, 10_000_000);
        if (!stages.isEmpty() && steps != inStages) {
            throw bad("steps", Integer.toString(steps), "stages: " + inStages);
        }
        int batch = integer(json, "", "batch", 64, 2, 65_536);
        if (batch > data.train()) {
            throw bad("batch", Integer.toString(batch), "≤ data.train = " + data.train());
        }
        FineTunePlan.Schedule schedule = schedule(section(json, "schedule"),
                stages.stream().mapToInt(FineTunePlan.Stage::steps).min().orElse(steps));
        return new FineTunePlan(name, model, config, startFrom(section(json, "startFrom")), data, objectives,
                lessons(section(json, "lessons")), trains, lora(section(json, "lora")), optimizer, schedule, stages,
                steps, batch, (long) real(json, "", "seed", 0, -1e15, 1e15),
                integer(json, "", "evaluateEvery", 50, 1, 10_000_000),
                integer(json, "", "checkpointEvery", 200, 1, 10_000_000), accumulate(json, batch, data),
                json.has("earlyStop") ? earlyStop(section(json, "earlyStop")) : FineTunePlan.EarlyStop.NEVER,
                moments(section(json, "moments")), flag(json, "", "checkpointing", false),
                choice(json, "", "precision", FineTunePlan.FP32, FineTunePlan.FP32, FineTunePlan.BF16));
    }

    private FineTunePlan.Watch moments(JsonObject json) throws EngineException {
        String at = "moments.";
        keys(json, at, "every", "megabytes", "share", "pairs");
        FineTunePlan.Watch usual = FineTunePlan.Watch.USUAL;
        List<Integer> pairs = new ArrayList<>();
        for (String pair : texts(json, at, "pairs")) {
            if (!pair.matches("[0-9]|1[0-5]") || pairs.contains(Integer.valueOf(pair))
                    || pairs.size() == FineTunePlan.Watch.MOST_PAIRS) {
                throw bad(at + "pairs", json.get("pairs").toString(),
                        "≤ " + FineTunePlan.Watch.MOST_PAIRS + " × 0 … " + (ProbeSet.MOST - 1));
            }
            pairs.add(Integer.valueOf(pair));
        }
        return new FineTunePlan.Watch(integer(json, at, "every", usual.every(), 0, 10_000_000),
                real(json, at, "megabytes", usual.megabytes(), 0.001, 1e6),
                real(json, at, "share", usual.share(), 0, 1), json.has("pairs") ? pairs : usual.pairs());
    }

    /// Each micro-batch holds as many examples as the others, two at least, and both of what belongs together.
    private int accumulate(JsonObject json, int batch, FineTunePlan.Data data) throws EngineException {
        int parts = integer(json, "", "accumulate", 1, 1, batch);
        int together = data.hardNegatives() > 0 ? 2 : 1;
        List<String> allowed = IntStream.rangeClosed(1, batch / 2)
                .filter(p -> p == 1 || batch % p == 0 && batch / p % together == 0).mapToObj(Integer::toString)
                .toList();
        if (!allowed.contains(Integer.toString(parts))) {
            throw bad("accumulate", Integer.toString(parts), String.join(", ", allowed));
        }
        return parts;
    }

    private FineTunePlan.EarlyStop earlyStop(JsonObject json) throws EngineException {
        keys(json, "earlyStop.", "metric", "patience", "minDelta");
        String metric = text(json, "earlyStop.", "metric", FineTunePlan.EarlyStop.NEVER.metric());
        if (!metric.startsWith("validation.")) {
            throw bad("earlyStop.metric", metric, "validation.loss, validation.r1, validation.accuracy.itm …");
        }
        return new FineTunePlan.EarlyStop(metric, integer(json, "earlyStop.", "patience", 5, 0, 100_000),
                real(json, "earlyStop.", "minDelta", 0, 0, 1e9));
    }

    private Map<String, Map<String, String>> startFrom(JsonObject json) throws EngineException {
        Map<String, Map<String, String>> out = new LinkedHashMap<>();
        for (String from : json.keySet()) {
            Map<String, String> rules = new LinkedHashMap<>();
            JsonObject given = section(json, from);
            for (String pattern : given.keySet()) {
                try {
                    Pattern.compile(pattern);
                } catch (PatternSyntaxException e) {
                    throw new EngineException(e, "train.plan.value", where, "startFrom." + from, pattern, "a pattern");
                }
                rules.put(pattern, text(given, "startFrom." + from + ".", pattern, ""));
            }
            out.put(from, rules);
        }
        return out;
    }

    private FineTunePlan.Data data(JsonObject json) throws EngineException {
        keys(json, "data.", "source", "world", "language", "captions", "noise", "hardNegatives", "train", "validation",
                "pictureSize");
        return new FineTunePlan.Data(text(json, "data.", "source", "toybox"),
                choice(json, "data.", "world", "aligned", "aligned", "loose", "free"),
                choice(json, "data.", "language", "en", "en", "zh"),
                choice(json, "data.", "captions", "mixed", "short", "full", "mixed"),
                real(json, "data.", "noise", 0, 0, 1), real(json, "data.", "hardNegatives", 0, 0, 1),
                integer(json, "data.", "train", 50_000, 2, 100_000_000),
                integer(json, "data.", "validation", 256, 8, 10_000),
                integer(json, "data.", "pictureSize", 64, 16, 1024));
    }

    private Map<String, Double> objectives(JsonObject json, String prefix) throws EngineException {
        Map<String, Double> out = new LinkedHashMap<>();
        JsonObject given = section(json, "objectives");
        for (String name : given.keySet()) {
            Objective.task(name);
            out.put(name, real(given, prefix + "objectives.", name, 1, 0, 1000));
        }
        if (out.isEmpty()) {
            out.put("contrastive", 1.0);
        }
        return out;
    }

    private FineTunePlan.Lessons lessons(JsonObject json) throws EngineException {
        keys(json, "lessons.", "masking", "rule", "share", "joint", "alpha", "alphaRamp", "patches", "pair", "codes",
                "tasks");
        FineTunePlan.Lessons usual = FineTunePlan.Lessons.USUAL;
        return new FineTunePlan.Lessons(choice(json, "lessons.", "masking", usual.masking(), "dynamic", "static"),
                choice(json, "lessons.", "rule", usual.rule(), "bert", "whole", "roberta"),
                real(json, "lessons.", "share", usual.share(), 0.01, 0.99),
                flag(json, "lessons.", "joint", usual.joint()),
                real(json, "lessons.", "alpha", usual.alpha(), 0, 1),
                integer(json, "lessons.", "alphaRamp", usual.alphaRamp(), 0, 10_000_000),
                real(json, "lessons.", "patches", usual.patches(), 0.01, 0.99),
                real(json, "lessons.", "pair", usual.pair(), 0.01, 0.99),
                text(json, "lessons.", "codes", usual.codes()),
                choice(json, "lessons.", "tasks", usual.tasks(), FineTunePlan.Lessons.ALL, FineTunePlan.Lessons.ONE));
    }

    private boolean flag(JsonObject json, String prefix, String key, boolean otherwise) throws EngineException {
        JsonElement value = json.get(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isBoolean()) {
            throw bad(prefix + key, value.toString(), "true, false");
        }
        return value.getAsBoolean();
    }

    private FineTunePlan.Trains trains(JsonObject json, String prefix) throws EngineException {
        keys(json, prefix, "parts", "frozen");
        return new FineTunePlan.Trains(texts(json, prefix, "parts"), texts(json, prefix, "frozen"));
    }

    private FineTunePlan.Lora lora(JsonObject json) throws EngineException {
        keys(json, "lora.", "rank", "alpha", "parts", "projections");
        int rank = integer(json, "lora.", "rank", 0, 0, 4096);
        if (rank == 0) {
            return FineTunePlan.Lora.NONE;
        }
        FineTunePlan.Lora usual = FineTunePlan.Lora.of(rank);
        List<String> projections = texts(json, "lora.", "projections");
        return new FineTunePlan.Lora(rank, real(json, "lora.", "alpha", usual.alpha(), 1e-6, 1e6),
                texts(json, "lora.", "parts"), projections.isEmpty() ? usual.projections() : projections);
    }

    /// What a stage leaves out it takes from the plan.
    private List<FineTunePlan.Stage> stages(JsonObject json, FineTunePlan.Trains trains,
            Map<String, Double> objectives, double rate) throws EngineException {
        JsonElement given = json.get("stages");
        if (given != null && !given.isJsonArray()) {
            throw bad("stages", given.toString(), "[ { … } ]");
        }
        List<FineTunePlan.Stage> out = new ArrayList<>();
        for (JsonElement one : given == null ? List.<JsonElement>of() : given.getAsJsonArray()) {
            String at = "stages." + out.size() + ".";
            if (!one.isJsonObject()) {
                throw bad("stages." + out.size(), one.toString(), "{ … }");
            }
            JsonObject stage = one.getAsJsonObject();
            keys(stage, at, "name", "steps", "trains", "objectives", "rate");
            out.add(new FineTunePlan.Stage(text(stage, at, "name", Integer.toString(out.size() + 1)),
                    integer(stage, at, "steps", 1000, 1, 10_000_000),
                    stage.has("trains") ? trains(section(stage, "trains"), at + "trains.") : trains,
                    stage.has("objectives") ? objectives(stage, at) : objectives,
                    real(stage, at, "rate", rate, 1e-12, 0.999)));
        }
        return out;
    }

    private FineTunePlan.Optimizer optimizer(JsonObject json) throws EngineException {
        keys(json, "optimizer.", "rate", "beta1", "beta2", "epsilon", "weightDecay", "clipNorm",
                "layerDecay");
        String at = "optimizer.";
        return new FineTunePlan.Optimizer(real(json, at, "rate", 1e-4, 1e-12, 0.999),
                real(json, at, "beta1", 0.9, 0, 0.99999), real(json, at, "beta2", 0.98, 0, 0.999999),
                real(json, at, "epsilon", 1e-6, 1e-16, 1e-2), real(json, at, "weightDecay", 0.01, 0, 1),
                real(json, at, "clipNorm", 1, 0, 1e9), layerDecay(json));
    }

    private double layerDecay(JsonObject json) throws EngineException {
        double decay = real(json, "optimizer.", "layerDecay", 1, 0, 1);
        if (decay == 0) {
            throw bad("optimizer.layerDecay", json.get("layerDecay").toString(), "0 < … ≤ 1");
        }
        return decay;
    }

    private FineTunePlan.Schedule schedule(JsonObject json, int steps) throws EngineException {
        keys(json, "schedule.", "warmup", "floor");
        return new FineTunePlan.Schedule(integer(json, "schedule.", "warmup", Math.min(100, steps / 10), 0, steps),
                real(json, "schedule.", "floor", 0, 0, 1));
    }

    private EngineException bad(String key, String value, String allowed) {
        return new EngineException("train.plan.value", where, key, value, allowed);
    }

    private void keys(JsonObject json, String prefix, String... known) throws EngineException {
        Set<String> unknown = new HashSet<>(json.keySet());
        unknown.removeAll(Set.of(known));
        if (!unknown.isEmpty()) {
            throw new EngineException("train.plan.key", where, prefix + unknown.iterator().next(),
                    String.join(", ", known));
        }
    }

    private JsonObject section(JsonObject json, String key) throws EngineException {
        JsonElement value = json.get(key);
        if (value == null) {
            return new JsonObject();
        }
        if (!value.isJsonObject()) {
            throw bad(key, value.toString(), "{ … }");
        }
        return value.getAsJsonObject();
    }

    private String text(JsonObject json, String prefix, String key, String otherwise) throws EngineException {
        JsonElement value = json.get(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.isJsonPrimitive() || !value.getAsJsonPrimitive().isString()) {
            throw bad(prefix + key, value.toString(), "\"…\"");
        }
        return value.getAsString();
    }

    private String choice(JsonObject json, String prefix, String key, String otherwise, String... allowed)
            throws EngineException {
        String value = text(json, prefix, key, otherwise);
        if (!List.of(allowed).contains(value)) {
            throw bad(prefix + key, value, String.join(", ", allowed));
        }
        return value;
    }

    private List<String> texts(JsonObject json, String prefix, String key) throws EngineException {
        List<String> out = new ArrayList<>();
        JsonElement value = json.get(key);
        if (value == null) {
            return out;
        }
        if (!value.isJsonArray()) {
            throw bad(prefix + key, value.toString(), "[ \"…\" ]");
        }
        for (JsonElement item : value.getAsJsonArray()) {
            if (!item.isJsonPrimitive()) {
                throw bad(prefix + key, item.toString(), "\"…\"");
            }
            out.add(item.getAsString());
        }
        return out;
    }

    private int integer(JsonObject json, String prefix, String key, int otherwise, long least, long most)
            throws EngineException {
        double value = real(json, prefix, key, otherwise, least, most);
        if (value != Math.rint(value)) {
            throw bad(prefix + key, Double.toString(value), least + " … " + most);
        }
        return (int) value;
    }

    private double real(JsonObject json, String prefix, String key, double otherwise, double least, double most)
            throws EngineException {
        JsonElement value = json.get(key);
        if (value == null) {
            return otherwise;
        }
        double number;
        try {
            number = value.getAsDouble();
        } catch (NumberFormatException | UnsupportedOperationException | IllegalStateException e) {
            throw new EngineException(e, "train.plan.value", where, prefix + key, value.toString(), range(least, most));
        }
        if (Double.isNaN(number) || number < least || number > most) {
            throw bad(prefix + key, value.toString(), range(least, most));
        }
        return number;
    }

    private static String range(double least, double most) {
        return brief(least) + " … " + brief(most);
    }

    private static String brief(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
