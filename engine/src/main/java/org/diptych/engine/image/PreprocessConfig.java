package org.diptych.engine.image;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;

/// Reads Hugging Face's `preprocessor_config.json`, in its older form (`size` a number) and its newer one (`size` an object).
public final class PreprocessConfig {
    public static final String FILE = "preprocessor_config.json";
    private static final int LARGEST = 8192;

    private final Path file;
    private final JsonObject json;

    private PreprocessConfig(Path file, JsonObject json) {
        this.file = file;
        this.json = json;
    }

    /// @param folder   a checkpoint folder
    /// @param defaults what the model does where the file, or a key of it, is missing
    /// @throws EngineException when the file is there but makes no sense
    public static Preprocess read(Path folder, Preprocess defaults) throws EngineException {
        Path file = folder.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return defaults;
        }
        try {
            JsonObject json = new Gson().fromJson(Files.readString(file), JsonObject.class);
            if (json == null) {
                throw new JsonParseException("empty");
            }
            PreprocessConfig config = new PreprocessConfig(file, json);
            return new Preprocess(config.sizing(defaults), config.filter(defaults), config.crop(defaults),
                    config.normalise(defaults), config.padded(defaults));
        } catch (IOException | JsonParseException e) {
            throw new EngineException(e, "image.settings", file, Message.of("image.settings.json"));
        }
    }

    /// Only LLaVA's own processor makes squares; to others `do_pad` means that the pictures of a batch become of one size.
    private boolean padded(Preprocess defaults) {
        JsonElement type = json.get("image_processor_type");
        boolean llava = type != null && type.isJsonPrimitive() && type.getAsString().startsWith("LlavaImageProcessor");
        return llava && json.has("do_pad") ? on("do_pad") : defaults.padded();
    }

    private Sizing sizing(Preprocess defaults) throws EngineException {
        JsonElement size = json.get("size");
        if (!on("do_resize") || size == null) {
            return defaults.sizing();
        }
        if (size.isJsonObject()) {
            JsonObject sides = size.getAsJsonObject();
            if (sides.has("shortest_edge")) {
                return shortest(side("size", sides.get("shortest_edge")), defaults);
            }
            return new Sizing.Exact(side("size", sides.get("width")), side("size", sides.get("height")));
        }
        int side = side("size", size);
        return defaults.sizing() instanceof Sizing.Exact ? new Sizing.Exact(side, side) : shortest(side, defaults);
    }

    private Sizing shortest(int side, Preprocess defaults) throws EngineException {
        if (json.has("size_divisor") || defaults.sizing() instanceof Sizing.MinMax) {
            int divisor = json.has("size_divisor") ? side("size_divisor", json.get("size_divisor")) : 32;
            return new Sizing.MinMax(side, Sizing.MinMax.vilt(side).longer(), divisor);
        }
        return new Sizing.ShortSide(side);
    }

    private Optional<Preprocess.Crop> crop(Preprocess defaults) throws EngineException {
        if (!json.has("do_center_crop")) {
            return json.has("size") && defaults.crop().isEmpty() ? Optional.empty() : cropSize(defaults);
        }
        return on("do_center_crop") ? cropSize(defaults) : Optional.empty();
    }

    private Optional<Preprocess.Crop> cropSize(Preprocess defaults) throws EngineException {
        JsonElement size = json.get("crop_size");
        if (size == null) {
            return defaults.crop();
        }
        if (size.isJsonObject()) {
            return Optional.of(new Preprocess.Crop(side("crop_size", size.getAsJsonObject().get("width")),
                    side("crop_size", size.getAsJsonObject().get("height")), true));
        }
        int side = side("crop_size", size);
        return Optional.of(new Preprocess.Crop(side, side, true));
    }

    private Filter filter(Preprocess defaults) throws EngineException {
        JsonElement code = json.get("resample");
        if (code == null || code.isJsonNull()) {
            return defaults.filter();
        }
        return switch (code.getAsString()) {
            case "1" -> Filter.LANCZOS;
            case "2" -> Filter.BILINEAR;
            case "3" -> Filter.BICUBIC;
            default -> throw wrong("resample", code);
        };
    }

    private Normalise normalise(Preprocess defaults) throws EngineException {
        if (!on("do_normalize")) {
            return Normalise.NONE;
        }
        List<Float> mean = floats("image_mean", defaults.normalise().mean());
        List<Float> std = floats("image_std", defaults.normalise().std());
        if (std.contains(0f)) {
            throw wrong("image_std", json.get("image_std"));
        }
        return new Normalise(mean, std);
    }

    private List<Float> floats(String key, List<Float> defaults) throws EngineException {
        JsonElement value = json.get(key);
        if (value == null || value.isJsonNull()) {
            return defaults;
        }
        if (!(value instanceof JsonArray array) || array.size() != 3) {
            throw wrong(key, value);
        }
        List<Float> floats = new ArrayList<>();
        for (JsonElement each : array) {
            try {
                floats.add(each.getAsFloat());
            } catch (NumberFormatException | UnsupportedOperationException | IllegalStateException e) {
                throw wrong(key, value);
            }
        }
        return floats;
    }

    private boolean on(String key) {
        JsonElement value = json.get(key);
        return value == null || !value.isJsonPrimitive() || value.getAsBoolean();
    }

    private int side(String key, JsonElement value) throws EngineException {
        try {
            int side = value == null ? 0 : value.getAsInt();
            if (side >= 1 && side <= LARGEST) {
                return side;
            }
        } catch (NumberFormatException | UnsupportedOperationException | IllegalStateException e) {
            throw wrong(key, value);
        }
        throw wrong(key, json.get(key));
    }

    private EngineException wrong(String key, JsonElement value) {
        return new EngineException("image.settings", file,
                Message.of("image.settings.value", key, String.valueOf(value)));
    }
}
