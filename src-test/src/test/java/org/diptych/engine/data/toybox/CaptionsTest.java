package org.diptych.engine.data.toybox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Scene;
import org.diptych.engine.data.Example;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// True captions are true, wrong ones wrong, and nothing that is held out slips into training.
@Tag("unit")
class CaptionsTest {
    private static final int SCENES = 400;

    @ParameterizedTest
    @EnumSource(World.class)
    void captionsAreTrueAndNameEveryThing(World world) {
        for (long seed = 0; seed < SCENES; seed++) {
            Scene scene = Toybox.scene(seed, 64, world);
            for (String form : List.of("short", "full", "mixed")) {
                Caption caption = Toybox.caption(seed, world, form, "en");
                assertThat(Read.holds(caption.text(), scene)).as(caption.text()).isTrue();
                for (Scene.Thing thing : scene.objects()) {
                    assertThat(caption.text()).contains(thing.colour() + " " + thing.kind());
                }
            }
        }
    }

    @Test
    void mentionsAreTheWordsForEachThing() {
        Map<String, Kind> kinds = Kind.ALL.stream().collect(Collectors.toMap(k -> k.en, k -> k));
        Map<String, Hue> hues = Hue.ALL.stream().collect(Collectors.toMap(h -> h.en, h -> h));
        for (long seed = 0; seed < SCENES; seed++) {
            Scene scene = Toybox.scene(seed, 32, World.LOOSE);
            for (String form : List.of("short", "full")) {
                for (String language : List.of("en", "zh")) {
                    Caption caption = Toybox.caption(seed, World.LOOSE, form, language);
                    assertThat(caption.mentions().stream().map(Caption.Mention::thing).sorted().toList())
                            .isEqualTo(java.util.stream.IntStream.range(0, scene.objects().size()).boxed().toList());
                    for (Caption.Mention mention : caption.mentions()) {
                        Scene.Thing thing = scene.objects().get(mention.thing());
                        String words = caption.text().substring(mention.start(), mention.end());
                        if (language.equals("en")) {
                            assertThat(words).endsWith(thing.colour() + " " + thing.kind());
                        } else {
                            assertThat(words).startsWith(hues.get(thing.colour()).zh + "的")
                                    .endsWith(kinds.get(thing.kind()).zh);
                        }
                    }
                }
            }
        }
    }

    @Test
    void chineseCountsEachThingWithItsMeasureWord() {
        for (long seed = 0; seed < SCENES; seed++) {
            for (Thing thing : Layout.of(seed, World.ALIGNED).things()) {
                assertThat(Toybox.caption(seed, World.ALIGNED, "full", "zh").text()).contains("一" + thing.kind().measure
                        + thing.hue().zh + "的" + (thing.large() ? "大" : "小") + thing.kind().zh);
            }
        }
    }

    @Test
    void aSwappedWordMakesTheCaptionFalse() {
        for (long seed = 0; seed < SCENES; seed++) {
            Scene scene = Toybox.scene(seed, 64, World.ALIGNED);
            String right = Toybox.caption(seed, World.ALIGNED, "short", "en").text();
            for (int thing = 0; thing < scene.objects().size(); thing++) {
                List<String> kinds = Toybox.kindSwaps(seed, World.ALIGNED, "short", "en", thing);
                List<String> colours = Toybox.colourSwaps(seed, World.ALIGNED, "short", "en", thing);
                assertThat(kinds).hasSize(15).doesNotHaveDuplicates();
                assertThat(colours).hasSize(7).doesNotHaveDuplicates();
                for (String wrong : kinds) {
                    assertThat(differing(right, wrong)).as(wrong).isEqualTo(1);
                    assertThat(Read.holds(wrong, scene)).as(wrong).isFalse();
                }
                for (String wrong : colours) { // `a red` and `an orange` differ in the article too
                    assertThat(differing(right, wrong)).as(wrong).isBetween(1, 2);
                    assertThat(Read.holds(wrong, scene)).as(wrong).isFalse();
                }
            }
        }
    }

    private static int differing(String a, String b) {
        String[] one = a.split(" ");
        String[] two = b.split(" ");
        assertThat(one).hasSameSizeAs(two);
        int count = 0;
        for (int i = 0; i < one.length; i++) {
            count += one[i].equals(two[i]) ? 0 : 1;
        }
        return count;
    }

