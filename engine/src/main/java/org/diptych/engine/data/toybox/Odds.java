package org.diptych.engine.data.toybox;

import java.util.LinkedHashMap;
import java.util.Map;

/// What a reader who sees no picture can know of a word that is left out of a short caption, from how [Layout] draws scenes: kinds are equally likely, so are the
/// colours that a kind may have in training, and no scene holds two things of the same kind and colour.
final class Odds {
    private Odds() {
    }

    /// @return each kind that may stand in the gap -> its probability, all together 1
    static Map<String, Double> kind(Layout layout, int thing, boolean chinese) {
        Hue hue = layout.things().get(thing).hue();
        Map<String, Double> out = new LinkedHashMap<>();
        for (Kind kind : Kind.ALL) {
            // a Chinese measure word tells which kinds can follow
            boolean fits = !chinese || kind.measure.equals(layout.things().get(thing).kind().measure);
            put(out, layout, thing, kind, hue, fits, chinese ? kind.zh : kind.en);
        }
        return shares(out);
    }

    /// @return each colour that may stand in the gap -> its probability, all together 1
    static Map<String, Double> colour(Layout layout, int thing, boolean chinese) {
        Thing asked = layout.things().get(thing);
        Map<String, Double> out = new LinkedHashMap<>();
        for (Hue hue : Hue.ALL) {
            // the article before the colour tells whether it begins with a vowel
            boolean fits = chinese || Kind.article(hue.en).equals(Kind.article(asked.hue().en));
            put(out, layout, thing, asked.kind(), hue, fits, chinese ? hue.zh : hue.en);
        }
        return shares(out);
    }

    private static void put(Map<String, Double> out, Layout layout, int thing, Kind kind, Hue hue, boolean fits,
            String word) {
        boolean taken = false;
        for (int i = 0; i < layout.things().size(); i++) {
            Thing other = layout.things().get(i);
            taken |= i != thing && other.kind() == kind && other.hue() == hue;
        }
        if (fits && !taken && !Split.heldOut(kind, hue)) {
            long allowed = Hue.ALL.stream().filter(h -> !Split.heldOut(kind, h)).count();
            out.put(word, 1.0 / allowed);
        }
    }

    private static Map<String, Double> shares(Map<String, Double> weights) {
        double all = weights.values().stream().mapToDouble(Double::doubleValue).sum();
        weights.replaceAll((_, weight) -> weight / all);
        return weights;
    }
}
