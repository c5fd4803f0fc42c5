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
public record Layout(String name, Predicate<Set<String>> matches,
        java.util.function.Function<JsonObject, NameMap> names,
        BiFunction<Map<String, long[]>, JsonObject, JsonObject> inferConfig) {
}
