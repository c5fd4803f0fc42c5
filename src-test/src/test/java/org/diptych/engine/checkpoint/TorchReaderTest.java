package org.diptych.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Texts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The values themselves are held to PyTorch's own by the golden test of `forms`.
@Tag("unit")
class TorchReaderTest {
    private static final Path FORMS = Path.of("golden/forms/files");

    @TempDir
    private Path folder;
    private final Set<String> read = new HashSet<>();

    static Stream<Path> forms() throws IOException {
        try (Stream<Path> files = Files.list(FORMS)) {
            return files.sorted().toList().stream();
        }
    }

    private void readableOnce(EngineException told) {
        if (read.add(told.key())) {
            Refusal.readable(told);
        }
    }

    private Path save(Pickle pickle) {
        return Pickle.save(folder.resolve("x.pt"), pickle.end());
    }

    @Test
    void whatLeadsToTheTensorsIsReported() throws EngineException {
        try (CheckpointReader bare = CheckpointReader.open(FORMS.resolve("bare.legacy.bin"));
                CheckpointReader legacy = CheckpointReader.open(FORMS.resolve("nested.legacy.pth"));
                CheckpointReader zip = CheckpointReader.open(FORMS.resolve("nested.zip.pth"));
                CheckpointReader lightning = CheckpointReader.open(FORMS.resolve("lightning.zip.ckpt"))) {
            assertThat(bare.path()).isEmpty();
            assertThat(bare.form()).isEqualTo("torch legacy");
            assertThat(bare.inert()).isEmpty();
            assertThat(legacy.path()).containsExactly("state_dict", "module.");
            assertThat(legacy.names()).isEqualTo(bare.names());
            assertThat(legacy.inert()).contains("argparse.Namespace", "numpy.core.multiarray.scalar");
            assertThat(zip.path()).containsExactly("model");
            assertThat(zip.form()).isEqualTo("torch zip");
            assertThat(lightning.path()).containsExactly("state_dict");
            assertThat(lightning.inert()).as("a class that is only named").anyMatch(n -> n.contains("callbacks"));
        }
    }

    @Test
    void aScriptsClassesAreNamedWithoutTheCompilersNumbers() throws EngineException {
        try (CheckpointReader script = CheckpointReader.open(Path.of("golden/clip/openai/ViT-B-32.pt"))) {
            assertThat(script.form()).isEqualTo("TorchScript");
            assertThat(script.inert()).isNotEmpty().allMatch(n -> n.startsWith("__torch__."))
                    .noneMatch(n -> n.contains("mangle")).doesNotHaveDuplicates();
        }
    }

    @ParameterizedTest
    @MethodSource("forms")
    void everyCutFileIsRefused(Path form) throws IOException {
        byte[] whole = Files.readAllBytes(form);
        for (int length = 0; length < whole.length; length += 5) {
            Path cut = Files.write(folder.resolve("cut.bin"), Arrays.copyOf(whole, length));
            try (CheckpointReader reader = CheckpointReader.open(cut)) {
                throw new AssertionError(length + " of " + whole.length + " bytes were taken for " + reader.names());
            } catch (EngineException e) {
                readableOnce(e);
            }
        }
    }

