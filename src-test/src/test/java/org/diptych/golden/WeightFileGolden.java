package org.diptych.golden;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.CheckpointReader;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.checkpoint.Recipe;
import org.diptych.engine.generate.Decodings;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Traceable;
import org.diptych.engine.model.Weight;
import org.diptych.engine.models.Models;
import org.diptych.engine.probe.ScaledWeights;

/// Loads one weight file of a case and holds everything the model answers against the reference's answers.
final class WeightFileGolden {
    private static final String EPSILON = "eps_probe.";

    /// Stand among the outputs and are given: soft targets, draws of a generator.
    private static final List<String> GIVEN = List.of("vqa_targets", "generate.nucleus_draws");

    private WeightFileGolden() {
    }

    static Compared compare(GoldenCase golden, Path file, NDManager scope, NDManager weights)
            throws EngineException, IOException {
        Compared result = new Compared(
                golden.model() + "/" + golden.name() + " " + golden.folder().relativize(file));
        Loader.Loaded loaded = new Loader(Models.all()).loadPart(file, weights);
        Path full = golden.folder().resolve("model.safetensors");
        Set<String> missing = missing(loaded, full);
        if (!loaded.report().missing().isEmpty()) {
            part(golden, missing, loaded, file, full, result, scope);
            return result;
        }
        Traceable model = (Traceable) loaded.model();
        Map<String, NDArray> inputs = golden.tensors("inputs.safetensors", scope);
        Map<String, NDArray> expected = golden.tensors("outputs.safetensors", scope);
        golden.settings().forEach((name, value) -> inputs.put(name, scope.create(new long[]{value})));
        GIVEN.stream().filter(expected::containsKey).forEach(name -> inputs.put(name, expected.remove(name)));
        if (expected.containsKey("zeroshot_class_embeds")) {
            inputs.put("zeroshot_classes", scope.create(expected.get("zeroshot_class_embeds").getShape().get(0)));
        }
        Map<String, Double> losses = golden.losses(file);
        boolean shorter = VocabularyGolden.shorter(loaded, full, layoutOf(full, loaded), scope);
        if (shorter) { // what is said over rows that the file lacks belongs to the other file
            losses.keySet().removeIf(name -> name.startsWith("hf_"));
            expected.keySet().removeIf(name -> name.startsWith("generate.hf_"));
        }
        outputs(golden, loaded, model, inputs, expected, result, scope);
        Map<String, NDArray> got = losses.isEmpty() ? Map.of() : model.losses(inputs);
        for (Map.Entry<String, Double> loss : losses.entrySet()) {
            if (got.containsKey(loss.getKey())) {
                result.closely("losses." + loss.getKey(),
                        got.get(loss.getKey()).toType(ai.djl.ndarray.types.DataType.FLOAT64, true).toDoubleArray(),
                        new double[]{loss.getValue()}, golden.tolerance("loss"));
            } else {
                result.cannot("losses." + loss.getKey());
            }
        }
        if (shorter) {
            VocabularyGolden.rows(loaded, full, layoutOf(full, loaded), result, scope);
        } else {
            gradients(golden, loaded, model, inputs, full, result, scope);
        }
        if (file.equals(full)) {
            KeptGolden.compare(loaded, full, result, scope);
        }
        FreezeGolden.taught(golden, loaded, result);
        FreezeGolden.counted(golden, loaded, result);
        ConversationGolden.compare(golden, result);
        JsonObject config = JsonParser.parseString(loaded.model().config()).getAsJsonObject();
        if (config.has("vocab_size")) {
            MaskingGolden.compare(golden, config.get("vocab_size").getAsInt(), result);
        }
        if (result.notCompared() > 0 && !missing.isEmpty()) { // a file without a head answers a part of the questions
            Compared part = new Compared(golden.model() + "/" + golden.name() + " " + golden.folder().relativize(file));
            part(golden, missing, loaded, file, full, part, scope);
            return part;
        }
        return result;
    }

