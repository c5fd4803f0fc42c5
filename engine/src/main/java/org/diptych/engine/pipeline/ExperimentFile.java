package org.diptych.engine.pipeline;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.diptych.engine.api.CapFiltRequest;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.train.PlanFile;

/// Experiments as JSON. An arm is the name of a committed plan and what it changes there (a JSON merge, RFC 7386), so that the file shows what differs and
/// nothing else. In its `startFrom` stands `arm:NAME` for the weights of an arm before it, in its `data.source` `set:NAME` for pairs that the experiment makes. Everything is checked before
/// anything starts.
public final class ExperimentFile {
    private static final String NAME = "[a-z0-9][a-z0-9-]*";
    private static final int MOST_STEPS = 1_000_000;
    private static final int MOST_FIRST = 900_000;
    private static final int MOST_WORDS = 512;
    /// More repetitions than anyone waits for.
    public static final int MOST_SEEDS = 20;

    /// Where committed plans come from.
    @FunctionalInterface
    public interface Plans {
        /// @return the plan of that name as text
        /// @throws EngineException when none is committed
        String json(String name) throws EngineException;
    }

    private final String where;
    private final Plans plans;

    private ExperimentFile(String where, Plans plans) {
        this.where = where;
        this.plans = plans;
    }

    /// @param where named in messages
    /// @throws EngineException with the one fault that was found first
    public static Experiment parse(String json, String where, Plans plans) throws EngineException {
        try {
            return new ExperimentFile(where, plans).experiment(JsonParser.parseString(json).getAsJsonObject());
        } catch (JsonParseException | IllegalStateException e) {
            throw new EngineException(e, "experiments.json", where, String.valueOf(e.getMessage()));
        }
    }

    private Experiment experiment(JsonObject json) throws EngineException {
        keys(json, "", "id", "steps", "seeds", "sets", "arms", "measures", "curves", "claims");
        String id = name(json, "", "id");
        int steps = integer(json, "", "steps", 0, MOST_STEPS);
        int seeds = integer(json, "", "seeds", 2, MOST_SEEDS);
        List<Experiment.Source> sources = new ArrayList<>();
        for (JsonObject source : list(json, "sets", 0)) {
            sources.add(source(source, "sets[" + sources.size() + "].", steps, sources));
        }
        Set<String> made = different("sets", sources.stream().map(Experiment.Source::id).toList());
        List<Experiment.Arm> arms = new ArrayList<>();
        for (JsonObject arm : list(json, "arms", 2)) {
            String at = "arms[" + arms.size() + "].";
            keys(arm, at, "id", "plan", "change", "steps");
            arms.add(arm(arm, at, name(arm, at, "id"), steps));
            earlier(arms);
            known(arms.getLast(), at, made);
        }
        Set<String> names = different("arms", arms.stream().map(Experiment.Arm::id).toList());
        List<Experiment.Measure> measures = new ArrayList<>();
        for (JsonObject measure : list(json, "measures", 1)) {
            String at = "measures[" + measures.size() + "].";
            keys(measure, at, "value", "better");
            measures.add(new Experiment.Measure(text(measure, at, "value"),
                    choice(measure, at, "better", Set.of("higher", "lower")).equals("higher")));
        }
        Set<String> values = different("measures", measures.stream().map(Experiment.Measure::value).toList());
        List<Experiment.Claim> claims = new ArrayList<>();
        for (JsonObject claim : list(json, "claims", 0)) {
            claims.add(claim(claim, "claims[" + claims.size() + "].", names, values));
        }
        return new Experiment(id, steps, seeds, sources, arms, measures, curves(json), claims);
    }

    private Experiment.Arm arm(JsonObject json, String at, String id, int steps) throws EngineException {
        String base = text(json, at, "plan");
        FineTunePlan whole = plan(base, object(json, at, "change"), id);
        return new Experiment.Arm(id, base,
                whole.stretched(json.has("steps") ? integer(json, at, "steps", 0, MOST_STEPS) : steps));
    }

    private FineTunePlan plan(String base, JsonObject change, String id) throws EngineException {
        JsonObject plan = JsonParser.parseString(plans.json(base)).getAsJsonObject();
        merge(plan, change);
        return PlanFile.parse(plan.toString(), where + ", " + id);
    }

