package org.diptych.engine.models.llava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.MemoryNeed;
import org.diptych.engine.checkpoint.CheckpointReader;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.generate.Decoder;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.models.Models;
import org.diptych.engine.work.Natives;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Half precision as the file's own pages, and files of the published sizes, which are made of nothing here: sparse.
@Tag("unit")
class LargeModelTest {
    private static final Path TINY = Path.of("golden/llava/v1_5_hf");
    @TempDir
    private Path folder;

    /// Header and place of a safetensors file; without `bytes` the numbers are a hole that reads as zeros.
    private static void write(Path file, Map<String, long[]> shapes, String type, int width,
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

    private static byte[] half(float[] values, boolean brain) {
        ByteBuffer out = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : values) {
            out.putShort(brain ? (short) (Float.floatToRawIntBits(v) + 0x8000 >>> 16) : Float.floatToFloat16(v));
        }
        return out.array();
    }

    @Test
    void halvesStayHalvesAndAnswerAsIfWidened() throws EngineException, IOException {
        for (boolean brain : List.of(false, true)) {
            Path file = folder.resolve(brain ? "brain.safetensors" : "half.safetensors");
            Files.copy(TINY.resolve("config.json"), folder.resolve("config.json"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            TestLane.run(context -> {
                Map<String, long[]> shapes = new LinkedHashMap<>();
                try (CheckpointReader reader = CheckpointReader.open(TINY.resolve("model.safetensors"))) {
                    Map<String, byte[]> bytes = new LinkedHashMap<>();
                    for (String name : reader.names()) {
                        shapes.put(name, reader.entry(name).shape());
                        bytes.put(name, half(reader.read(name, context.scope()).toFloatArray(), brain));
                    }
                    write(file, shapes, brain ? "BF16" : "F16", 2, bytes::get);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                try (NDManager a = TestLane.lane().scopes().weights();
                        NDManager b = TestLane.lane().scopes().weights()) {
                    Loader.Loaded kept = new Loader(Models.all()).keepingHalves().load(file, a);
                    Loader.Loaded wide = new Loader(Models.all()).load(file, b);
                    Weight weight = kept.model().module().weights().get("language_model.lm_head.weight");
                    assertThat(weight.half()).isTrue();
                    assertThat(kept.report().bytes()).isLessThan(wide.report().bytes());
                    for (Pass pass : List.of(Pass.INFER, Pass.READABLE)) {
                        List<float[]> got = logits((LlavaModel) kept.model(), pass, context.scope());
                        List<float[]> want = logits((LlavaModel) wide.model(), pass, context.scope());
                        for (int step = 0; step < 2; step++) { // a single word is computed in the weights' own format
                            float largest = 0;
                            for (float v : want.get(step)) {
                                largest = Math.max(largest, Math.abs(v));
                            }
                            assertThat(got.get(step)).containsExactly(want.get(step),
                                    within((brain ? 0.03f : 0.01f) * largest));
                        }
                    }
                }
                return true;
            });
        }
    }

    private static List<float[]> logits(LlavaModel model, Pass pass, NDManager scope) {
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("input_ids", Splice.tensor(scope, new long[][]{{1, 384, 7, 9}}));
        tensors.put("pixel_values", scope.ones(new Shape(1, 3, 28, 28)));
        List<float[]> out = new ArrayList<>();
        new Decoder(Decoding.greedy(2)).with((Decoder.Listener) m -> out.add(m.logits())).write(model, pass,
                new Inputs(tensors, List.of()));
        return out;
    }

    /// LLaMA-7B in three shards of fp16: 13.5 GB that take no place on the disk.
    @Test
    void sevenBillionParametersOpenAtOnceAndReadOnlyWhatIsAsked() throws EngineException, IOException {
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

        MemoryNeed need = new Loader(Models.all()).keepingHalves().need(folder);
        assertThat(need.file()).isBetween(13_000_000_000L, 14_000_000_000L);
        assertThat(need.memory()).as("little is widened: the projector, and a small picture tower").isCloseTo(
                need.file(),
                within(40_000_000L));
        assertThat(new Loader(Models.all()).need(folder).memory()).isGreaterThan(26_000_000_000L);

        TestLane.run(context -> {
            long before = Natives.resident().orElse(0L);
            long start = System.nanoTime();
            try (NDManager weights = TestLane.lane().scopes().weights()) {
                Loader.Loaded loaded = new Loader(Models.all()).keepingHalves().load(folder, weights);
                assertThat(loaded.report().parameters()).isGreaterThan(6_700_000_000L);
                NDArray words = ((LlavaModel) loaded.model()).language()
                        .embed(context.scope().create(new long[]{5, 31_000}));
                assertThat(words.getShape()).isEqualTo(new Shape(2, width));
                assertThat((System.nanoTime() - start) / 1e9).as("seconds").isLessThan(20);
                assertThat(Natives.resident().orElse(0L) - before).as("bytes read").isLessThan(300_000_000L);
            }
            return true;
        });
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
