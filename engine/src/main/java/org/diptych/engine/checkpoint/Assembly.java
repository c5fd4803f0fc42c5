package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.diptych.engine.api.AssembleRequest;
import org.diptych.engine.api.AssembleResult;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.kernel.Brain;

/// A picture tower and a chat model become one LLaVA folder, as one builds it by hand (Liu et al. 2023, section 4): both stay as they are, and between them
/// comes a projector, a given one or a fresh one that knows nothing yet.
public final class Assembly {
    private static final String VISION = "vision_model.";
    private static final String WORDS = "model.embed_tokens.weight";
    private static final String HEAD = "lm_head.weight";
    /// Hugging Face's converter brings a word table to a multiple of this.
    private static final int ROWS = 64;
    private static final double DEVIATION = 0.02;
    private static final List<String> TOKENIZERS = List.of("tokenizer.json", "tokenizer.model");
    private static final List<String> BESIDE = List.of("tokenizer.json", "tokenizer.model", "tokenizer_config.json",
            "special_tokens_map.json", "generation_config.json");

    private final AssembleRequest request;
    private final NDManager scope;
    private final List<AssembleResult.Fit> fits = new ArrayList<>();

    /// @param scope owns what is made on the way
    public Assembly(AssembleRequest request, NDManager scope) {
        this.request = request;
        this.scope = scope;
    }

    /// @throws EngineException when a part is missing, or a given projector does not fit between the two
    public AssembleResult run() throws EngineException {
        if (TOKENIZERS.stream().noneMatch(n -> Files.exists(request.language().resolve(n)))) {
            throw new EngineException("checkpoint.assemble.tokenizer", request.language());
        }
        try (CheckpointReader vision = CheckpointReader.open(request.vision());
                CheckpointReader language = CheckpointReader.open(request.language())) {
            String patch = VISION + "embeddings.patch_embedding.weight";
            need(vision, patch, request.vision());
            need(language, WORDS, request.language());
            int from = (int) vision.entry(patch).shape()[0];
            int rows = (int) language.entry(WORDS).shape()[0];
            int to = (int) language.entry(WORDS).shape()[1];
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            for (String name : vision.names().stream().filter(n -> n.startsWith(VISION))
                    .filter(n -> !n.endsWith("position_ids")).toList()) {
                tensors.put("vision_tower." + name, read(vision, name));
            }
            int layers = projector(from, to, tensors);
            int grown = (rows + 2 + ROWS - 1) / ROWS * ROWS;
            for (String name : language.names().stream().filter(n -> !n.endsWith("rotary_emb.inv_freq")).toList()) {
                NDArray tensor = read(language, name);
                tensors.put("language_model." + name,
                        name.equals(WORDS) || name.equals(HEAD) ? longer(tensor, grown - rows) : tensor);
            }
            fits.add(new AssembleResult.Fit("language_model." + WORDS, List.of((long) rows, (long) to),
                    List.of((long) grown, (long) to)));
            SafeFile.write(request.out().resolve("config.json"), config(rows, layers));
            copyBeside();
            // Last, since a folder without weights is no checkpoint.
            SafetensorsWriter.write(request.out().resolve("model.safetensors"), tensors, Map.of("format", "pt"));
            long parameters = tensors.values().stream().mapToLong(NDArray::size).sum();
            return new AssembleResult(request.out(), from, to, parameters, fits);
        }
    }

    private static void need(CheckpointReader reader, String name, Path place) throws EngineException {
        if (!reader.names().contains(name)) {
            throw new EngineException("checkpoint.assemble.part", place, name);
        }
    }

    private NDArray read(CheckpointReader reader, String name) throws EngineException {
        Optional<NDArray> half = reader.half(name, scope);
        return half.isPresent() ? half.get() : reader.read(name, scope);
    }

