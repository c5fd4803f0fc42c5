package org.diptych.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.Texts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("unit")
class SafetensorsReaderTest {
    private static final String ONE = "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}";

    @TempDir
    private Path folder;

    private Path file(String header, int dataBytes) throws IOException {
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        return raw(json.length, json, dataBytes);
    }

    private Path raw(long length, byte[] json, int dataBytes) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        all.putLong(length).put(json);
        for (int i = 0; i < dataBytes / 4; i++) {
            all.putFloat(i + 1);
        }
        return Files.write(folder.resolve("x.safetensors"), all.array());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "checkpoint.overlap   | {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}}",
            "checkpoint.dtype     | {'a':{'dtype':'F31','shape':[2],'data_offsets':[0,8]}}",
            "checkpoint.dtype     | {'a':{'shape':[2],'data_offsets':[0,8]}}",
            "checkpoint.shape     | {'a':{'dtype':'F64','shape':[2],'data_offsets':[0,8]}}",
            "checkpoint.shape     | {'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}",
            "checkpoint.shape     | {'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}",
            "checkpoint.shape     | {'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}}",
            "checkpoint.shape     | {'a':{'dtype':'F32','shape':[2],'data_offsets':[0]}}",
            "checkpoint.shape     | {'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,0]}}",
            "checkpoint.shape     | {'a':{'dtype':'F32','shape':[4611686018427387904],'data_offsets':[0,0]}}",
            "checkpoint.truncated | {'a':{'dtype':'F32','shape':[40],'data_offsets':[0,160]}}",
            "checkpoint.duplicate | {'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}",
            "checkpoint.header.json | {'a':{'dtype':'F32','shape':2,'data_offsets':[0,8]}}",
            "checkpoint.header.json | {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,99999999999999999999]}}",
            "checkpoint.header.json | {'a':[]}", "checkpoint.header.json | {'a':{",
            "checkpoint.header.json | [1,2]", "checkpoint.header.json | {} {}"})
    void aContradictionIsRefused(String key, String header) throws IOException {
        Refusal.ofOpening(file(header, 16), key);
    }

    @Test
    void theHeadersLengthIsBounded() throws IOException {
        byte[] json = "{}".getBytes(StandardCharsets.UTF_8);
        Refusal.ofOpening(raw(1L << 40, json, 0), "checkpoint.header");
        Refusal.ofOpening(raw(-1, json, 0), "checkpoint.header");
        Refusal.ofOpening(raw(0, json, 0), "checkpoint.header");
        Refusal.ofOpening(raw(100_000, json, 0), "checkpoint.truncated");
    }

    @Test
    void anEmptyFileAndAnAbsentOneAreTold() throws IOException {
        Refusal.ofOpening(Files.createFile(folder.resolve("empty.safetensors")), "checkpoint.empty");
        assertThat(Refusal.ofOpening(folder.resolve("absent.safetensors"), "checkpoint.absent").what(Texts.ENGLISH))
                .contains("absent.safetensors");
    }

    @Test
    void aHeaderNestedWithoutEndIsRefused() throws IOException {
        Refusal.ofOpening(file("{'__metadata__':" + "[".repeat(100_000) + "]".repeat(100_000) + "}", 0),
                "checkpoint.header.json");
    }

    @Test
    void everyCutFileIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(file(ONE, 8));
        for (int length = 0; length < whole.length; length++) {
            Path cut = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(whole, length));
            Refusal.ofOpening(cut, length == 0 ? "checkpoint.empty" : "checkpoint.truncated");
        }
    }

    @Test
    void tensorsAreReadWhereTheyLieEvenOnOddBytes() throws Exception {
        for (String padding : new String[]{"", " ", "  ", "   "}) {
            Path file = file(ONE + padding, 8);
            TestLane.run(context -> {
                try (CheckpointReader reader = CheckpointReader.open(file)) {
                    int header = ONE.length() + padding.length();
                    assertThat(reader.mapped("a")).isEqualTo(header % 4 == 0);
                    NDArray read = reader.read("a", context.scope());
                    assertThat(read.toFloatArray()).containsExactly(1, 2);
                    assertThat(read.add(1).toFloatArray()).containsExactly(2, 3);
                }
                return 0;
            });
        }
    }

    @Test
    void shortFormatsAreWidenedExactly() throws Exception {
        short[] bf16 = {0x3f80, (short) 0xc000, 0x0001, 0x7f80, (short) 0x8000};
        ByteBuffer data = ByteBuffer.allocate(2 * 65536 + 2 * bf16.length + 7).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 65536; i++) {
            data.putShort((short) i);
        }
        for (short number : bf16) {
            data.putShort(number);
        }
        data.putShort((short) -7).putShort(Short.MAX_VALUE).put((byte) 200).putShort(Float.floatToFloat16(1.5f));
        byte[] json = ("{\"half\":{\"dtype\":\"F16\",\"shape\":[65536],\"data_offsets\":[0,131072]},"
                + "\"brain\":{\"dtype\":\"BF16\",\"shape\":[5],\"data_offsets\":[131072,131082]},"
                + "\"short\":{\"dtype\":\"I16\",\"shape\":[2],\"data_offsets\":[131082,131086]},"
                + "\"byte\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[131086,131087]},"
                + "\"odd\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[131087,131089]}}")
                .getBytes(StandardCharsets.UTF_8);
        Path file = Files.write(folder.resolve("x.safetensors"),
                ByteBuffer.allocate(8 + json.length + data.capacity()).order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(json.length).put(json).put(data.flip()).array());
        TestLane.run(context -> {
            try (CheckpointReader reader = CheckpointReader.open(file)) {
                NDArray half = reader.read("half", context.scope());
                assertThat(half.getDataType()).isEqualTo(DataType.FLOAT32);
                float[] wide = half.toFloatArray();
                for (int i = 0; i < 65536; i++) {
                    float want = Float.float16ToFloat((short) i);
                    assertThat(Float.isNaN(want)
                            ? Float.isNaN(wide[i])
                            : Float.floatToRawIntBits(want) == Float
                                    .floatToRawIntBits(wide[i]))
                            .as("fp16 %x", i).isTrue();
                }
                assertThat(reader.read("brain", context.scope()).toFloatArray()).containsExactly(1, -2,
                        Float.intBitsToFloat(0x10000), Float.POSITIVE_INFINITY, -0f);
                assertThat(reader.read("short", context.scope()).toIntArray()).containsExactly(-7, Short.MAX_VALUE);
                assertThat(reader.read("byte", context.scope()).toUint8Array()).containsExactly(200);
                assertThat(reader.read("odd", context.scope()).toFloatArray()).containsExactly(1.5f);
            }
            return 0;
        });
    }
}
