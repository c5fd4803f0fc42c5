package org.diptych.engine.models;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.model.Weight;

/// A checkpoint of any family and size with random weights, written without a tensor library: what a view or a command is shown when no weights ship.
public final class RandomModel {
    private RandomModel() {
    }

    /// @param config its own configuration, complete
    /// @param words  its vocabulary, one a row of the word table
    /// @return the folder
    public static Path save(Path folder, Family family, JsonObject config, List<String> words)
            throws EngineException, IOException {
        Map<String, Weight> weights = family.create(config, new ModelFiles(Optional.empty())).module().weights();
        SplittableRandom random = new SplittableRandom(11);
        JsonObject header = new JsonObject();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        for (Map.Entry<String, Weight> item : weights.entrySet()) {
            long[] shape = item.getValue().shape().getShape();
            JsonObject entry = new JsonObject();
            entry.addProperty("dtype", "F32");
            JsonArray sides = new JsonArray();
            int size = 1;
            for (long side : shape) {
                sides.add(side);
                size *= (int) side;
            }
            entry.add("shape", sides);
            JsonArray offsets = new JsonArray();
            offsets.add(data.size());
            ByteBuffer values = ByteBuffer.allocate(4 * size).order(ByteOrder.LITTLE_ENDIAN);
            boolean norm = shape.length == 1 && item.getKey().endsWith("weight");
            for (int i = 0; i < size; i++) {
                values.putFloat(norm ? 1 : shape.length == 1 ? 0 : (float) random.nextGaussian(0, 0.15));
            }
            data.writeBytes(values.array());
            offsets.add(data.size());
            entry.add("data_offsets", offsets);
            header.add(item.getKey(), entry);
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
        file.writeBytes(json);
        file.writeBytes(data.toByteArray());
        Files.createDirectories(folder);
        Files.write(folder.resolve("model.safetensors"), file.toByteArray());
        Files.writeString(folder.resolve("config.json"), config.toString());
        Files.write(folder.resolve("vocab.txt"), words);
        return folder;
    }
}
