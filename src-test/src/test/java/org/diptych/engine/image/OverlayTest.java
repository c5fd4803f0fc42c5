package org.diptych.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.ColorMap;
import org.diptych.engine.api.Picture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class OverlayTest {
    private static final ColorMap VIRIDIS = ColorMap.of("viridis");

    @Test
    void rawCellsCarryTheirOwnColourAndWhatIsNotSeenStaysGrey() {
        Picture white = white(400, 200);
        PatchGrid grid = new PatchGrid(2, 2, new Box(100, 0, 300, 200));
        Picture drawn = new Overlay(VIRIDIS, 1, false).draw(white, new float[]{0, 1, 2, 3}, grid);
        assertThat(drawn.width()).isEqualTo(400);
        assertThat(rgb(drawn, 120, 20)).isEqualTo(VIRIDIS.rgb(0));
        assertThat(rgb(drawn, 280, 20)).isEqualTo(VIRIDIS.rgb(1 / 3.0));
        assertThat(rgb(drawn, 280, 180)).isEqualTo(VIRIDIS.rgb(1));
        assertThat(rgb(drawn, 50, 100)).isEqualTo(0xbfbfbf);
    }

    @Test
    void smoothGoesEvenlyFromOneMiddleToTheNext() {
        Picture drawn = new Overlay(ColorMap.of("grey"), 1, true).draw(white(500, 500), new float[]{0, 1},
                new PatchGrid(1, 2, new Box(0, 0, 500, 500)));
        int last = -1;
        for (int x = 0; x < 500; x++) {
            int now = rgb(drawn, x, 250) & 0xff;
            assertThat(now).isGreaterThanOrEqualTo(last);
            last = now;
        }
        assertThat(rgb(drawn, 0, 0)).isZero();
        assertThat(rgb(drawn, 250, 250) & 0xff).isBetween(126, 129);
        assertThat(last).isEqualTo(255);
    }

    @Test
    void smallPicturesAreEnlargedAndOpacityMixes() {
        Overlay overlay = new Overlay(ColorMap.of("grey"), 0.5, false);
        Picture drawn = overlay.draw(white(32, 16), new float[]{0, 1}, new PatchGrid(1, 2, new Box(0, 0, 32, 16)));
        assertThat(drawn.width()).isEqualTo(448);
        assertThat(rgb(drawn, 0, 0) & 0xff).isBetween(95, 96);
        assertThat(rgb(drawn, 447, 223) & 0xff).isEqualTo(223);
        assertThatThrownBy(() -> overlay.draw(white(2, 2), new float[3], new PatchGrid(2, 2, new Box(0, 0, 2, 2))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Overlay(VIRIDIS, Double.NaN, true)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theDivergingMapIsSymmetricAndHolesAreLeftOut() {
        Overlay overlay = new Overlay(ColorMap.of(ColorMap.DIVERGING), 1, false);
        float[] values = {-1, 0, 4, Float.NaN};
        assertThat(Overlay.Range.of(values, overlay.map())).isEqualTo(new Overlay.Range(-4, 4));
        Picture table = overlay.table(values, 2, 2, 10);
        assertThat(rgb(table, 15, 5)).as("zero").isEqualTo(0xffffff);
        assertThat(rgb(table, 5, 15)).as("highest").isEqualTo(overlay.map().rgb(1));
        assertThat(rgb(table, 5, 5)).as("a quarter down").isEqualTo(overlay.map().signed(-0.25));
        assertThat(overlay.table(new float[]{0, 0}, 1, 2, 1).rgb()).containsOnly(255);
    }

    private static Picture white(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        Arrays.fill(rgb, (byte) 255);
        return new Picture(width, height, rgb, "white");
    }

    private static int rgb(Picture picture, int x, int y) {
        int at = (y * picture.width() + x) * 3;
        return (picture.rgb()[at] & 0xff) << 16 | (picture.rgb()[at + 1] & 0xff) << 8 | picture.rgb()[at + 2] & 0xff;
    }
}
