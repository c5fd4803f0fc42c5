package org.diptych.engine.model;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionSite.Expert;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Way;
import org.diptych.engine.api.Way.Input;
import org.diptych.engine.api.Way.Kind;
import org.diptych.engine.api.Way.Lane;

/// The ways of a multiway model: picture and words together, and each of both alone. They go by the experts that its sites tell.
public final class Experts {
    /// What two towers do; a model that can do no more has nothing to do with both as one.
    private static final Set<Capability> TOWERS = EnumSet.of(Capability.ENCODES_IMAGE, Capability.ENCODES_TEXT,
            Capability.SCORES_PAIRS);

    private Experts() {
    }

    /// @param sample with a picture, a text, or both
    public static List<Way> ways(VisionLanguageModel model, Encoded sample) {
        List<Way> all = new ArrayList<>();
        List<AttentionSite> own = model.sites(sample);
        model.everySite(sample).stream().filter(s -> s.query() instanceof Axis.Joined)
                .filter(s -> own.contains(s) || !TOWERS.containsAll(model.capabilities()))
                .forEach(s -> all.add(way(Kind.PAIR, s)));
        if (sample.height() > 0) {
            model.sites(new Encoded(Optional.empty(), sample.pixels(), sample.height(), sample.width(), sample.view(),
                    sample.regions())).forEach(s -> all.add(way(Kind.PICTURE, s)));
        }
        sample.tokens().ifPresent(t -> model.sites(Encoded.of(t)).forEach(s -> all.add(way(Kind.WORDS, s))));
        return all;
    }

    private static Way way(Kind kind, AttentionSite site) {
        List<Lane> lanes = new ArrayList<>();
        int at = 0;
        for (Axis part : site.query() instanceof Axis.Joined joined ? joined.parts() : List.of(site.query())) {
            int position = at;
            lanes.add(new Lane(part instanceof Axis.Text ? Input.WORDS : Input.PICTURE,
                    site.experts().stream().map(layer -> at(layer, position)).toList()));
            at += part.size();
        }
        return new Way(kind, List.of(site.name()), lanes);
    }

    private static String at(List<Expert> layer, int position) {
        return layer.stream().filter(e -> e.from() <= position && position < e.to()).map(Expert::name).findFirst()
                .orElseThrow();
    }
}
