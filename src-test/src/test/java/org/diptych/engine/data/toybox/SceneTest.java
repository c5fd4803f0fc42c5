package org.diptych.engine.data.toybox;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.Scene;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is drawn is what is told: pictures, boxes and masks.
@Tag("unit")
class SceneTest {
    private static final int SCENES = 150;
    private static final int TIP = 3; // pixels at the end of a thin point or leg that cover less than half and so are in no mask

    @ParameterizedTest
    @EnumSource(World.class)
    void thingsKeepApartAndBoxesHoldTheirMasksExactly(World world) {
        for (long seed = 0; seed < SCENES; seed++) {
            Scene scene = Toybox.scene(seed, 64, world);
            assertThat(scene.objects()).hasSizeBetween(1, 4);
            int[] taken = new int[64 * 64];
            for (Scene.Thing thing : scene.objects()) {
                assertThat(boxAround(thing.mask())).as("scene %d", seed).isEqualTo(thing.box());
                for (int i = 0; i < taken.length; i++) {
                    taken[i] += thing.mask()[i];
                }
            }
            assertThat(taken).as("scene %d", seed).containsOnly(0, 1);
        }
    }

    private static Box boxAround(byte[] mask) {
        int[] columns = java.util.stream.IntStream.range(0, mask.length).filter(i -> mask[i] == 1).map(i -> i % 64)
                .sorted().toArray();
        int[] rows = java.util.stream.IntStream.range(0, mask.length).filter(i -> mask[i] == 1).map(i -> i / 64)
                .toArray();
        return new Box(columns[0], rows[0], columns[columns.length - 1] + 1, rows[rows.length - 1] + 1);
    }

    @Test
    void onlyInAndBesideAMaskThePictureDiffersFromItsBackground() {
        for (long seed = 0; seed < SCENES; seed++) {
            Layout layout = Layout.of(seed, World.FREE);
            byte[] full = Painter.picture(layout, 64).rgb();
            byte[] empty = Painter.picture(new Layout(seed, layout.ground(), List.of()), 64).rgb();
            List<Scene.Thing> things = Painter.things(layout, 64);
            for (int i = 0; i < 64 * 64; i++) {
                boolean drawn = full[3 * i] != empty[3 * i] || full[3 * i + 1] != empty[3 * i + 1]
                        || full[3 * i + 2] != empty[3 * i + 2];
                int at = i;
                if (drawn) {
                    assertThat(things).as("scene %d, pixel %d", seed, i).anyMatch(t -> near(t.mask(), at));
                }
            }
        }
    }

    private static boolean near(byte[] mask, int at) {
        for (int dy = -TIP; dy <= TIP; dy++) {
            for (int dx = -TIP; dx <= TIP; dx++) {
                int x = at % 64 + dx;
                int y = at / 64 + dy;
                if (x >= 0 && x < 64 && y >= 0 && y < 64 && mask[y * 64 + x] == 1) {
                    return true;
                }
            }
        }
        return false;
    }

    @Test
    void placementFollowsTheWorld() {
        for (long seed = 0; seed < SCENES; seed++) {
            for (Thing t : Layout.of(seed, World.ALIGNED).things()) {
                assertThat(t.w()).isEqualTo(t.large() ? 24 : 16);
                assertThat(t.x() % 8 + t.y() % 8).isZero();
            }
            for (Thing t : Layout.of(seed, World.LOOSE).things()) {
                assertThat(t.w()).isEqualTo(t.large() ? 28 : 20);
                assertThat(t.x() % 4 + t.y() % 4).isZero();
            }
            for (Thing t : Layout.of(seed, World.FREE).things()) {
                assertThat(t.w()).isBetween(t.large() ? 26.0 : 18.0, t.large() ? 30.0 : 22.0);
                assertThat(t.x()).isBetween(0.0, 64 - t.w());
                assertThat(t.y()).isBetween(0.0, 64 - t.w());
            }
        }
        assertThat(java.util.stream.LongStream.range(0, SCENES).boxed()
                .flatMap(s -> Layout.of(s, World.FREE).things().stream()).anyMatch(t -> t.x() % 4 != 0)).isTrue();
    }