    /// @return how many layers the projector has
    private int projector(int from, int to, Map<String, NDArray> tensors) throws EngineException {
        Map<String, NDArray> parts = new LinkedHashMap<>();
        if (request.projector().isPresent()) {
            try (CheckpointReader given = CheckpointReader.open(request.projector().get())) {
                int layer = 1;
                for (String at : List.of("mm_projector.", "mm_projector.0.", "mm_projector.2.")) {
                    for (String kind : List.of("weight", "bias")) {
                        String name = "model." + at + kind;
                        if (given.names().contains(name)) {
                            parts.put("multi_modal_projector.linear_" + layer + "." + kind, given.read(name, scope));
                        }
                    }
                    layer += parts.containsKey("multi_modal_projector.linear_" + layer + ".weight") ? 1 : 0;
                }
                if (parts.isEmpty()) {
                    throw new EngineException("checkpoint.assemble.part", request.projector().get(),
                            "model.mm_projector.0.weight");
                }
            }
        } else {
            SplittableRandom random = new SplittableRandom(request.seed());
            for (int layer = 1; layer <= 2; layer++) {
                float[] values = new float[to * (layer == 1 ? from : to)];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) (random.nextGaussian() * DEVIATION);
                }
                String at = "multi_modal_projector.linear_" + layer;
                parts.put(at + ".weight", scope.create(values, new Shape(to, layer == 1 ? from : to)));
                parts.put(at + ".bias", scope.zeros(new Shape(to), DataType.FLOAT32));
            }
        }
        int layers = (int) parts.keySet().stream().filter(n -> n.endsWith("weight")).count();
        for (int layer = 1; layer <= layers; layer++) {
            String name = "multi_modal_projector.linear_" + layer + ".weight";
            Shape found = parts.get(name).getShape();
            Shape wanted = new Shape(to, layer == 1 ? from : to);
            fits.add(new AssembleResult.Fit(name, list(found), list(wanted)));
            if (!found.equals(wanted)) {
                throw new EngineException("checkpoint.assemble.width", request.projector().orElse(request.out()), found,
                        wanted, from, to);
            }
        }
        tensors.putAll(parts);
        return layers;
    }

    private static List<Long> list(Shape shape) {
        return java.util.Arrays.stream(shape.getShape()).boxed().toList();
    }

    /// The added rows stand for a picture's place and for padding, which are never looked up and never written.
    private NDArray longer(NDArray table, int rows) {
        if (Brain.is(table)) {
            try (NDArray bits = longer(Brain.bits(table), rows)) {
                return Brain.of(bits);
            }
        }
        NDArray more = scope.zeros(new Shape(rows, table.getShape().get(1)), table.getDataType());
        return table.concat(more, 0);
    }

    private String config(int rows, int layers) throws EngineException {
        JsonObject vision = json(request.vision());
        JsonObject json = new JsonObject();
        json.addProperty("model_type", "llava");
        json.add("text_config", json(request.language()));
        json.add("vision_config", vision.get("vision_config") instanceof JsonObject inner ? inner : vision);
        json.addProperty("image_token_index", rows);
        json.addProperty("pad_token_id", rows + 1);
        json.addProperty("projector_layers", layers);
        json.addProperty("projector_hidden_act", "gelu");
        json.addProperty("vision_feature_layer", -2);
        json.addProperty("vision_feature_select_strategy", "default");
        return new GsonBuilder().setPrettyPrinting().create().toJson(json) + "\n";
    }

    private static JsonObject json(Path place) throws EngineException {
        Path folder = Files.isDirectory(place) ? place : place.toAbsolutePath().getParent();
        Path file = folder.resolve("config.json");
        try {
            return Files.exists(file)
                    ? JsonParser.parseString(Files.readString(file)).getAsJsonObject()
                    : new JsonObject();
        } catch (IOException | RuntimeException e) {
            throw new EngineException(e, "checkpoint.config", file);
        }
    }

    private void copyBeside() throws EngineException {
        for (String name : BESIDE) {
            Path source = request.language().resolve(name);
            if (Files.exists(source)) {
                try {
                    SafeFile.write(request.out().resolve(name), Files.readAllBytes(source));
                } catch (IOException e) {
                    throw new EngineException(e, "file.write", request.out().resolve(name),
                            String.valueOf(e.getMessage()));
                }
            }
        }
    }
}
