package org.diptych.engine.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// The reference's tiny LLaVA as the two models that it was once put together of.
///
/// @param vision   folder of a CLIP's picture tower
/// @param language folder of a LLaMA with its tokenizer
public record TakenApart(Path vision, Path language) {
    public static final Path WHOLE = Path.of("golden/llava/v1_5_hf");
    public static final Path PROJECTOR = WHOLE.resolve("mm_projector.bin");

    public static TakenApart in(Path folder) throws IOException {
        Path vision = Files.createDirectories(folder.resolve("vision"));
        Path language = Files.createDirectories(folder.resolve("language"));
        JsonObject config = JsonParser.parseString(Files.readString(WHOLE.resolve("config.json"))).getAsJsonObject();
        Files.writeString(vision.resolve("config.json"), config.get("vision_config").toString());
        Files.writeString(language.resolve("config.json"), config.get("text_config").toString());
        Files.copy(WHOLE.resolve("tokenizer.model"), language.resolve("tokenizer.model"));
        part("vision_tower.", vision);
        part("language_model.", language);
        return new TakenApart(vision, language);
    }

    private static void part(String prefix, Path to) throws IOException {
        ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(WHOLE.resolve("model.safetensors")))
                .order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) all.getLong(0);
        JsonObject header = JsonParser.parseString(new String(all.array(), 8, length, StandardCharsets.UTF_8))
                .getAsJsonObject();
        JsonObject kept = new JsonObject();
        ByteArrayOutputStream numbers = new ByteArrayOutputStream();
        for (Map.Entry<String, JsonElement> item : header.entrySet()) {
            if (item.getKey().startsWith(prefix)) {
                JsonObject entry = item.getValue().getAsJsonObject().deepCopy();
                JsonArray at = entry.getAsJsonArray("data_offsets");
                int from = at.get(0).getAsInt();
                int size = at.get(1).getAsInt() - from;
                JsonArray now = new JsonArray();
                now.add(numbers.size());
                now.add(numbers.size() + size);
                entry.add("data_offsets", now);
                numbers.write(all.array(), 8 + length + from, size);
                kept.add(item.getKey().substring(prefix.length()), entry);
            }
        }
        byte[] json = kept.toString().getBytes(StandardCharsets.UTF_8);
        Files.write(to.resolve("model.safetensors"), ByteBuffer.allocate(8 + json.length + numbers.size())
                .order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).put(json).put(numbers.toByteArray()).array());
    }
}
