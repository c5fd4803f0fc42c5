package org.diptych.golden;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.diptych.engine.api.FineTunePlan.Trains;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.model.LearnsInStages;
import org.diptych.engine.model.Weight;

/// `freeze.json`: what the reference teaches in its language stage and what it leaves as it is, name by name, and what a file of the stage before lacks.
final class FreezeGolden {
    private static final List<String> KNOWN = List.of("trainable", "frozen", "missing_after_conversion", "unexpected");

    private FreezeGolden() {
    }

    /// For a file of the whole model.
    static void taught(GoldenCase golden, Loader.Loaded loaded, Compared result) throws IOException {
        Optional<JsonObject> file = read(golden);
        if (file.isEmpty()) {
            return;
        }
        file.get().keySet().stream().filter(key -> !KNOWN.contains(key))
                .forEach(key -> result.cannot("freeze.json " + key));
        Trains stage = ((LearnsInStages) loaded.model()).stages().get("language");
        TreeSet<String> taught = new TreeSet<>();
        TreeSet<String> left = new TreeSet<>();
        loaded.model().module().weights().keySet().forEach(name -> (stage.learns(name) ? taught : left).add(name));
        result.exactly("freeze.trainable", taught, names(file.get(), "trainable"));
        result.exactly("freeze.frozen", left, names(file.get(), "frozen"));
    }

    /// For a file of the stage before.
    static void converted(GoldenCase golden, Loader.Loaded loaded, Compared result) throws IOException {
        Optional<JsonObject> file = read(golden);
        if (file.isPresent()) {
            result.exactly("freeze.missing_after_conversion", new TreeSet<>(loaded.report().missing()),
                    names(file.get(), "missing_after_conversion"));
            result.exactly("freeze.unexpected", new TreeSet<>(loaded.report().unexpected()),
                    names(file.get(), "unexpected"));
        }
    }

    /// For a file of the whole model: how many numbers the stage between frozen towers teaches, and in which parts, as `parameters` of `losses.json` says.
    static void counted(GoldenCase golden, Loader.Loaded loaded, Compared result) throws IOException {
        Path file = golden.folder().resolve("losses.json");
        if (!Files.exists(file) || !(loaded.model() instanceof LearnsInStages staged)
                || !staged.stages().containsKey("bridge")) {
            return;
        }
        Trains stage = staged.stages().get("bridge");
        JsonParser.parseString(Files.readString(file)).getAsJsonObject().entrySet().stream()
                .filter(e -> e.getKey().startsWith("parameters") && e.getValue().isJsonObject()).forEach(e -> {
                    JsonObject counts = e.getValue().getAsJsonObject();
                    for (String side : List.of("trainable", "frozen")) {
                        TreeSet<String> parts = new TreeSet<>();
                        long count = 0;
                        for (Map.Entry<String, Weight> item : loaded.model().module().weights().entrySet()) {
                            if (item.getValue().trainable()
                                    && stage.learns(item.getKey()) == side.equals("trainable")) {
                                parts.add(item.getKey().split("\\.")[0]);
                                count += item.getValue().shape().size();
                            }
                        }
                        result.exactly(e.getKey() + "." + side, count, counts.get(side).getAsLong());
                        result.exactly(e.getKey() + "." + side + "_prefixes", parts, names(counts, side + "_prefixes"));
                    }
                });
    }

    private static Optional<JsonObject> read(GoldenCase golden) throws IOException {
        Path file = golden.folder().resolve("freeze.json");
        return Files.exists(file)
                ? Optional.of(JsonParser.parseString(Files.readString(file)).getAsJsonObject())
                : Optional.empty();
    }

    private static TreeSet<String> names(JsonObject json, String key) {
        TreeSet<String> names = new TreeSet<>();
        json.getAsJsonArray(key).forEach(name -> names.add(name.getAsString()));
        return names;
    }
}