    private Path write(byte[] bytes) {
        try {
            return Files.write(folder.resolve("wrong.bin"), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A file with one wrong byte is read or refused; nothing else may happen.
    @ParameterizedTest
    @MethodSource("forms")
    void everyWrongByteIsReadOrRefused(Path form) throws Exception {
        byte[] whole = Files.readAllBytes(form);
        TestLane.run(context -> {
            for (int at = 0; at < whole.length; at += 5) {
                byte[] wrong = whole.clone();
                wrong[at] ^= (byte) (at % 2 == 0 ? 0xff : 1 << at % 7);
                Path file = write(wrong);
                try (CheckpointReader reader = CheckpointReader.open(file);
                        NDManager scope = context.scope().newSubManager()) {
                    for (String name : at % 9 == 0 ? reader.names() : Set.<String>of()) {
                        reader.read(name, scope);
                    }
                } catch (EngineException e) {
                    readableOnce(e);
                }
            }
            return 0;
        });
    }

    @Test
    void nothingIsCalledThatTheTensorsDoNotNeed() throws Exception {
        Path file = save(new Pickle().op('}').text("hook").global("os", "system").op('(').text("touch x").op('t', 'R')
                .op('s').text("w").four("0").op('s'));
        TestLane.run(context -> {
            try (CheckpointReader reader = CheckpointReader.open(file)) {
                assertThat(reader.names()).containsExactly("w");
                assertThat(reader.inert()).containsExactly("os.system");
                assertThat(reader.read("w", context.scope()).toFloatArray()).containsExactly(0, 1, 2, 3);
            }
            return 0;
        });
    }

    @Test
    void tensorsBehindForeignCodeAreRefused() {
        Pickle made = new Pickle().global("os", "system").op('(', '}').text("w").four("0").op('s', 't', 'R');
        assertThat(Refusal.ofOpening(save(made), "checkpoint.class").why(Texts.ENGLISH)).contains("os.system");
        Pickle path = new Pickle().op('}').text("state_dict").global("my.pkg", "Weights").op(')', 'R', '}').text("w")
                .four("0").op('s', 'b', 's');
        assertThat(Refusal.ofOpening(save(path), "checkpoint.class").why(Texts.ENGLISH)).contains("my.pkg.Weights");
        Pickle among = new Pickle().op('}').text("w").four("0").op('s').text("q").tensorBy("_rebuild_qtensor",
                "FloatStorage", "1", 4, 0, new long[]{4}, new long[]{1}).op('s');
        assertThat(Refusal.ofOpening(save(among), "checkpoint.class").why(Texts.ENGLISH)).contains("_rebuild_qtensor");
    }

    @Test
    void damagedPicklesAreRefused() {
        Map<String, Pickle> hostile = Map.ofEntries(Map.entry("checkpoint.opcode 1", new Pickle().op('}', 0x97)),
                Map.entry("checkpoint.opcode 2", new Pickle().op(0x82, 1)),
                Map.entry("checkpoint.pickle nothing", new Pickle()),
                Map.entry("checkpoint.pickle append", new Pickle().op('}').text("x").op('a')),
                Map.entry("checkpoint.pickle top", new Pickle().op('2')),
                Map.entry("checkpoint.pickle remember", new Pickle().op('q', 0)),
                Map.entry("checkpoint.pickle mark", new Pickle().op('}', 'u')),
                Map.entry("checkpoint.pickle object", new Pickle().op('(', 'o')),
                Map.entry("checkpoint.pickle odd", new Pickle().op('}', '(').text("x").op('u')),
                Map.entry("checkpoint.pickle memo", new Pickle().op('h', 9)),
                Map.entry("checkpoint.pickle kind", new Pickle().text("x").text("y").op('R')),
                Map.entry("checkpoint.pickle number", new Pickle().op('I', 'x', '\n')),
                Map.entry("checkpoint.pickle digits",
                        new Pickle().op('L').raw("9".repeat(2000).getBytes()).op('L', '\n')),
                Map.entry("checkpoint.pickle persistent", new Pickle().text("x").op('Q')),
                Map.entry("checkpoint.pickle numberless",
                        new Pickle().global("torch._utils", "_rebuild_tensor_v2").op(')', 'R')),
                Map.entry("checkpoint.truncated text", new Pickle().op('X', 0xff, 0xff, 0xff, 0x7f)),
                Map.entry("checkpoint.truncated negative", new Pickle().op('X', 0xff, 0xff, 0xff, 0xff)),
                Map.entry("checkpoint.weightless number", new Pickle().number(3)),
                Map.entry("checkpoint.weightless empty", new Pickle().op('}')),
                Map.entry("checkpoint.dtype", new Pickle().storage("ComplexFloatStorage", "0", 4)));
        hostile.forEach((key, pickle) -> Refusal.ofOpening(save(pickle), key.split(" ")[0]));
    }

    @Test
    void aDictionaryThatHoldsItselfEnds() {
        Refusal.ofOpening(save(new Pickle().op('}', 'q', 0).text("model").op('h', 0, 's').text("w").four("0").op('s')),
                "checkpoint.pickle");
        Pickle deep = new Pickle().op('}');
        for (int i = 0; i < 100_000; i++) {
            deep.text("model").op('}');
        }
        deep.text("w").four("0").op('s');
        for (int i = 0; i < 100_000; i++) {
            deep.op('s');
        }
        Refusal.ofOpening(save(deep), "checkpoint.pickle");
    }

    @Test
    void instructionsWithoutEndAreBounded() {
        Pickle endless = new Pickle();
        byte[] many = new byte[6_000_000];
        Arrays.fill(many, (byte) 'N');
        Refusal.ofOpening(save(endless.raw(many)), "checkpoint.pickle");
    }

    private Path oneTensor(String type, String key, long size, long offset, long[] shape, long... stride) {
        return save(new Pickle().op('}').text("w").tensor(type, key, size, offset, shape, stride).op('s'));
    }

    @Test
    void tensorsStayInsideTheirStorage() {
        long[] four = {4};
        String type = "FloatStorage";
        Refusal.ofOpening(oneTensor(type, "0", 4, 1, four, 1), "checkpoint.shape");
        Refusal.ofOpening(oneTensor(type, "0", 4, -1, four, 1), "checkpoint.shape");
        Refusal.ofOpening(oneTensor(type, "0", 4, 3, four, -1), "checkpoint.shape");
        Refusal.ofOpening(oneTensor(type, "0", 4, 0, new long[]{2, 2}, 1), "checkpoint.shape");
        Refusal.ofOpening(oneTensor(type, "0", 4, 0, new long[]{1L << 40, 1L << 40}, 1, 1), "checkpoint.shape");
        Refusal.ofOpening(oneTensor(type, "0", 5, 0, four, 1), "checkpoint.truncated");
        Refusal.ofOpening(oneTensor("DoubleStorage", "0", 1L << 60, 0, four, 1), "checkpoint.truncated");
        Refusal.ofOpening(oneTensor(type, "absent", 4, 0, four, 1), "checkpoint.truncated");
    }

    @Test
    void aViewOfOneNumberCannotBecomeAnAbsurdTensor() throws Exception {
        Path file = save(new Pickle().op('}').text("w")
                .tensor("FloatStorage", "0", 4, 0, new long[]{1L << 40}, new long[]{0}).op('s').text("x")
                .tensor("FloatStorage", "0", 4, 1, new long[]{3}, new long[]{0}).op('s'));
        TestLane.run(context -> {
            try (CheckpointReader reader = CheckpointReader.open(file)) {
                Refusal.of(() -> reader.read("w", context.scope()), "checkpoint.huge");
                NDArray repeated = reader.read("x", context.scope());
                assertThat(repeated.toFloatArray()).containsExactly(1, 1, 1);
                assertThat(reader.mapped("x")).isFalse();
            }
            return 0;
        });
    }

    @Test
    void aScriptIsRefusedOnlyWhereTensorsHideInForeignObjects() throws Exception {
        Pickle sound = new Pickle().global("__torch__", "Net").op(')', 0x81, '}').text("w").four("0").op('s')
                .text("padding").global("torch.jit._pickle", "build_intlist").op('(', ']').number(1).op('a', 't', 'R')
                .op('s', 'b');
        Map<String, byte[]> entries = Pickle.archive(sound.end());
        entries.put("archive/constants.pkl", new Pickle().op(')').end());
        try (CheckpointReader reader = CheckpointReader.open(Pickle.zip(folder.resolve("s.pt"), entries))) {
            assertThat(reader.names()).containsExactly("w");
            assertThat(reader.inert()).containsExactly("__torch__.Net", "torch.jit._pickle.build_intlist");
        }
        Pickle hidden = new Pickle().global("__torch__", "Net").op(')', 0x81, '}').text("w").global("evil", "Tensor")
                .op('(').four("0").op('t', 'R', 's', 'b');
        entries.put("archive/data.pkl", hidden.end());
        Refusal.ofOpening(Pickle.zip(folder.resolve("s.pt"), entries), "checkpoint.class");
    }

    @Test
    void aKeyOfTheWritersOwnIsFound() throws EngineException {
        Path file = save(new Pickle().op('}').text("epoch").number(3).op('s').text("ema").op('}').text("w").four("0")
                .op('s').text("v").four("1").op('s', 's'));
        try (CheckpointReader reader = CheckpointReader.open(file)) {
            assertThat(reader.path()).containsExactly("ema");
            assertThat(reader.names()).containsExactly("w", "v");
        }
    }

    /// The form from before version 1.6: magic number, protocol, machine, tensors, names of storages, then the storages.
    private Path legacy(Pickle machine, Pickle tensors) throws IOException {
        Pickle magic = new Pickle().op(0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19);
        ByteBuffer numbers = ByteBuffer.allocate(2 * 24).order(ByteOrder.LITTLE_ENDIAN);
        for (int storage = 0; storage < 2; storage++) {
            numbers.putLong(4).putFloat(storage).putFloat(1).putFloat(2).putFloat(3);
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Pickle part : List.of(magic, new Pickle().number(1001), machine, tensors,
                new Pickle().op(']', '(').text("0").text("1").op('e'))) {
            all.writeBytes(part.end());
        }
        all.writeBytes(numbers.array());
        return Files.write(folder.resolve("legacy.bin"), all.toByteArray());
    }

    private static Pickle machine(int littleEndian) {
        return new Pickle().op('}').text("little_endian").op(littleEndian).op('s');
    }

    @Test
    void storagesThatNothingLeadsToAreStillCounted() throws Exception {
        Pickle tensors = new Pickle().op('}').text("hidden").four("0").op('0', '0').text("w").four("1").op('s');
        Path file = legacy(machine(0x88), tensors);
        TestLane.run(context -> {
            try (CheckpointReader reader = CheckpointReader.open(file)) {
                assertThat(reader.names()).containsExactly("w");
                assertThat(reader.read("w", context.scope()).toFloatArray()).containsExactly(1, 1, 2, 3);
            }
            return 0;
        });
    }

    @Test
    void theOtherByteOrderIsTold() throws IOException {
        Pickle tensors = new Pickle().op('}').text("v").four("0").op('s').text("w").four("1").op('s');
        Refusal.ofOpening(legacy(machine(0x89), tensors), "checkpoint.endian");
    }
}
