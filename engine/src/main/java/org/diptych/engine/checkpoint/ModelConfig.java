package org.diptych.engine.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.kernel.Activations;

/// Reads a model's configuration key by key; what is missing or of another kind is named in one message.
///
/// @param model as a person calls it, for the message
/// @param json  the configuration or a section of it
public record ModelConfig(String model, JsonObject json) {
    /// @throws EngineException when the key is not there or no number
    public int integer(String key) throws EngineException {
        return (int) number(key);
    }

    /// @throws EngineException when the key is not there or no number
    public double number(String key) throws EngineException {
        if (!json.has(key) || !json.get(key).isJsonPrimitive()) {
            throw missing(key);
        }
        try {
            return json.get(key).getAsDouble();
        } catch (NumberFormatException e) {
            throw new EngineException(e, "models.config", model, key);
        }
    }

    /// @param usual the reference's default, which its files may leave out
    public int integer(String key, int usual) throws EngineException {
        return has(key) ? integer(key) : usual;
    }

    /// @param usual the reference's default, which its files may leave out
    public double number(String key, double usual) throws EngineException {
        return has(key) ? number(key) : usual;
    }

    /// @param usual the reference's default, which its files may leave out
    public boolean flag(String key, boolean usual) {
        return has(key) ? json.get(key).getAsBoolean() : usual;
    }

    /// @param usual the reference's default, which its files may leave out
    public String text(String key, String usual) {
        return has(key) ? json.get(key).getAsString() : usual;
    }

    /// @throws EngineException when the key is not there or no list of numbers
    public List<Integer> integers(String key) throws EngineException {
        if (!json.has(key) || !(json.get(key) instanceof JsonArray array)) {
            throw missing(key);
        }
        List<Integer> all = new ArrayList<>();
        array.forEach(e -> all.add(e.getAsInt()));
        return all;
    }

    /// @throws EngineException when the section is not there
    public ModelConfig section(String key) throws EngineException {
        if (!json.has(key) || !json.get(key).isJsonObject()) {
            throw missing(key);
        }
        return new ModelConfig(model, json.getAsJsonObject(key));
    }

    /// @throws EngineException when the activation is none that is known here
    public Activations activation(String key, String usual) throws EngineException {
        String name = text(key, usual);
        try {
            return Activations.named(name);
        } catch (IllegalArgumentException e) {
            throw new EngineException(e, "models.config", model, key + ": " + name);
        }
    }

    /// @return true when the key is there and not null
    public boolean has(String key) {
        return json.has(key) && !json.get(key).isJsonNull();
    }

    private EngineException missing(String key) {
        return new EngineException("models.config", model, key);
    }

    /// @param count how many answers the head has
    /// @return their names from `id2label`, or none where the file names them not or not all
    public static List<String> labels(JsonObject json, int count) {
        if (!json.has("id2label") || !(json.get("id2label") instanceof JsonObject names) || names.size() != count) {
            return List.of();
        }
        List<String> all = new ArrayList<>();
        for (int i = 0; i < count && names.has(String.valueOf(i)); i++) {
            all.add(names.get(String.valueOf(i)).getAsString());
        }
        return all.size() == count ? all : List.of();
    }

    /// Names answers in `id2label`, as Hugging Face does. `label2id` says the same the other way round and would contradict it, so it goes.
    ///
    /// @param count how many answers the head has; those beyond the names keep theirs, or get what Hugging Face calls a class without a name
    public static void label(JsonObject json, int count, List<String> names) {
        List<String> before = labels(json, count);
        JsonObject all = new JsonObject();
        for (int i = 0; i < count; i++) {
            String rest = before.isEmpty() ? "LABEL_" + i : before.get(i);
            all.addProperty(String.valueOf(i), i < names.size() ? names.get(i) : rest);
        }
        json.add("id2label", all);
        json.remove("label2id");
    }

    /// @return one more than the largest number behind the prefix in a file's tensor names: how many layers there are
    public static int count(Map<String, long[]> shapes, String prefix) {
        return 1 + shapes.keySet().stream().filter(n -> n.startsWith(prefix))
                .mapToInt(n -> Integer.parseInt(n.substring(prefix.length()).split("\\.")[0])).max().orElse(-1);
    }
}
