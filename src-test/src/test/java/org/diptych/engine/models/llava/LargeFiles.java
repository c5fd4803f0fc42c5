package org.diptych.engine.models.llava;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Checkpoints of many gigabytes that take no place on the disk.
public final class LargeFiles {
    private LargeFiles() {
    }

    /// Header and place of a safetensors file; without `bytes` the numbers are a hole that reads as zeros.
    static void write(Path file, Map<String, long[]> shapes, String type, int width,
            java.util.function.Function<String, byte[]> bytes) throws IOException {
        JsonObject header = new JsonObject();
        long at = 0;
        for (Map.Entry<String, long[]> item : shapes.entrySet()) {
            JsonObject entry = new JsonObject();
            entry.addProperty("dtype", type);
            JsonArray shape = new JsonArray();
            long size = width;
            for (long n : item.getValue()) {
                shape.add(n);
                size *= n;
            }
            entry.add("shape", shape);
            JsonArray offsets = new JsonArray();
            offsets.add(at);
            at += size;
            offsets.add(at);
            entry.add("data_offsets", offsets);
            header.add(item.getKey(), entry);
        }
        byte[] json = (header + " ".repeat(8 - header.toString().length() % 8)).getBytes(StandardCharsets.UTF_8);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length).array());
            out.write(json);
            for (String name : bytes == null ? List.<String>of() : List.copyOf(shapes.keySet())) {
                out.write(bytes.apply(name));
            }
            out.setLength(8 + json.length + at);
        }
    }

    /// LLaMA-7B behind a small picture tower, in three shards of fp16.
    public static void llama7(Path folder) throws IOException {
        int width = 4096;
        int layers = 32;
        Map<String, String> index = new LinkedHashMap<>();
        for (int shard = 0; shard < 3; shard++) {
            Map<String, long[]> shapes = new LinkedHashMap<>();
            if (shard == 0) {
                shapes.put("language_model.model.embed_tokens.weight", new long[]{32064, width});
                shapes.put("language_model.lm_head.weight", new long[]{32064, width});
                shapes.put("language_model.model.norm.weight", new long[]{width});
                small(shapes);
            }
            for (int layer = shard * 11; layer < Math.min(layers, (shard + 1) * 11); layer++) {
                String at = "language_model.model.layers." + layer + ".";
                for (String name : List.of("q", "k", "v", "o")) {
                    shapes.put(at + "self_attn." + name + "_proj.weight", new long[]{width, width});
                }
                shapes.put(at + "mlp.gate_proj.weight", new long[]{11008, width});
                shapes.put(at + "mlp.up_proj.weight", new long[]{11008, width});
                shapes.put(at + "mlp.down_proj.weight", new long[]{width, 11008});
                shapes.put(at + "input_layernorm.weight", new long[]{width});
                shapes.put(at + "post_attention_layernorm.weight", new long[]{width});
            }
            String name = "model-0000" + (shard + 1) + "-of-00003.safetensors";
            write(folder.resolve(name), shapes, "F16", 2, null);
            shapes.keySet().forEach(n -> index.put(n, name));
        }
        JsonObject map = new JsonObject();
        index.forEach(map::addProperty);
        JsonObject json = new JsonObject();
        json.add("weight_map", map);
        Files.writeString(folder.resolve("model.safetensors.index.json"), json.toString());
    }

    private static void small(Map<String, long[]> shapes) {
        String at = "vision_tower.vision_model.";
        shapes.put(at + "embeddings.class_embedding", new long[]{64});
        shapes.put(at + "embeddings.patch_embedding.weight", new long[]{64, 3, 14, 14});
        shapes.put(at + "embeddings.position_embedding.weight", new long[]{5, 64});
        for (String norm : List.of("pre_layrnorm", "post_layernorm", "encoder.layers.0.layer_norm1",
                "encoder.layers.0.layer_norm2")) {
            shapes.put(at + norm + ".weight", new long[]{64});
            shapes.put(at + norm + ".bias", new long[]{64});
        }
        for (String name : List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj",
                "mlp.fc1", "mlp.fc2")) {
            shapes.put(at + "encoder.layers.0." + name + ".weight", new long[]{64, 64});
            shapes.put(at + "encoder.layers.0." + name + ".bias", new long[]{64});
        }
        shapes.put("multi_modal_projector.linear_1.weight", new long[]{4096, 64});
        shapes.put("multi_modal_projector.linear_1.bias", new long[]{4096});
        shapes.put("multi_modal_projector.linear_2.weight", new long[]{4096, 4096});
        shapes.put("multi_modal_projector.linear_2.bias", new long[]{4096});
    }
}
