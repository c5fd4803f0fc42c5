package org.diptych.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Folders, shards, and what is written.
@Tag("unit")
class CheckpointFilesTest {
    @TempDir
    private Path folder;

    private Path pickle(String file, String... names) {
        Pickle pickle = new Pickle().op('}');
        for (String name : names) {
            pickle.text(name).four("1").op('s');
        }
        return Pickle.save(folder.resolve(file), pickle.end());
    }

    private Path index(String json) throws IOException {
        return Files.writeString(folder.resolve("pytorch_model.bin.index.json"), json.replace('\'', '"'));
    }

    private static List<String> names(Path path) throws EngineException {
        try (CheckpointReader reader = CheckpointReader.open(path)) {
            return List.copyOf(reader.names());
        }
    }

    @Test
    void aFoldersCheckpointIsTheStandardOne() throws Exception {
        Refusal.ofOpening(folder, "checkpoint.nothing");
        pickle("b.pt", "only");
        assertThat(names(folder)).containsExactly("only");
        pickle("c.ckpt", "other");
        Refusal.ofOpening(folder, "checkpoint.several");
        pickle("pytorch_model.bin", "pytorch");
        assertThat(names(folder)).containsExactly("pytorch");
        pickle("s1.bin", "shard");
        index("{'weight_map':{'shard':'s1.bin'}}");
        assertThat(names(folder)).containsExactly("shard");
        TestLane.run(context -> {
            SafetensorsWriter.write(folder.resolve("model.safetensors"),
                    Map.of("safe", context.scope().ones(new Shape(1))), Map.of());
            return 0;
        });
        assertThat(names(folder)).containsExactly("safe");
    }

    @Test
    void shardsAreOneFile() throws Exception {
        pickle("s1.bin", "module.a", "module.b");
        pickle("s2.bin", "module.c");
        Path index = index("{'weight_map':{'module.a':'s1.bin','module.c':'s2.bin','module.b':'s1.bin'}}");
        TestLane.run(context -> {
            try (CheckpointReader reader = CheckpointReader.open(index)) {
                assertThat(reader.names()).containsExactly("a", "c", "b");
                assertThat(reader.path()).containsExactly("module.");
                assertThat(reader.form()).isEqualTo("torch zip");
                assertThat(reader.mapped("c")).isTrue();
                assertThat(reader.read("c", context.scope()).toFloatArray()).containsExactly(4, 5, 6, 7);
            }
            return 0;
        });
    }

    @Test
    void aDamagedIndexIsRefused() throws IOException {
        pickle("s1.bin", "a");
        for (String bad : List.of("", "[]", "{}", "{'weight_map':3}", "{'weight_map':{}}",
                "{'weight_map':{'a':['s1.bin']}}", "{'weight_map':{'a':'../s1.bin'}}",
                "{'weight_map':{'a':'/etc/passwd'}}", "{'weight_map':{'a':'..'}}", "{'weight_map':{'a':''}}",
                "{'weight_map':{'z':'s1.bin'}}", "{'weight_map':" + "[".repeat(50_000))) {
            Refusal.ofOpening(index(bad), "checkpoint.index");
        }
        Refusal.ofOpening(index("{'weight_map':{'a':'absent.bin'}}"), "checkpoint.shard");
        Files.writeString(folder.resolve("s2.bin"), "");
        Refusal.ofOpening(index("{'weight_map':{'a':'s1.bin','b':'s2.bin'}}"), "checkpoint.empty");
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        Path file = folder.resolve("new/x.safetensors");
        TestLane.run(context -> {
            NDManager scope = context.scope();
            Map<String, NDArray> all = new LinkedHashMap<>();
            all.put("f32", scope.randomNormal(new Shape(3, 5)));
            all.put("turned", all.get("f32").transpose(1, 0));
            all.put("f64", scope.create(new double[]{Math.PI, -0.0}));
            all.put("i64", scope.create(new long[]{Long.MIN_VALUE, 7}));
            all.put("i32", scope.create(new int[]{-3}));
            all.put("u8", scope.create(new byte[]{1, -1}, new Shape(2)).toType(DataType.UINT8, true));
            all.put("yes", scope.create(new boolean[]{true, false, true}));
            all.put("scalar", scope.create(0.5f));
            all.put("empty", scope.create(new Shape(0, 4)));
            SafetensorsWriter.write(file, all, Map.of("note", "“中文”"));
            try (CheckpointReader reader = CheckpointReader.open(folder.resolve("new"))) {
                assertThat(reader.names()).containsExactlyElementsOf(all.keySet());
                for (Map.Entry<String, NDArray> item : all.entrySet()) {
                    NDArray read = reader.read(item.getKey(), scope);
                    assertThat(read.getShape()).as(item.getKey()).isEqualTo(item.getValue().getShape());
                    assertThat(read.getDataType()).as(item.getKey()).isEqualTo(item.getValue().getDataType());
                    assertThat(item.getValue().size() == 0 || read.contentEquals(item.getValue())).as(item.getKey())
                            .isTrue();
                }
                assertThat(reader.mapped("f32")).isTrue();
            }
            return 0;
        });
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).contains("__metadata__");
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertThat(left).containsExactly(file);
        }
    }

    @Test
    void aFileThatCannotBeWrittenLeavesTheOldOne() throws Exception {
        Path blocked = folder.resolve("x.safetensors");
        Files.createDirectories(blocked.resolve("full"));
        TestLane.run(context -> Refusal.of(
                () -> SafetensorsWriter.write(blocked, Map.of("a", context.scope().ones(new Shape(1))), Map.of()),
                "file.write"));
        assertThat(blocked.resolve("full")).isDirectory();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(blocked);
        }
    }

    @Test
    void contentIsToldApart() throws Exception {
        // FIPS 180-2, appendix B.1
        String abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assertThat(Sha256.of("abc".getBytes(StandardCharsets.US_ASCII))).isEqualTo(abc);
        assertThat(Sha256.of(Files.writeString(folder.resolve("abc"), "abc"))).isEqualTo(abc);
        Refusal.of(() -> Sha256.of(folder.resolve("absent")), "checkpoint.unreadable");
    }

    @Test
    void everyKnownLayoutIsNearestToItself() {
        List<KnownLayouts.Known> all = KnownLayouts.read();
        assertThat(all.stream().map(KnownLayouts.Known::family).distinct()).hasSize(12);
        for (KnownLayouts.Known known : all) {
            KnownLayouts.Known nearest = KnownLayouts.nearest(known.names()).orElseThrow();
            assertThat(nearest.family() + " " + nearest.layout()).isEqualTo(known.family() + " " + known.layout());
            List<String> half = new TreeSet<>(known.names()).stream().limit(known.names().size() / 2 + 1).toList();
            assertThat(KnownLayouts.nearest(new TreeSet<>(half)).orElseThrow().names()).containsAll(half);
        }
        assertThat(KnownLayouts.nearest(new TreeSet<>(List.of("conv1.weight", "fc.bias")))).isEmpty();
    }
}
