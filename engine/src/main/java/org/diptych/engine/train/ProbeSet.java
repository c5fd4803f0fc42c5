package org.diptych.engine.train;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.Picture;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;

/// The few pairs of the validation set that a run is watched by: its first examples with pairwise different captions.
public final class ProbeSet {
    static final int MOST = 16;
    /// Pixels of the longer side of a picture that is kept or shown.
    private static final int SIDE = 256;

    private ProbeSet() {
    }

    /// @return their places in the set
    static int[] of(Dataset data) throws EngineException {
        return chosen(data).keySet().stream().mapToInt(Integer::intValue).toArray();
    }

    static List<Example> examples(Dataset data) throws EngineException {
        return List.copyOf(chosen(data).values());
    }

    /// @return place -> example
    private static Map<Integer, Example> chosen(Dataset data) throws EngineException {
        Dataset readable = new Readable(data);
        Set<String> said = new HashSet<>();
        Map<Integer, Example> chosen = new LinkedHashMap<>();
        for (int i = 0; i < data.size() && chosen.size() < MOST; i++) {
            Example example = readable.example(i);
            if (said.add(example.caption())) {
                chosen.put(i, example);
            }
        }
        return chosen;
    }

    /// @return the pairs as a person sees them; reads or draws the pictures, so not on the window's thread
    public static List<Moments.Pair> pairs(Dataset data) throws EngineException {
        return pairs(examples(data));
    }

    static List<Moments.Pair> pairs(List<Example> examples) {
        List<Moments.Pair> out = new ArrayList<>();
        for (Example example : examples) {
            out.add(new Moments.Pair(out.size(), shown(example.picture()), example.caption(), question(example)));
        }
        return out;
    }

    static Picture shown(Picture picture) {
        return picture.fit(SIDE);
    }

    /// @return what an answering model is asked of an example, or empty
    public static String question(Example example) {
        return example.more().questions().stream().map(q -> q.question())
                .findFirst().or(() -> example.more().conversations().stream().flatMap(c -> c.turns().stream())
                        .map(t -> t.question()).findFirst())
                .orElse("");
    }
}
