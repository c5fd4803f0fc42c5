package org.diptych.engine.data.regions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.diptych.engine.data.regions.RegionBytes.base64;
import static org.diptych.engine.data.regions.RegionBytes.bytes;
import static org.diptych.engine.data.regions.RegionBytes.longs;
import static org.diptych.engine.data.regions.RegionBytes.npy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionPlace;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.Texts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Region files made byte by byte, sound ones and others.
@Tag("unit")
class RegionFileTest {
    private static final Picture PICTURE = new Picture(40, 20, new byte[40 * 20 * 3], "COCO_val2014_000000000042.jpg");
    @TempDir
    Path folder;

    private Path npz(String name, Map<String, byte[]> entries) throws IOException {
        return RegionBytes.npz(folder.resolve(name), entries);
    }

    private static Regions read(Path file) throws EngineException {
        return RegionFile.read(RegionPlace.whole(file), PICTURE, () -> {
        });
    }

    private static EngineException refused(Path file, String key) {
        EngineException told = assertThatExceptionOfType(EngineException.class).isThrownBy(() -> read(file)).actual();
        assertThat(told.key()).as(told.getMessage()).isEqualTo(key);
        for (Texts texts : new Texts[]{Texts.ENGLISH, Texts.CHINESE}) {
            for (String text : new String[]{told.what(texts), told.why(texts), told.todo(texts)}) {
                assertThat(text).isNotBlank().doesNotContain("Exception", "org.diptych", "null")
                        .doesNotContainPattern("\\{\\d");
            }
        }
        return told;
    }

    private static void assertTwo(Regions read) {
        assertThat(read.boxes()).containsExactly(new Box(0, 0, 20, 10), new Box(10, 5, 40, 20));
        assertThat(read.features()[0]).containsExactly(1, 2, 3);
        assertThat(read.features()[1]).containsExactly(4, 5, 6);
    }

    @Test
    void sharesOfAPictureIn16Bits() throws Exception {
        short[] halves = {0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600};
        ByteBuffer half = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        for (short h : halves) {
            half.putShort(h);
        }
        Map<String, byte[]> fields = new LinkedHashMap<>();
        fields.put("norm_bb", npy("2, 6", 0, 0, 0.5f, 0.5f, 0.5f, 0.5f, 0.25f, 0.25f, 1, 1, 0.75f, 0.75f));
        fields.put("features", npy("<f2", "False", "2, 3", half.array()));
        fields.put("conf", npy("2,", 0.9f, 0.3f));
        fields.put("allow_pickle", npy("|b1", "False", "", new byte[]{1}));
        assertTwo(read(npz("uniter.npz", fields)));
    }

    @Test
    void boxesOfALargerPictureAreScaledAndColumnsMayRunFirst() throws Exception {
        Map<String, byte[]> fields = new LinkedHashMap<>();
        fields.put("x", npy("<f4", "True", "2, 3", bytes(1, 4, 2, 5, 3, 6)));
        fields.put("bbox", npy("2, 4", 0, 0, 40, 20, 20, 10, 80, 40));
        fields.put("num_bbox", npy("<i8", "False", "", longs(2)));
        fields.put("image_w", npy("<i8", "False", "", longs(80)));
        fields.put("image_h", npy("<i8", "False", "", longs(40)));
        assertTwo(read(npz("bua.npz", fields)));
        fields.put("num_bbox", npy("<i8", "False", "", longs(1)));
        assertThat(read(npz("one.npz", fields)).boxes()).hasSize(1);
        fields.put("num_bbox", npy("<i8", "False", "", longs(3)));
        refused(npz("three.npz", fields), "data.regions.count");
        fields.put("num_bbox", npy("<i8", "False", "", longs(2)));
        fields.put("image_h", npy("<i8", "False", "", longs(80)));
        refused(npz("square.npz", fields), "data.regions.proportions");
    }

    private static final class Pickled {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Pickled op(int... ops) {
            for (int o : ops) {
                out.write(o);
            }
            return this;
        }

