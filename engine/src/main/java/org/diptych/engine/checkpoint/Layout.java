package org.diptych.engine.checkpoint;

import com.google.gson.JsonObject;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/// One way in which a family's tensors are named in files.
///
/// @param name        as a person calls it: `Hugging Face`, `OpenAI`
/// @param matches     whether a file's names are of this layout
/// @param names       from the file's names to the model's, given the configuration
/// @param inferConfig the configuration from the file's shapes, completing what `config.json` says (empty when there is none)
/// @param begins      true for files of another model that this one begins from: what they lack starts as the model's own code starts it
public record Layout(String name, Predicate<Set<String>> matches,
        java.util.function.Function<JsonObject, NameMap> names,
        BiFunction<Map<String, long[]>, JsonObject, JsonObject> inferConfig, boolean begins) {
    /// A layout whose files are whole.
    public Layout(String name, Predicate<Set<String>> matches,
            java.util.function.Function<JsonObject, NameMap> names,
            BiFunction<Map<String, long[]>, JsonObject, JsonObject> inferConfig) {
        this(name, matches, names, inferConfig, false);
    }
}
