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
                    LargeFiles.write(file, shapes, brain ? "BF16" : "F16", 2, bytes::get);
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
        LargeFiles.llama7(folder);
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
                assertThat(words.getShape()).isEqualTo(new Shape(2, 4096));
                assertThat((System.nanoTime() - start) / 1e9).as("seconds").isLessThan(20);
                assertThat(Natives.resident().orElse(0L) - before).as("bytes read").isLessThan(300_000_000L);
            }
            return true;
        });
    }
}
