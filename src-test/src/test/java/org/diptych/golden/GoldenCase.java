package org.diptych.golden;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.CheckpointReader;

/// One folder of reference answers.
record GoldenCase(String model, String name, Path folder) {
    private static final List<String> WEIGHTS = List.of(".bin", ".pt", ".pth", ".ckpt", ".index.json");
    private static final List<String> ANSWERS = List.of("inputs.safetensors", "outputs.safetensors",
            "grads.safetensors");
    private static final Pattern SHARD = Pattern.compile(".*-\\d{5}-of-\\d{5}\\.(safetensors|bin)");
    private static final Pattern NOTES = Pattern
            .compile(
                    "(max_abs_diff_|check_|parameters|original_repo).*|gradcam_block_num|gradcam_itc_block_num|greedy_original_equals_hf");

    /// @return every weight file: shards count as their index
    List<Path> weightFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> {
                String file = f.getFileName().toString();
                boolean weights = file.endsWith(".safetensors") || WEIGHTS.stream().anyMatch(file::endsWith);
                return weights && !ANSWERS.contains(file) && !SHARD.matcher(file).matches();
            }).sorted().toList();
        }
    }

    String readme() throws IOException {
        Path file = folder.resolve("README.md");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    Map<String, NDArray> tensors(String file, NDManager scope) throws EngineException {
        Map<String, NDArray> out = new LinkedHashMap<>();
        if (Files.exists(folder.resolve(file))) {
            try (CheckpointReader reader = CheckpointReader.open(folder.resolve(file))) {
                for (String tensor : reader.names()) {
                    out.put(tensor, reader.read(tensor, scope));
                }
            }
        }
        return out;
    }

    /// @param file the weight file that was loaded: answers of the original code (`original_repo.NAME`) belong to the original's own files
    /// @return losses without the entries that fixtures call notes
    Map<String, Double> losses(Path file) throws IOException {
        Map<String, Double> out = new LinkedHashMap<>();
        Path answers = folder.resolve("losses.json");
        boolean original = file.toString().endsWith(".pth") || file.toString().endsWith(".ckpt");
        if (Files.exists(answers)) {
            JsonObject json = JsonParser.parseString(Files.readString(answers)).getAsJsonObject();
            for (Map.Entry<String, JsonElement> item : json.entrySet()) {
                if (item.getValue() instanceof JsonObject inner) {
                    if (original && !item.getKey().startsWith("parameters")) {
                        inner.entrySet().forEach(
                                e -> out.put(item.getKey() + "." + e.getKey(), e.getValue().getAsDouble()));
                    }
                } else if (!NOTES.matcher(item.getKey()).matches()) {
                    out.put(item.getKey(), item.getValue().getAsDouble());
                }
            }
        }
        return out;
    }

    /// @return the entries of `losses.json` that say how something was made, and how many answers the README says are ranked
    Map<String, Long> settings() throws IOException {
        Map<String, Long> out = new LinkedHashMap<>();
        Path answers = folder.resolve("losses.json");
        if (Files.exists(answers)) {
            JsonParser.parseString(Files.readString(answers)).getAsJsonObject().entrySet().stream()
                    .filter(e -> e.getKey().matches("gradcam_(itc_)?block_num"))
                    .forEach(e -> out.put(e.getKey(), e.getValue().getAsLong()));
        }
        Matcher ranked = Pattern.compile("k_test\\s*=\\s*(\\d+)").matcher(readme());
        if (ranked.find()) {
            out.put("k_test", Long.parseLong(ranked.group(1)));
        }
        return out;
    }

    /// @return the tolerance of an output: 1e-4, or the README's own where that is looser
    double tolerance(String tensor) throws IOException {
        String text = readme();
        double wide = 1e-4;
        Matcher absolute = Pattern.compile("Tolerance[^\\n]*?(\\d(?:\\.\\d+)?e-\\d+) abs").matcher(text);
        if (absolute.find()) {
            wide = Math.max(wide, Double.parseDouble(absolute.group(1)));
        }
        Matcher logits = Pattern.compile("Tolerance[^\\n]*?(\\d(?:\\.\\d+)?e-\\d+) (?:on )?logits").matcher(text);
        if (tensor.contains("logits") && logits.find()) {
            wide = Math.max(wide, Double.parseDouble(logits.group(1)));
        }
        return wide;
    }

    record EpsilonProbe(List<String> weights, float factor) {
    }

    /// @return what the README says is scaled for the `eps_probe.*` outputs
    EpsilonProbe epsilonProbe() throws IOException {
        Matcher matcher = Pattern.compile("## eps_probe\\s*\\[([^\\]]*)\\][^\\n]*?multiplied by ([0-9.e-]+)")
                .matcher(readme());
        if (!matcher.find()) {
            return new EpsilonProbe(List.of(), 1);
        }
        List<String> names = new ArrayList<>();
        Matcher quoted = Pattern.compile("'([^']+)'").matcher(matcher.group(1));
        while (quoted.find()) {
            names.add(quoted.group(1));
        }
        return new EpsilonProbe(names, Float.parseFloat(matcher.group(2)));
    }
}