        Pickled global(String module, String name) {
            op('c');
            out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        Pickled text(String text) {
            op('X', text.length(), 0, 0, 0);
            out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        Pickled data(byte[] bytes) {
            op('C', bytes.length);
            out.writeBytes(bytes);
            return this;
        }

        /// As NumPy pickles an array: an empty one, then its state.
        Pickled array(String type, int[] shape, byte[] data) {
            begun(type, shape);
            return data(data).op('t', 'b');
        }

        Pickled begun(String type, int[] shape) {
            global("numpy.core.multiarray", "_reconstruct").global("numpy", "ndarray").op('K', 0, 0x85).data(
                    new byte[]{'b'}).op(0x87, 'R').op('(', 'K', 1, '(');
            for (int side : shape) {
                op('K', side);
            }
            op('t').global("numpy", "dtype").text(type).op(0x89, 0x88, 0x87, 'R').op('(', 'K', 3).text("<")
                    .op('N', 'N', 'N', 'J', 255, 255, 255, 255, 'J', 255, 255, 255, 255, 'K', 0, 't', 'b');
            return op(0x89);
        }
    }

    private static byte[] dictionary(int count, float... lastBox) {
        float[] boxes = {0, 0, 20, 10, lastBox[0], lastBox[1], lastBox[2], lastBox[3]};
        Pickled p = new Pickled().op(0x80, 3);
        p.begun("O8", new int[0]).op(']', '}', '(');
        p.text("bbox").array("f4", new int[]{2, 4}, bytes(boxes));
        p.text("num_boxes").op('K', count);
        p.text("objects").array("i8", new int[]{2}, longs(1, 0));
        p.text("image_width").op('K', 40).text("image_height").op('K', 20).text("image_id").text("42");
        p.text("features").array("f4", new int[]{2, 3}, bytes(1, 2, 3, 4, 5, 6));
        p.op('u', 'a', 't', 'b', '.');
        return npy("|O", "False", "", p.out.toByteArray());
    }

    @Test
    void aPickledDictionaryIsReadAndNamesComeFromTheListBeside() throws Exception {
        Path file = Files.write(folder.resolve("scene.npy"), dictionary(2, 10, 5, 40, 20));
        assertTwo(read(file));
        Files.writeString(folder.resolve("objects_vocab.txt"), "fish\nkite,toy\n");
        assertThat(read(file).labels()).containsExactly("kite", "fish");
    }

    @Test
    void aBoxMayReachOnePixelOverTheEdgeAndNoFurther() throws Exception {
        Path near = Files.write(folder.resolve("near.npy"), dictionary(2, 10, 5, 40.6f, 20.4f));
        assertTwo(read(near));
        Path far = Files.write(folder.resolve("far.npy"), dictionary(2, 10, 5, 48, 20));
        assertThat(refused(far, "data.regions.outside").why(Texts.ENGLISH)).contains("Box 2", "48");
        Path turned = Files.write(folder.resolve("turned.npy"), dictionary(2, 30, 5, 10, 20));
        refused(turned, "data.regions.outside");
        refused(Files.write(folder.resolve("many.npy"), dictionary(3, 10, 5, 40, 20)), "data.regions.count");
    }

    @Test
    void plainFeaturesHaveTheirBoxesBesideThem() throws Exception {
        Path file = Files.write(folder.resolve("plain.npy"), npy("2, 3", 1, 2, 3, 4, 5, 6));
        refused(file, "data.regions.lacks");
        Files.write(folder.resolve("plain_info.npy"), dictionary(2, 10, 5, 40, 20));
        assertTwo(read(file));
    }

    @Test
    void aPickleThatAsksForACallIsNeverFollowed() throws Exception {
        Pickled p = new Pickled().op(0x80, 3).global("os", "system").text("touch " + "x").op(0x85, 'R', '.');
        Path file = Files.write(folder.resolve("bad.npy"), npy("|O", "False", "", p.out.toByteArray()));
        refused(file, "data.regions.damaged");
        assertThat(Path.of("x")).doesNotExist();
    }

    private static String attentionLine(String id, byte[] boxes, byte[] features) {
        return String.join("\t", id, "40", "20", "2", base64(boxes), base64(features)) + "\n";
    }

    private static final byte[] BOXES = bytes(0, 0, 20, 10, 10, 5, 40, 20);
    private static final byte[] FEATURES = bytes(1, 2, 3, 4, 5, 6);

    @Test
    void aTableOfManyPicturesIsSearchedByName() throws Exception {
        Path file = folder.resolve("attention.tsv");
        Files.writeString(file, "image_id\timage_w\timage_h\tnum_boxes\tboxes\tfeatures\n"
                + attentionLine("7", bytes(0, 0, 1, 1, 0, 0, 1, 1), FEATURES) + attentionLine("42", BOXES, FEATURES));
        assertTwo(read(file));
        Files.writeString(file, attentionLine("7", BOXES, FEATURES) + attentionLine("8", BOXES, FEATURES));
        refused(file, "data.regions.picture");
        Files.writeString(file, attentionLine("7", BOXES, FEATURES));
        assertTwo(read(file)); // one line needs no name
    }

    @Test
    void objectsComeWithTheirClasses() throws Exception {
        Path file = folder.resolve("objects.tsv");
        Files.writeString(folder.resolve("objects_vocab.txt"), "fish\nkite\n");
        Files.writeString(file,
                String.join("\t", "COCO_val2014_000000000042", "20", "40", base64(longs(1, 0)), base64(bytes(1, 1)),
                        base64(longs(0, 0)), base64(bytes(1, 1)), "2", base64(BOXES), base64(FEATURES)) + "\n");
        assertTwo(read(file));
        assertThat(read(file).labels()).containsExactly("kite", "fish");
    }

    @Test
    void whatIsWrongIsSaid() throws Exception {
        Path tsv = folder.resolve("bad.tsv");
        Files.writeString(tsv, attentionLine("42", bytes(0, 0, 20, 10), FEATURES));
        refused(tsv, "data.regions.count");
        Files.writeString(tsv, "42\t40\t20\t2\t!!\t!!\n");
        refused(tsv, "data.regions.damaged");
        Files.writeString(tsv, "42\t40\n");
        refused(tsv, "data.regions.damaged");
        Files.writeString(tsv, attentionLine("42", BOXES, bytes(1, 2, Float.NaN, 4, 5, 6)));
        refused(tsv, "data.regions.nan");
        refused(folder.resolve("gone.tsv"), "data.regions.unreadable");
        refused(folder.resolve("boxes.csv"), "data.regions.unknown");
        refused(Files.writeString(folder.resolve("text.npz"), "no zip"), "data.regions.damaged");
        refused(Files.writeString(folder.resolve("text.npy"), "no array"), "data.regions.damaged");
        byte[] whole = npy("2, 3", 1, 2, 3, 4, 5, 6);
        refused(Files.write(folder.resolve("cut.npy"), java.util.Arrays.copyOf(whole, whole.length - 4)),
                "data.regions.damaged");
        refused(Files.write(folder.resolve("huge.npy"), npy("<f4", "False", "999999999, 999999999", bytes(1))),
                "data.regions.damaged");
        Map<String, byte[]> fields = new LinkedHashMap<>();
        fields.put("features", npy("2, 3", 1, 2, 3, 4, 5, 6));
        assertThat(refused(npz("boxless.npz", fields), "data.regions.lacks").why(Texts.ENGLISH)).contains("norm_bb",
                "features");
        fields.put("norm_bb", npy("1, 6", 0, 0, 1, 1, 1, 1));
        refused(npz("uneven.npz", fields), "data.regions.count");
        fields.put("norm_bb", npy("0, 6"));
        fields.put("features", npy("0, 3"));
        refused(npz("empty.npz", fields), "data.regions.none");
    }

    /// Every file cut anywhere, or with any byte changed, is read or refused with one message.
    @Test
    void damageAnywhereIsAMessage() throws Exception {
        byte[] whole = dictionary(2, 10, 5, 40, 20);
        java.util.SplittableRandom random = new java.util.SplittableRandom(7);
        for (int i = 0; i < 400; i++) {
            byte[] damaged = whole.clone();
            if (i % 2 == 0) {
                damaged = java.util.Arrays.copyOf(damaged, random.nextInt(whole.length));
            } else {
                damaged[random.nextInt(whole.length)] = (byte) random.nextInt();
            }
            Path file = Files.write(folder.resolve("damaged.npy"), damaged);
            try {
                assertThat(read(file).boxes()).isNotEmpty();
            } catch (EngineException e) {
                assertThat(e.what(Texts.ENGLISH)).isNotBlank();
            }
        }
    }
}