    @Test
    void everyKindColourBackgroundAndNumberOccurs() {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        Set<Hue> hues = EnumSet.noneOf(Hue.class);
        Set<Ground> grounds = EnumSet.noneOf(Ground.class);
        int[] counts = new int[5];
        for (long seed = 0; seed < 2000; seed++) {
            Layout layout = Layout.of(seed, World.ALIGNED);
            layout.things().forEach(t -> kinds.add(t.kind()));
            layout.things().forEach(t -> hues.add(t.hue()));
            grounds.add(layout.ground());
            counts[layout.things().size()]++;
        }
        assertThat(kinds).hasSize(16);
        assertThat(hues).hasSize(8);
        assertThat(grounds).hasSize(Ground.ALL.size());
        assertThat(List.of(counts[1], counts[2], counts[3], counts[4])).allMatch(n -> n > 300);
    }

    @Test
    void noSceneHoldsTwoOfOneKindAndColour() {
        for (World world : World.values()) {
            for (long seed = 0; seed < 1000; seed++) {
                List<String> names = Layout.of(seed, world).things().stream().map(t -> t.kind() + " " + t.hue())
                        .toList();
                assertThat(names).doesNotHaveDuplicates();
            }
        }
    }

    /// The trained weights that ship have learnt these very pixels: whoever changes a drawing has to train them anew.
    @Test
    void theSameSeedDrawsTheSamePixelsOnEveryMachine() throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (World world : World.values()) {
            for (long seed = 0; seed < 64; seed++) {
                digest.update(Toybox.scene(seed, 64, world).picture().rgb());
            }
            digest.update(Toybox.scene(7, 512, world).picture().rgb());
        }
        assertThat(HexFormat.of().formatHex(digest.digest()))
                .isEqualTo("325a7659eefd3b81b4ceecec57f33e7da01cbaa7b9dd90dca57f91c4310f327c");
    }

    @Test
    void aLargePictureShowsTheSameScene() {
        Scene small = Toybox.scene(11, 64, World.ALIGNED);
        Scene large = Toybox.scene(11, 512, World.ALIGNED);
        assertThat(large.captions()).isEqualTo(small.captions());
        for (int i = 0; i < small.objects().size(); i++) {
            Box a = small.objects().get(i).box();
            Box b = large.objects().get(i).box();
            assertThat(List.of(b.x1() / 8, b.y1() / 8, b.x2() / 8, b.y2() / 8))
                    .allSatisfy(v -> assertThat(v).isBetween(0f, 64f));
            assertThat(b.x1() / 8).isCloseTo(a.x1(), org.assertj.core.data.Offset.offset(1f));
            assertThat(b.y2() / 8).isCloseTo(a.y2(), org.assertj.core.data.Offset.offset(1f));
        }
    }

    @Test
    void aRegionsFeatureIsItsCropMadeSmall() {
        byte[] rgb = new byte[4 * 2 * 3];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i * 10);
        }
        Picture picture = new Picture(4, 2, rgb, "numbers");
        assertThat(ToyboxRegions.feature(picture, new Box(0, 0, 1, 1), 1)).containsExactly(0f, 10 / 255f, 20 / 255f);
        float[] all = ToyboxRegions.feature(picture, new Box(0, 0, 4, 2), 1);
        assertThat(all[0]).isCloseTo((0 + 30 + 60 + 90 + 120 + 150 + 180 + 210) / 8f / 255,
                org.assertj.core.data.Offset.offset(1e-6f));
        float[] thirds = ToyboxRegions.feature(picture, new Box(0, 0, 3, 1), 2); // one pixel and a half a cell
        assertThat(thirds[0]).isCloseTo((0 + 30 * 0.5f) / 1.5f / 255, org.assertj.core.data.Offset.offset(1e-6f));
        assertThat(thirds[3]).isCloseTo((30 * 0.5f + 60) / 1.5f / 255, org.assertj.core.data.Offset.offset(1e-6f));

        Scene scene = Toybox.scene(3, 64, World.ALIGNED);
        Regions regions = ToyboxRegions.of(scene, ToyboxRegions.SIDE);
        assertThat(regions.boxes()).hasSameSizeAs(scene.objects());
        assertThat(regions.labels().getFirst())
                .isEqualTo(scene.objects().getFirst().colour() + " " + scene.objects().getFirst().kind());
        for (float[] feature : regions.features()) {
            assertThat(feature).hasSize(192);
            for (float value : feature) {
                assertThat(value).isBetween(0f, 1f);
            }
        }
    }
}
