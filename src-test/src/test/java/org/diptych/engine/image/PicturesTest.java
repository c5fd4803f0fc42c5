package org.diptych.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Texts;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("unit")
class PicturesTest {
    private static final int[] GREEN = {20, 160, 60};
    private static final int[] RED = {200, 30, 40};
    private static final int[] BLUE = {30, 40, 200};

    @TempDir
    private Path folder;

    @Test
    void pngComesBackAsItWasSaved() throws Exception {
        Picture noise = PreprocessTest.noise(37, 21);
        Path file = folder.resolve("new folder/noise.png");
        Pictures.writePng(file, noise);
        Picture back = Pictures.read(file);
        assertThat(back.rgb()).isEqualTo(noise.rgb());
        assertThat(back.width()).isEqualTo(37);
        assertThat(back.name()).isEqualTo("noise.png");
        assertThat(file.getParent().toFile().list()).as("no temporary file is left").containsExactly("noise.png");
    }

    @ParameterizedTest
    @CsvSource({"lossless.webp, 0", "scene.gif, 0", "lossy.webp, 30", "progressive.jpg, 12", "cmyk.jpg, 90",
            "exif1.jpg, 12",
            "exif2.jpg, 12",
            "exif3.jpg, 12", "exif4.jpg, 12", "exif5.jpg, 12", "exif6.jpg, 12", "exif7.jpg, 12", "exif8.jpg, 12",
            "exif6.png, 0", "exif6.webp, 0"})
    void theSceneIsUprightInEveryForm(String name, int tolerance) throws Exception {
        Picture picture = Pictures.read(resource(name), name);
        assertThat(List.of(picture.width(), picture.height())).isEqualTo(List.of(48, 32));
        near(picture, 4, 4, GREEN, tolerance);
        near(picture, 4, 28, RED, tolerance);
        near(picture, 44, 4, BLUE, tolerance);
        near(picture, 44, 28, BLUE, tolerance);
    }

    @ParameterizedTest
    @CsvSource({"exif6.jpg, image.note.turned", "cmyk.jpg, image.note.ink", "alpha.webp, image.note.alpha",
            "animated.webp, image.note.frames", "animated.gif, image.note.frames"})
    void whatWasDoneToAPictureIsSaid(String name, String note) throws Exception {
        List<Message> notes = Pictures.open(resource(name), name).notes();
        assertThat(notes).extracting(Message::key).containsExactly(note);
        assertThat(Texts.ENGLISH.get(notes.getFirst())).isNotEqualTo(Texts.CHINESE.get(notes.getFirst()));
    }

    @Test
    void aJpegWithoutItsEndIsShownAsFarAsItGoesAndThatIsSaid() throws Exception {
        BufferedImage image = new BufferedImage(200, 200, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 40_000; i++) {
            image.setRGB(i % 200, i / 200, i * 7919 & 0xffffff);
        }
        byte[] whole = file(image, "jpg");
        Pictures.Opened cut = Pictures.open(Arrays.copyOf(whole, whole.length / 2), "cut.jpg");
        assertThat(cut.picture().height()).isEqualTo(200);
        assertThat(cut.notes()).extracting(Message::key).containsExactly("image.note.damaged");
        assertThat(Pictures.open(whole, "whole.jpg").notes()).isEmpty();
    }