    private static void outputs(GoldenCase golden, Loader.Loaded loaded, Traceable model, Map<String, NDArray> inputs,
            Map<String, NDArray> expected,
            Compared result, NDManager scope) throws IOException {
        Map<String, NDArray> got = new LinkedHashMap<>(model.outputs(inputs));
        if (loaded.model() instanceof Generates writer) {
            Map<String, NDArray> given = new LinkedHashMap<>(inputs);
            expected.entrySet().stream().filter(e -> e.getKey().endsWith("_draws")) // stand among the answers, but are given
                    .forEach(e -> given.put(e.getKey(), e.getValue()));
            Map<String, Shape> asked = new LinkedHashMap<>();
            expected.forEach((name, tensor) -> asked.put(name, tensor.getShape()));
            Decodings.of(writer, given, asked, scope).forEach(got::putIfAbsent);
        }
        GeneratedTextGolden.compare(golden, got, result);
        Map<String, NDArray> scaled = scaledOutputs(golden, loaded, model, inputs, expected.keySet(), scope);
        for (Map.Entry<String, NDArray> item : expected.entrySet()) {
            String name = item.getKey();
            NDArray answer = name.startsWith(EPSILON) ? scaled.get(name.substring(EPSILON.length())) : got.get(name);
            if (answer == null) {
                result.cannot(name);
            } else {
                result.tensor(name, answer, VocabularyGolden.shared(name, answer, item.getValue()),
                        golden.tolerance(name));
            }
        }
    }

    private static Map<String, NDArray> scaledOutputs(GoldenCase golden, Loader.Loaded loaded, Traceable model,
            Map<String, NDArray> inputs, Set<String> names,
            NDManager scope) throws IOException {
        if (names.stream().noneMatch(n -> n.startsWith(EPSILON))) {
            return Map.of();
        }
        GoldenCase.EpsilonProbe probe = golden.epsilonProbe();
        Map<String, Weight> weights = loaded.model().module().weights();
        try (ScaledWeights _ = new ScaledWeights(weights,
                loaded.names().plan(Set.copyOf(probe.weights())).recipes().keySet().stream()
                        .filter(weights::containsKey).collect(Collectors.toSet()),
                probe.factor(), scope)) {
            return model.outputs(inputs);
        }
    }

    /// Gradients stand under the names of the code that was differentiated: mostly those of `model.safetensors`, else those of another of the family's layouts.
    private static void gradients(GoldenCase golden, Loader.Loaded loaded, Traceable model, Map<String, NDArray> inputs,
            Path full, Compared result,
            NDManager scope) throws EngineException {
        Map<String, NDArray> expected = golden.tensors("grads.safetensors", scope);
        if (expected.isEmpty()) {
            return;
        }
        NameMap names = gradientNames(expected.keySet(), layoutOf(full, loaded), loaded);
        Map<String, NDArray> mapped = names.apply(expected);
        Map<String, Recipe> recipes = names.plan(expected.keySet()).recipes();
        Map<String, Weight> weights = loaded.model().module().weights();
        List<String> trained = weights.entrySet().stream().filter(e -> e.getValue().trainable()).map(Map.Entry::getKey)
                .toList();
        // Copies stand in, since the file's own pages take no gradient.
        try (ScaledWeights _ = new ScaledWeights(weights, trained, 1, scope);
                GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            trained.forEach(name -> weights.get(name).get().setRequiresGradient(true));
            collector.backward(model.losses(inputs).values().iterator().next());
            for (Map.Entry<String, NDArray> item : mapped.entrySet()) {
                Weight weight = weights.get(item.getKey());
                if (weight == null) {
                    result.cannot("grads." + item.getKey());
                    continue;
                }
                try (NDArray gradient = weight.get().getGradient()) {
                    // A piece is judged by the whole tensor that the reference gives: of stacked q, k, v the bias of k moves nothing.
                    double largest = recipes.get(item.getKey()).sources().stream()
                            .mapToDouble(source -> Compared.largest(expected.get(source))).max().orElseThrow();
                    result.gradient("grads." + item.getKey(), gradient, item.getValue(), largest);
                }
            }
        }
    }

