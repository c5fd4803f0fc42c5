package org.diptych.engine.data.toybox;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.api.Scene;

/// The door to the world: scenes and sentences from seeds. The same seed gives the same bytes on every machine.
public final class Toybox {
    private static final long WORDS = 0x5DEECE66DL;

    private Toybox() {
    }

    /// @param size side of the picture in pixels; boxes and masks are in the same
    public static Scene scene(long seed, int size, World world) {
        Layout layout = Layout.of(seed, world);
        Map<String, List<String>> captions = new LinkedHashMap<>();
        for (boolean chinese : new boolean[]{false, true}) {
            captions.put(chinese ? "zh" : "en", List.of(Captions.brief(layout, chinese, new Dice(seed ^ WORDS)).text(),
                    Captions.full(layout, chinese, new Dice(seed ^ WORDS)).text()));
        }
        return new Scene(seed, Painter.picture(layout, size), Painter.things(layout, size), captions);
    }

    /// @param form `short`, `full` or `mixed`
    public static Caption caption(long seed, World world, String form, String language) {
        return Captions.of(Layout.of(seed, world), form, language.equals("zh"), new Dice(seed ^ WORDS));
    }

    /// @return the true caption's hard negatives: one word for the kind of one thing replaced by each other kind
    public static List<String> kindSwaps(long seed, World world, String form, String language, int thing) {
        return Swaps.kinds(Layout.of(seed, world), thing, form, language.equals("zh"), seed ^ WORDS);
    }

    public static List<String> colourSwaps(long seed, World world, String form, String language, int thing) {
        return Swaps.colours(Layout.of(seed, world), thing, form, language.equals("zh"), seed ^ WORDS);
    }

    /// @return seeds of `count` scenes of a split with pairwise different captions
    public static List<Long> distinct(int count, Split split, long shift, World world, String form, String language) {
        List<Long> seeds = new ArrayList<>();
        Set<String> said = new HashSet<>();
        for (long i = 0; seeds.size() < count; i++) {
            long seed = split.seed(i, shift);
            if (said.add(content(Layout.of(seed, world)))) {
                seeds.add(seed);
            }
        }
        return seeds;
    }

    /// Two scenes with the same things would be told apart by word order at best.
    private static String content(Layout layout) {
        return layout.things().stream().map(t -> t.hue() + " " + t.kind()).sorted().toList().toString();
    }
}
