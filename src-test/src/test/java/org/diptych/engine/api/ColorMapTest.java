package org.diptych.engine.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("unit")
class ColorMapTest {
    @Test
    void theEndsAndTheMiddleOfViridisAreThePublishedColours() {
        ColorMap map = ColorMap.of("viridis");
        assertThat(map.rgb(0)).isEqualTo(0x440154);
        assertThat(map.rgb(1)).isEqualTo(0xfde725);
        assertThat(map.rgb(128 / 255.0)).isEqualTo(0x21918c);
    }

    @Test
    void zeroIsExactlyWhiteAndBothArmsFallEquallyInLightness() {
        ColorMap map = ColorMap.of(ColorMap.DIVERGING);
        assertThat(map.diverging()).isTrue();
        assertThat(map.signed(0)).isEqualTo(0xffffff);
        assertThat(map.signed(Double.NaN)).isEqualTo(0xffffff);
        for (double v = 0.1; v <= 1; v += 0.1) {
            assertThat(luminance(map.signed(v))).isCloseTo(luminance(map.signed(-v)),
                    org.assertj.core.data.Offset.offset(0.02));
            assertThat(map.signed(-v) & 0xff).as("blue below zero").isGreaterThan(map.signed(-v) >> 16);
            assertThat(map.signed(v) >> 16).as("red above zero").isGreaterThan(map.signed(v) & 0xff);
        }
    }

    @Test
    void everyScaleRisesOrFallsEvenlySoThatItReadsInGreyToo() {
        for (String id : new String[]{"viridis", "cividis", "magma", "grey"}) {
            ColorMap map = ColorMap.of(id);
            double last = -1;
            for (double t = 0; t <= 1; t += 1 / 64.0) {
                double now = luminance(map.rgb(t));
                assertThat(now).as(id + " at " + t).isGreaterThan(last);
                last = now;
            }
        }
    }

    @Test
    void whatLiesOutsideIsClamped() {
        ColorMap map = ColorMap.of("magma");
        assertThat(map.rgb(-3)).isEqualTo(map.rgb(0));
        assertThat(map.rgb(7)).isEqualTo(map.rgb(1));
        assertThat(map.rgb(Double.NaN)).isEqualTo(map.rgb(0));
    }

    @Test
    void everyMapHasANameInBothLanguagesAndAnUnknownOneIsRefused() {
        for (String id : ColorMap.IDS) {
            assertThat(Texts.ENGLISH.has("image.colormap." + id)).isTrue();
            assertThat(Texts.CHINESE.has("image.colormap." + id)).isTrue();
        }
        assertThatThrownBy(() -> ColorMap.of("jet")).isInstanceOf(IllegalArgumentException.class);
    }

    private static double luminance(int rgb) {
        return 0.2126 * linear(rgb >> 16) + 0.7152 * linear(rgb >> 8 & 0xff) + 0.0722 * linear(rgb & 0xff);
    }

    private static double linear(int channel) {
        double c = channel / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.pow((c + 0.055) / 1.055, 2.4);
    }
}