    private static NameMap gradientNames(Set<String> names, NameMap usual, Loader.Loaded loaded) {
        Set<String> known = loaded.model().module().weights().keySet();
        com.google.gson.JsonObject config = com.google.gson.JsonParser.parseString(loaded.model().config())
                .getAsJsonObject();
        return java.util.stream.Stream
                .concat(java.util.stream.Stream.of(usual),
                        loaded.family().layouts().stream().map(l -> l.names().apply(config)))
                .filter(map -> known.containsAll(map.plan(names).recipes().keySet())).findFirst().orElse(usual);
    }

    private static NameMap layoutOf(Path full, Loader.Loaded loaded) throws EngineException {
        try (CheckpointReader reader = CheckpointReader.open(full)) {
            for (Layout layout : loaded.family().layouts()) {
                if (layout.matches().test(reader.names())) {
                    return layout.names()
                            .apply(JsonParser.parseString(loaded.model().config()).getAsJsonObject());
                }
            }
        }
        throw new IllegalStateException("no layout for " + full);
    }

    /// What the model of the full file has and this one has not: weights that stayed unset, or heads that a file without them does not even build.
    private static Set<String> missing(Loader.Loaded loaded, Path full) throws EngineException {
        Set<String> missing = new java.util.LinkedHashSet<>(loaded.report().missing());
        if (Files.exists(full)) {
            try (CheckpointReader reader = CheckpointReader.open(full)) {
                missing.addAll(layoutOf(full, loaded).plan(reader.names()).recipes().keySet());
            }
            loaded.model().module().weights().forEach((name, weight) -> {
                if (weight.isSet()) {
                    missing.remove(name);
                }
            });
        }
        return missing;
    }

    /// A part file must hold the same tensors as the full one, bit for bit, under the name map.
    private static void part(GoldenCase golden, Set<String> missing, Loader.Loaded loaded, Path file, Path full,
            Compared result, NDManager scope)
            throws EngineException, IOException {
        result.note("part of a model: " + missing.size() + " missing");
        FreezeGolden.converted(golden, loaded, result);
        if (!Files.exists(full)) {
            missing.forEach(result::cannot);
            return;
        }
        Map<String, NDArray> whole = new LinkedHashMap<>();
        try (CheckpointReader reader = CheckpointReader.open(full)) {
            for (String name : reader.names()) {
                whole.put(name, reader.read(name, scope));
            }
        }
        Map<String, NDArray> mapped = layoutOf(full, loaded).apply(whole);
        Map<String, Long> rows = filledRows(loaded, file);
        loaded.model().module().weights().forEach((name, weight) -> {
            if (weight.isSet()) {
                NDArray same = mapped.get(name);
                String first = ":" + rows.getOrDefault(name, 1L);
                boolean equal = same != null && (rows.containsKey(name)
                        ? same.get(first).contentEquals(scope.zeros(weight.shape()).add(weight.get()).get(first))
                        : same.contentEquals(weight.get()));
                result.exactly(name, equal, true);
            }
        });
    }

    /// @return of tables that the file has the first rows of: how many
    private static Map<String, Long> filledRows(Loader.Loaded loaded, Path file) throws EngineException {
        Map<String, Long> rows = new LinkedHashMap<>();
        try (CheckpointReader reader = CheckpointReader.open(file)) {
            loaded.names().plan(reader.names()).recipes().forEach((name, recipe) -> recipe.steps().forEach(step -> {
                if (step instanceof Recipe.Longer(int from, int _)) {
                    rows.put(name, (long) from);
                }
            }));
        }
        return rows;
    }
}