    @Test
    void aSmallFirstFrameOfAGifStandsWhereItBelongs() throws Exception {
        BufferedImage red = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED);
        red.setRGB(0, 0, 0xff0000);
        red.setRGB(1, 0, 0xff0000);
        byte[] gif = file(red, "gif");
        gif[6] = 5; // the screen: 5 x 4
        gif[8] = 4;
        int descriptor = new String(gif, StandardCharsets.ISO_8859_1).lastIndexOf(",\0\0\0\0\2\0\1\0");
        gif[descriptor + 1] = 3; // the frame: at (3, 2)
        gif[descriptor + 3] = 2;
        Picture picture = Pictures.read(gif, "small.gif");
        assertThat(List.of(picture.width(), picture.height())).isEqualTo(List.of(5, 4));
        near(picture, 3, 2, new int[]{255, 0, 0}, 0);
        near(picture, 0, 0, new int[]{255, 255, 255}, 0);
        near(picture, 4, 3, new int[]{255, 255, 255}, 0);
    }

    @Test
    void seeThroughPartsBecomeWhite() throws Exception {
        Picture picture = Pictures.read(resource("alpha.webp"), "alpha.webp");
        near(picture, 4, 4, GREEN, 0);
        near(picture, 44, 4, new int[]{255, 255, 255}, 0);
        BufferedImage half = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        half.setRGB(0, 0, 0x80ff0000);
        half.setRGB(1, 0, 0xff102030);
        Picture mixed = Pictures.read(file(half, "png"), "half");
        near(mixed, 0, 0, new int[]{255, 127, 127}, 0);
        near(mixed, 1, 0, new int[]{0x10, 0x20, 0x30}, 0);
    }

    @Test
    void onlyTheFirstFrameOfAnAnimationIsUsed() throws Exception {
        near(Pictures.read(resource("animated.webp"), "a"), 10, 10, new int[]{255, 0, 0}, 0);
        near(Pictures.read(resource("animated.gif"), "a"), 10, 10, new int[]{255, 0, 0}, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp"})
    void exactFormatsKeepTheirColours(String format) throws Exception {
        BufferedImage image = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, 0xff0000);
        image.setRGB(1, 0, 0x00ff00);
        image.setRGB(2, 1, 0x0000ff);
        Picture picture = Pictures.read(file(image, format), format);
        near(picture, 0, 0, new int[]{255, 0, 0}, 0);
        near(picture, 1, 0, new int[]{0, 255, 0}, 0);
        near(picture, 2, 1, new int[]{0, 0, 255}, 0);
        near(picture, 0, 1, new int[]{0, 0, 0}, 0);
    }

    @Test
    void greyValuesAreNotBentAndSixteenBitsAreCut() throws Exception {
        BufferedImage grey = new BufferedImage(256, 1, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage deep = new BufferedImage(256, 1, BufferedImage.TYPE_USHORT_GRAY);
        for (int i = 0; i < 256; i++) {
            grey.getRaster().setSample(i, 0, 0, i);
            deep.getRaster().setSample(i, 0, 0, i << 8 | 0x7f);
        }
        Picture plain = Pictures.read(file(grey, "png"), "grey");
        Pictures.Opened cut = Pictures.open(file(deep, "png"), "deep");
        for (int i = 0; i < 256; i++) {
            near(plain, i, 0, new int[]{i, i, i}, 0);
            near(cut.picture(), i, 0, new int[]{i, i, i}, 0);
        }
        assertThat(cut.notes()).extracting(Message::key).containsExactly("image.note.depth");
    }

    @Test
    void sixteenBitColourAndOneBitAndPalettesWork() throws Exception {
        WritableRaster raster = java.awt.image.Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 1, 1, 3, null);
        raster.setPixel(0, 0, new int[]{0x1234, 0xabcd, 0xffff});
        var model = new java.awt.image.ComponentColorModel(
                java.awt.color.ColorSpace.getInstance(java.awt.color.ColorSpace.CS_sRGB),
                false, false, java.awt.Transparency.OPAQUE, DataBuffer.TYPE_USHORT);
        near(Pictures.read(file(new BufferedImage(model, raster, false, null), "png"), "deep"), 0, 0,
                new int[]{0x12, 0xab, 0xff}, 0);
        BufferedImage one = new BufferedImage(9, 1, BufferedImage.TYPE_BYTE_BINARY);
        one.setRGB(8, 0, 0xffffff);
        Picture bits = Pictures.read(file(one, "png"), "one bit");
        near(bits, 0, 0, new int[]{0, 0, 0}, 0);
        near(bits, 8, 0, new int[]{255, 255, 255}, 0);
        BufferedImage palette = new BufferedImage(4, 1, BufferedImage.TYPE_BYTE_INDEXED);
        palette.setRGB(2, 0, 0xff0000);
        near(Pictures.read(file(palette, "png"), "palette"), 2, 0, new int[]{255, 0, 0}, 0);
    }

    @Test
    void onePixelIsAPicture() throws Exception {
        BufferedImage one = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
        one.setRGB(0, 0, 0x336699);
        near(Pictures.read(file(one, "png"), "one"), 0, 0, new int[]{0x33, 0x66, 0x99}, 0);
    }

    @ParameterizedTest
    @CsvSource({"40000, 1, image.large", "1, 40000, image.large", "20000, 20000, image.large", "0, 5, image.",
            "5, 0, image.",
            "2147483647, 2147483647, image.large", "-1, 5, image."})
    void sizesAreCheckedBeforeAnythingIsDecoded(int width, int height, String key) throws Exception {
        byte[] header = png(width, height);
        assertThatThrownBy(() -> Pictures.read(header, "odd.png")).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.key()).startsWith(key)).hasMessageContaining("odd.png");
    }

    @Test
    void tooWideSaysHowWideAndHowWideAtMost() throws Exception {
        byte[] header = png(40_000, 10);
        assertThatThrownBy(() -> Pictures.read(header, "wide.png")).hasMessageContaining("40000")
                .hasMessageContaining("32768");
    }

    @Test
    void whatIsNoPictureIsRefused() throws Exception {
        for (byte[] bytes : List.of(new byte[0], new byte[]{1}, "hello, world".getBytes(StandardCharsets.US_ASCII),
                "%PDF-1.7".getBytes(StandardCharsets.US_ASCII), new byte[4096])) {
            assertThatThrownBy(() -> Pictures.read(bytes, "x.png")).isInstanceOfSatisfying(EngineException.class,
                    e -> assertThat(e.key()).isEqualTo("image.unknown"));
        }
        assertThatThrownBy(() -> Pictures.read(folder.resolve("none.png"))).isInstanceOfSatisfying(
                EngineException.class,
                e -> assertThat(e.key()).isEqualTo("image.missing"));
        assertThatThrownBy(() -> Pictures.read(folder)).isInstanceOf(EngineException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"lossless.webp", "lossy.webp", "progressive.jpg", "cmyk.jpg", "exif6.jpg", "exif6.png",
            "exif6.webp",
            "animated.webp"})
    void aDamagedFileIsRefusedOrReadButNeverThrowsAnythingElse(String name) throws Exception {
        byte[] good = resource(name);
        int refused = 0;
        for (int length = 0; length < good.length; length += 3) {
            refused += attempt(Arrays.copyOf(good, length), name);
        }
        java.util.Random random = new java.util.Random(7);
        for (int i = 0; i < 150; i++) {
            byte[] bad = good.clone();
            for (int k = 0; k < 3; k++) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt();
            }
            refused += attempt(bad, name);
        }
        assertThat(refused).isPositive();
    }

    private static int attempt(byte[] bytes, String name) {
        try {
            Picture picture = Pictures.read(bytes, name);
            assertThat(picture.rgb()).hasSize(picture.width() * picture.height() * 3);
            return 0;
        } catch (EngineException e) {
            assertThat(e.getMessage()).contains(name);
            return 1;
        }
    }

    @Test
    void aFileThatCannotBeWrittenLeavesTheOldOne() throws Exception {
        Path file = folder.resolve("busy");
        Files.createDirectories(file.resolve("inside"));
        assertThatThrownBy(() -> Pictures.writePng(file, PreprocessTest.noise(2, 2))).isInstanceOfSatisfying(
                EngineException.class,
                e -> assertThat(e.key()).isEqualTo("image.write"));
        assertThat(folder.toFile().list()).containsExactly("busy");
    }

    private static void near(Picture picture, int x, int y, int[] expected, int tolerance) {
        int at = (y * picture.width() + x) * 3;
        for (int c = 0; c < 3; c++) {
            assertThat(picture.rgb()[at + c] & 0xff).as("(%d, %d) channel %d".formatted(x, y, c))
                    .isBetween(expected[c] - tolerance, expected[c] + tolerance);
        }
    }

    private static byte[] file(BufferedImage image, String format) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(ImageIO.write(image, format, out)).isTrue();
        return out.toByteArray();
    }

    /// A PNG that claims a size and holds next to nothing.
    private static byte[] png(int width, int height) {
        ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height).put(new byte[]{8, 2, 0, 0, 0});
        ByteBuffer out = ByteBuffer.allocate(8 + 12 + 13 + 12 + 12);
        out.put(new byte[]{(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
        chunk(out, "IHDR", header.array());
        chunk(out, "IDAT", new byte[0]);
        chunk(out, "IEND", new byte[0]);
        return out.array();
    }

    private static void chunk(ByteBuffer out, String kind, byte[] data) {
        CRC32 crc = new CRC32();
        crc.update(kind.getBytes(StandardCharsets.US_ASCII));
        crc.update(data);
        out.putInt(data.length).put(kind.getBytes(StandardCharsets.US_ASCII)).put(data).putInt((int) crc.getValue());
    }

    private static byte[] resource(String name) throws Exception {
        try (InputStream in = PicturesTest.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }
}
