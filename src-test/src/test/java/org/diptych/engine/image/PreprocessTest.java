package org.diptych.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.golden.Compared;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessTest {
    @TempDir
    private Path folder;

    @Tag("golden")
    @ParameterizedTest
    @ValueSource(strings = {"clip/preprocess", "vilt/preprocess"})
    void equalsTheReferenceToTheByte(String place) throws Exception {
        Compared compared = PreprocessGolden.compare(place, Path.of("golden").resolve(place));
        assertThat(compared.failures()).isEmpty();
        assertThat(compared.compared()).isGreaterThan(10);
    }

    @Test
    @Tag("unit")
    void theCropComputedAloneEqualsTheCropOfTheWhole() {
        Picture picture = noise(91, 37);
        for (Filter filter : Filter.values()) {
            byte[] whole = Resize.apply(picture.rgb(), 37, 91, 64, 50, new Resize.Window(0, 0, 50, 64), filter);
            byte[] part = Resize.apply(picture.rgb(), 37, 91, 64, 50, new Resize.Window(7, 11, 20, 30), filter);
            for (int y = 0; y < 30; y++) {
                for (int x = 0; x < 60; x++) {
                    assertThat(part[y * 60 + x]).isEqualTo(whole[(y + 11) * 150 + 21 + x]);
                }
            }
        }
    }

    @Test
    @Tag("unit")
    void aHairThinPictureCostsNoMoreThanItsCrop() {
        Preprocess.Result result = Preprocess.clip(224).apply(noise(30_000, 1));
        assertThat(result.values()).hasSize(3 * 224 * 224);
        assertThat(result.view().width()).isBetween(0.99f, 1.01f);
    }

    @Test
    @Tag("unit")
    void aSinglePixelFillsTheView() {
        Picture one = new Picture(1, 1, new byte[]{(byte) 255, 0, (byte) 128}, "one");
        Preprocess.Result result = Preprocess.square(16, Normalise.HALF).apply(one);
        assertThat(result.values()[0]).isEqualTo(1f);
        assertThat(result.values()[256]).isEqualTo(-1f);
        assertThat(result.view()).isEqualTo(new Box(0, 0, 1, 1));
        assertThat(Preprocess.vilt(64).apply(noise(900, 3)).height()).isEqualTo(32);
    }

    /// Two pixels beside one another become four: a row of the mean colour above would make the square uneven, so it goes below, as `(side - height) // 2` has it.
    @Test
    @Tag("unit")
    void aPaddedPictureIsASquareInTheMeanColour() {
        byte[] rgb = {(byte) 255, 0, 10, 20, (byte) 200, 30};
        Preprocess plain = new Preprocess(new Sizing.ShortSide(2), Filter.BICUBIC,
                Optional.of(new Preprocess.Crop(2, 2, false)), Normalise.CLIP).padding(true);
        Preprocess.Result wide = plain.apply(new Picture(2, 1, rgb, "wide"));
        assertBytes(wide, new int[][]{{255, 0, 10}, {20, 200, 30}, {122, 116, 104}, {122, 116, 104}});
        assertThat(wide.view()).isEqualTo(new Box(0, 0, 2, 2));
        Preprocess.Result high = plain.apply(new Picture(1, 2, rgb, "high"));
        assertBytes(high, new int[][]{{255, 0, 10}, {122, 116, 104}, {20, 200, 30}, {122, 116, 104}});
        byte[] three = new byte[9];
        java.util.Arrays.fill(three, (byte) 7);
        Preprocess.Result row = new Preprocess(new Sizing.ShortSide(3), Filter.BICUBIC, Optional.empty(),
                Normalise.CLIP).padding(true).apply(new Picture(3, 1, three, "row"));
        assertBytes(row, new int[][]{{122, 116, 104}, {122, 116, 104}, {122, 116, 104}, {7, 7, 7}, {7, 7, 7},
                {7, 7, 7}, {122, 116, 104}, {122, 116, 104}, {122, 116, 104}});
        assertThat(row.view()).as("the picture is the middle row").isEqualTo(new Box(0, -1, 3, 2));
        assertThat(plain.padding(false).apply(new Picture(2, 1, rgb, "wide")).values()).isNotEqualTo(wide.values());
        Picture square = noise(9, 9);
        assertThat(plain.apply(square).values()).isEqualTo(plain.padding(false).apply(square).values());
    }

    private static void assertBytes(Preprocess.Result seen, int[][] wanted) {
        for (int p = 0; p < wanted.length; p++) {
            for (int c = 0; c < 3; c++) {
                float value = (wanted[p][c] / 255f - Normalise.CLIP.mean().get(c)) / Normalise.CLIP.std().get(c);
                assertThat(seen.values()[c * wanted.length + p]).as("pixel %d, channel %d", p, c).isEqualTo(value);
            }
        }
    }

    @Test
    @Tag("unit")
    void onlyLlavasProcessorMakesSquares() throws Exception {
        for (String[] each : new String[][]{{"LlavaImageProcessor", "true", "true"},
                {"LlavaImageProcessorFast", "true", "true"}, {"LlavaImageProcessor", "false", "false"},
                {"ViltImageProcessor", "true", "false"}}) {
            Files.writeString(folder.resolve(PreprocessConfig.FILE),
                    "{\"image_processor_type\": \"%s\", \"do_pad\": %s}".formatted(each[0], each[1]));
            assertThat(PreprocessConfig.read(folder, Preprocess.clip(224)).padded()).as(each[0])
                    .isEqualTo(Boolean.parseBoolean(each[2]));
        }
        Files.writeString(folder.resolve(PreprocessConfig.FILE), "{}");
        assertThat(PreprocessConfig.read(folder, Preprocess.clip(224).padding(true)).padded())
                .as("what the model says stands").isTrue();
    }

    @Test
    @Tag("unit")
    void thePatchUnderAPixelAndThePixelsUnderAPatchAgree() {
        Preprocess.Result result = Preprocess.clip(224).apply(noise(640, 480));
        PatchGrid grid = PatchGrid.of(result, 32);
        assertThat(grid.size()).isEqualTo(49);
        assertThat(grid.view().x1()).isBetween(79f, 81f);
        assertThat(grid.view().x2()).isBetween(559f, 561f);
        for (int i = 0; i < grid.size(); i++) {
            Box box = grid.box(i);
            assertThat(grid.at((box.x1() + box.x2()) / 2, (box.y1() + box.y2()) / 2)).hasValue(i);
        }
        assertThat(grid.at(10, 10)).as("left of the crop").isEmpty();
    }

    @Test
    @Tag("unit")
    void readsTheSettingsOfACheckpointInBothForms() throws Exception {
        Preprocess defaults = Preprocess.clip(224);
        assertThat(PreprocessConfig.read(folder, defaults)).isEqualTo(defaults);
        Preprocess newer = config("""
                {"crop_size": {"height": 336, "width": 336}, "do_center_crop": true, "do_resize": true,
                 "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5], "resample": 2,
                 "size": {"shortest_edge": 336}}""", defaults);
        assertThat(newer).isEqualTo(new Preprocess(new Sizing.ShortSide(336), Filter.BILINEAR,
                Optional.of(new Preprocess.Crop(336, 336, true)), Normalise.HALF));
        Preprocess older = config("{\"crop_size\": 288, \"size\": 288, \"do_center_crop\": true}", defaults);
        assertThat(older.sizing()).isEqualTo(new Sizing.ShortSide(288));
        assertThat(config("{\"size\": {\"height\": 384, \"width\": 384}}", Preprocess.square(224, Normalise.CLIP)))
                .isEqualTo(Preprocess.square(384, Normalise.CLIP));
        assertThat(config("{\"size\": 384, \"size_divisor\": 32}", Preprocess.vilt(64)))
                .isEqualTo(Preprocess.vilt(384));
    }

    @Tag("unit")
    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[1]", "{\"size\": -3}", "{\"size\": \"big\"}", "{\"crop_size\": {\"height\": 3}}",
            "{\"image_std\": [0, 1, 1]}", "{\"image_mean\": [1]}", "{\"image_mean\": [\"a\", 1, 1]}",
            "{\"resample\": 77}", "{\"size\": 999999999}"})
    void settingsThatMakeNoSenseAreRefusedByName(String json) throws Exception {
        Files.writeString(folder.resolve(PreprocessConfig.FILE), json);
        assertThatThrownBy(() -> PreprocessConfig.read(folder, Preprocess.clip(224)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining(PreprocessConfig.FILE);
    }

    private Preprocess config(String json, Preprocess defaults) throws Exception {
        Files.writeString(folder.resolve(PreprocessConfig.FILE), json);
        return PreprocessConfig.read(folder, defaults);
    }

    static Picture noise(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        new java.util.Random(width * 31L + height).nextBytes(rgb);
        return new Picture(width, height, rgb, "noise");
    }
}