    @ParameterizedTest
    @EnumSource(World.class)
    void hardNegativesAreFalse(World world) {
        Set<String> changed = new HashSet<>();
        for (long seed = 0; seed < SCENES; seed++) {
            Scene scene = Toybox.scene(seed, 64, world);
            for (String form : List.of("short", "full", "mixed")) {
                List<Negative> negatives = Toybox.negatives(seed, world, form, "en");
                assertThat(negatives).hasSizeGreaterThanOrEqualTo(2);
                for (Negative negative : negatives) {
                    assertThat(Read.holds(negative.text(), scene)).as(negative.toString()).isFalse();
                    changed.add(negative.changed());
                }
                assertThat(Toybox.negatives(seed, world, form, "zh").stream().map(Negative::changed).toList())
                        .isEqualTo(negatives.stream().map(Negative::changed).toList());
            }
        }
        assertThat(changed).containsExactlyInAnyOrder("kind", "colour", "size", "relation");
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.3, 1})
    void noiseMakesThatShareOfTrainingCaptionsWrong(double noise) throws Exception {
        int n = 600;
        ToyboxDataset train = new ToyboxDataset(plan(noise, 0, n), Split.TRAIN);
        int wrong = 0;
        for (int i = 0; i < n; i++) {
            Example example = train.example(i);
            Scene scene = Toybox.scene(Long.parseLong(example.id()), 64, World.ALIGNED);
            assertThat(Read.holds(example.caption(), scene)).as(example.caption()).isEqualTo(example.right());
            wrong += example.right() ? 0 : 1;
        }
        assertThat(wrong / (double) n).isBetween(noise - 0.06, noise + 0.06);
        ToyboxDataset validation = new ToyboxDataset(plan(noise, 0, n), Split.VALIDATION);
        for (int i = 0; i < 50; i++) {
            assertThat(validation.example(i).right()).isTrue();
        }
    }

    @Test
    void noiseInASetOfOneSceneStillIsWrong() throws Exception {
        Example example = new ToyboxDataset(plan(1, 0, 1), Split.TRAIN).example(0);
        assertThat(example.right()).isFalse();
        assertThat(Read.holds(example.caption(), Toybox.scene(Long.parseLong(example.id()), 64, World.ALIGNED)))
                .isFalse();
    }

    private static FineTunePlan.Data plan(double noise, double hard, int size) {
        return new FineTunePlan.Data("toybox", "aligned", "en", "mixed", noise, hard, size, size, 64);
    }

    @Test
    void heldOutPairsAreNeverTaughtAndAlwaysTestedInTheirOwnSplit() throws Exception {
        for (Split split : Split.values()) {
            for (long i = 0; i < split.size(); i += split == Split.TRAIN ? 10 : 1) {
                boolean held = Layout.of(split.seed(i, 0), World.ALIGNED).things().stream()
                        .anyMatch(t -> Split.heldOut(t.kind(), t.hue()));
                assertThat(held).as("%s %d", split, i).isEqualTo(split == Split.COMPOSITIONAL);
            }
        }
        List<String> heldOut = new ArrayList<>();
        for (Kind kind : Kind.ALL) {
            Hue.ALL.stream().filter(h -> Split.heldOut(kind, h)).forEach(h -> heldOut.add(h.en + " " + kind.en));
        }
        assertThat(heldOut).hasSize(8);
        ToyboxDataset hard = new ToyboxDataset(plan(0, 1, 4000), Split.TRAIN);
        for (int i = 0; i < 4000; i++) {
            String caption = hard.example(i).caption();
            assertThat(heldOut).as(caption).noneMatch(caption::contains);
        }
    }

    @Test
    void partnersDifferInOneThing() throws Exception {
        ToyboxDataset hard = new ToyboxDataset(plan(0, 1, 200), Split.TRAIN);
        assertThat(hard.group()).isEqualTo(2);
        for (int i = 0; i < 200; i += 2) {
            Example even = hard.example(i);
            Example odd = hard.example(i + 1);
            assertThat(differing(even.caption(), odd.caption())).isBetween(1, 2);
            assertThat(odd.picture().rgb()).isNotEqualTo(even.picture().rgb());
        }
    }

    @Test
    void splitsShareNoSeedAndAShiftDrawsFreshScenes() {
        Set<Long> seeds = new HashSet<>();
        for (Split split : Split.values()) {
            for (long shift = 0; shift < 3; shift++) {
                for (long i = 0; i < split.size(); i++) {
                    assertThat(seeds.add(split.seed(i, shift))).isTrue();
                    assertThat(Split.of(split.seed(i, shift))).isEqualTo(split);
                }
            }
        }
    }

    @Test
    void distinctScenesHaveDistinctCaptions() {
        List<Long> seeds = Toybox.distinct(256, Split.TEST, 5, World.ALIGNED, "short", "en");
        assertThat(seeds).hasSize(256);
        assertThat(seeds.stream().map(s -> Toybox.caption(s, World.ALIGNED, "short", "en").text()).toList())
                .doesNotHaveDuplicates();
        assertThat(seeds).allMatch(s -> Split.of(s) == Split.TEST);
    }
}