    /// Pairs are drawn as a plan's data says, or are what captioning and filtering makes of those that are.
    private Experiment.Source source(JsonObject json, String at, int steps, List<Experiment.Source> before)
            throws EngineException {
        keys(json, at, "id", "toybox", "capfilt");
        String id = name(json, at, "id");
        if (json.has("toybox") == json.has("capfilt")) {
            throw bad(at + "toybox, " + at + "capfilt", json.has("toybox") ? "2" : "0", "1");
        }
        return json.has("toybox")
                ? drawn(object(json, at, "toybox"), at + "toybox.", id)
                : cleaned(object(json, at, "capfilt"), at + "capfilt.", id, steps, before);
    }

    private Experiment.Drawn drawn(JsonObject json, String at, String id) throws EngineException {
        String part = "data";
        keys(json, at, "plan", part, "first");
        JsonObject change = new JsonObject();
        change.add(part, object(json, at, part));
        FineTunePlan.Data data = plan(text(json, at, "plan"), change, id).data();
        if (!data.source().equals("toybox")) {
            throw bad(at + part + ".source", data.source(), "toybox");
        }
        int first = json.has("first") ? integer(json, at, "first", 0, MOST_FIRST) : 0;
        if (first % 2 > 0) {
            throw bad(at + "first", Integer.toString(first), "2, 4, 6 …");
        }
        return new Experiment.Drawn(id, data, first);
    }

    private Experiment.Cleaned cleaned(JsonObject json, String at, String id, int steps, List<Experiment.Source> before)
            throws EngineException {
        keys(json, at, "pairs", "captioner", "filter", "topP", "least", "most", "threshold");
        Set<String> drawn = before.stream().filter(Experiment.Drawn.class::isInstance).map(Experiment.Source::id)
                .collect(Collectors.toSet());
        CapFiltRequest usual = CapFiltRequest.usual("", "", Path.of(""), Path.of(""));
        int least = json.has("least") ? integer(json, at, "least", 0, MOST_WORDS) : usual.least();
        int most = json.has("most") ? integer(json, at, "most", 0, MOST_WORDS) : usual.most();
        if (least > most) {
            throw bad(at + "least", Integer.toString(least), "≤ " + at + "most = " + most);
        }
        return new Experiment.Cleaned(id, choice(json, at, "pairs", drawn), part(json, at, "captioner", steps),
                part(json, at, "filter", steps), share(json, at, "topP", usual.topP()), least, most,
                share(json, at, "threshold", usual.threshold()));
    }

    private Experiment.Arm part(JsonObject json, String at, String key, int steps) throws EngineException {
        JsonObject given = object(json, at, key);
        keys(given, at + key + ".", "plan", "change", "steps");
        Experiment.Arm part = arm(given, at + key + ".", key, steps);
        known(part, at + key + ".", Set.of());
        if (!part.follows().isEmpty()) { // arms come later
            throw bad(at + key + ".change.startFrom", Experiment.FROM_ARM + part.follows().getFirst(), "–");
        }
        return part;
    }

    /// @param made names of pairs that the experiment makes and the arm may learn from
    private void known(Experiment.Arm arm, String at, Set<String> made) throws EngineException {
        if (arm.learnsFrom().isPresent() && !made.contains(arm.learnsFrom().get())) {
            throw bad(at + "change.data.source", arm.plan().data().source(), made.isEmpty()
                    ? "toybox"
                    : made.stream().map(m -> Experiment.FROM_SOURCE + m).collect(Collectors.joining(", ")));
        }
    }

    /// An arm may begin where one before it ended.
    private void earlier(List<Experiment.Arm> arms) throws EngineException {
        List<String> before = arms.subList(0, arms.size() - 1).stream().map(Experiment.Arm::id).toList();
        for (String other : arms.getLast().follows()) {
            if (!before.contains(other)) {
                throw bad("arms[" + (arms.size() - 1) + "].change.startFrom", Experiment.FROM_ARM + other,
                        before.isEmpty() ? "–" : Experiment.FROM_ARM + String.join(", " + Experiment.FROM_ARM, before));
            }
        }
    }

    /// Objects are merged, `null` takes away, all else replaces.
    static void merge(JsonObject into, JsonObject change) {
        for (Map.Entry<String, JsonElement> entry : change.entrySet()) {
            if (entry.getValue().isJsonNull()) {
                into.remove(entry.getKey());
            } else if (entry.getValue() instanceof JsonObject part
                    && into.get(entry.getKey()) instanceof JsonObject known) {
                merge(known, part);
            } else {
                into.add(entry.getKey(), entry.getValue());
            }
        }
    }

    private Experiment.Claim claim(JsonObject json, String at, Set<String> arms, Set<String> measures)
            throws EngineException {
        keys(json, at, "measure", "arm", "against", "relation");
        String arm = choice(json, at, "arm", arms);
        String against = choice(json, at, "against", arms);
        if (arm.equals(against)) {
            throw bad(at + "against", against, "≠ " + at + "arm");
        }
        String relation = json.has("relation")
                ? choice(json, at, "relation", Set.of("better", "at-least"))
                : "better";
        return new Experiment.Claim(choice(json, at, "measure", measures), arm, against,
                relation.equals("better") ? Experiment.Relation.BETTER : Experiment.Relation.AT_LEAST);
    }

    private List<String> curves(JsonObject json) throws EngineException {
        List<String> out = new ArrayList<>();
        JsonElement given = json.has("curves") ? json.get("curves") : new JsonArray();
        if (!given.isJsonArray()) {
            throw bad("curves", given.toString(), "[ \"…\" ]");
        }
        for (JsonElement item : given.getAsJsonArray()) {
            if (!isText(item)) {
                throw bad("curves", item.toString(), "\"…\"");
            }
            out.add(item.getAsString());
        }
        return out;
    }

    private EngineException bad(String key, String value, String allowed) {
        return new EngineException("experiments.value", where, key, value, allowed);
    }

    private Set<String> different(String key, List<String> names) throws EngineException {
        Set<String> out = new LinkedHashSet<>();
        for (String name : names) {
            if (!out.add(name)) {
                throw new EngineException("experiments.twice", where, key, name);
            }
        }
        return out;
    }

    private void keys(JsonObject json, String at, String... known) throws EngineException {
        for (String key : json.keySet()) {
            if (!List.of(known).contains(key)) {
                throw new EngineException("experiments.key", where, at + key, String.join(", ", known));
            }
        }
    }

    private List<JsonObject> list(JsonObject json, String key, int least) throws EngineException {
        List<JsonObject> out = new ArrayList<>();
        JsonElement given = json.has(key) ? json.get(key) : new JsonArray();
        String allowed = "[ { … } ] ≥ " + least;
        if (!(given instanceof JsonArray array) || array.size() < least) {
            throw bad(key, given.toString(), allowed);
        }
        for (JsonElement item : array) {
            if (!(item instanceof JsonObject object)) {
                throw bad(key, item.toString(), allowed);
            }
            out.add(object);
        }
        return out;
    }

    private static boolean isText(JsonElement value) {
        return value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isString()
                && !value.getAsString().isBlank();
    }

    private String text(JsonObject json, String at, String key) throws EngineException {
        if (!isText(json.get(key))) {
            throw bad(at + key, String.valueOf(json.get(key)), "\"…\"");
        }
        return json.get(key).getAsString();
    }

    private JsonObject object(JsonObject json, String at, String key) throws EngineException {
        JsonElement given = json.has(key) ? json.get(key) : new JsonObject();
        if (!(given instanceof JsonObject object)) {
            throw bad(at + key, given.toString(), "{ … }");
        }
        return object;
    }

    private double share(JsonObject json, String at, String key, double otherwise) throws EngineException {
        JsonElement value = json.get(key);
        if (value == null) {
            return otherwise;
        }
        boolean number = value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
        double given = number ? value.getAsDouble() : Double.NaN;
        if (!(given > 0 && given <= 1)) {
            throw bad(at + key, value.toString(), "0 … 1");
        }
        return given;
    }

    private String name(JsonObject json, String at, String key) throws EngineException {
        String name = text(json, at, key);
        if (!name.matches(NAME)) {
            throw bad(at + key, name, "a-z 0-9 -");
        }
        return name;
    }

    private String choice(JsonObject json, String at, String key, Set<String> allowed) throws EngineException {
        String value = text(json, at, key);
        if (!allowed.contains(value)) {
            throw bad(at + key, value, String.join(", ", new TreeSet<>(allowed)));
        }
        return value;
    }

    /// @param otherwise 0 when it must be there
    private int integer(JsonObject json, String at, String key, int otherwise, int most) throws EngineException {
        JsonElement value = json.get(key);
        if (value == null && otherwise > 0) {
            return otherwise;
        }
        boolean number = value != null && value.isJsonPrimitive() && value.getAsJsonPrimitive().isNumber();
        double given = number ? value.getAsDouble() : Double.NaN;
        if (!(given >= 1 && given <= most) || given != Math.rint(given)) {
            throw bad(at + key, String.valueOf(value), "1 … " + most);
        }
        return (int) given;
    }
}
