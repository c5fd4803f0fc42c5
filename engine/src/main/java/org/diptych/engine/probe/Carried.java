package org.diptych.engine.probe;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;

/// How far each position of each stream rests on each position of each stream's input, carried from layer to layer: R with R_xx = 1 and R_xy = 0 at first. Streams are
/// told apart by their axes, so a single stream of words and patches, two streams that look at each other, and a decoder over an encoder are all the same here.
final class Carried {
    /// How one attention map changes R.
    enum Rule {
        /// Abnar and Zuidema 2020: half of what a position is comes by attention, half stays, whatever is looked at.
        ROLLOUT,
        /// Chefer, Gur and Wolf 2021: self-attention adds A R (equations 6 and 7); where stream s looks at stream q, R_sq grows by R̄_ssᵀ A R̄_qq (equation 10, R̄ with the
        /// rows of R - 1 scaled to sum 1, equations 8 and 9) and R_ss by A R_qs (equation 11).
        GENERIC
    }

    private final Rule rule;
    private final Map<Axis, Map<Axis, float[]>> r = new LinkedHashMap<>();

    private record Change(Axis of, Axis on, float[] values) {
    }

    Carried(Rule rule) {
        this.rule = rule;
    }

    /// @param seen maps in the order in which the model ran them
    static Carried through(List<Maps.Seen> seen, Rule rule) {
        Carried carried = new Carried(rule);
        for (int i = 0; i < seen.size(); i++) {
            Maps.Seen now = seen.get(i);
            if (i + 1 < seen.size() && coAttention(now, seen.get(i + 1))) {
                carried.step(now, seen.get(i + 1)); // both look at what was before either
                i++;
            } else {
                carried.step(now);
            }
        }
        return carried;
    }

    private static boolean coAttention(Maps.Seen a, Maps.Seen b) {
        return a.site().kind() == AttentionSite.Kind.CROSS && b.site().kind() == AttentionSite.Kind.CROSS
                && a.layer() == b.layer() && a.site().query().equals(b.site().key())
                && a.site().key().equals(b.site().query());
    }

    private void step(Maps.Seen... together) {
        List<Change> changes = new java.util.ArrayList<>();
        for (Maps.Seen map : together) {
            of(map.site().query());
            of(map.site().key());
        }
        for (Maps.Seen map : together) {
            changes.addAll(rule == Rule.ROLLOUT ? rolled(map) : generic(map));
        }
        for (Change change : changes) {
            r.get(change.of).put(change.on, change.values);
        }
    }

    private Map<Axis, float[]> of(Axis stream) {
        return r.computeIfAbsent(stream,
                s -> new HashMap<>(Map.of(s, MapAlgebra.identity(s.size()))));
    }

    private float[] on(Axis of, Axis on) {
        return of(of).getOrDefault(on, new float[of.size() * on.size()]);
    }

    private List<Change> rolled(Maps.Seen map) {
        Axis s = map.site().query();
        Axis q = map.site().key();
        Set<Axis> inputs = new LinkedHashSet<>(of(s).keySet());
        inputs.addAll(of(q).keySet());
        return inputs.stream().map(y -> {
            float[] through = MapAlgebra.times(map.values(), on(q, y), s.size(), q.size(), y.size());
            float[] own = on(s, y);
            for (int i = 0; i < through.length; i++) {
                through[i] = (through[i] + own[i]) / 2;
            }
            return new Change(s, y, through);
        }).toList();
    }

    private List<Change> generic(Maps.Seen map) {
        Axis s = map.site().query();
        Axis q = map.site().key();
        float[] a = map.values();
        if (s.equals(q)) {
            return of(s).keySet().stream()
                    .map(y -> added(s, y, MapAlgebra.times(a, on(s, y), s.size(), s.size(), y.size()))).toList();
        }
        float[] looked = MapAlgebra.times(a, scaled(on(q, q), q.size()), s.size(), q.size(), q.size());
        float[] back = MapAlgebra.transposed(scaled(on(s, s), s.size()), s.size(), s.size());
        return List.of(added(s, q, MapAlgebra.times(back, looked, s.size(), s.size(), q.size())),
                added(s, s, MapAlgebra.times(a, on(q, s), s.size(), q.size(), s.size())));
    }

    private Change added(Axis of, Axis on, float[] what) {
        MapAlgebra.addInPlace(what, on(of, on));
        return new Change(of, on, what);
    }

    /// Equations 8 and 9. A position that nothing has been added to yet stays itself.
    private static float[] scaled(float[] map, int n) {
        float[] out = MapAlgebra.identity(n);
        for (int i = 0; i < n; i++) {
            float sum = -1;
            for (int j = 0; j < n; j++) {
                sum += map[i * n + j];
            }
            for (int j = 0; j < n && sum > 0; j++) {
                out[i * n + j] += (map[i * n + j] - (i == j ? 1 : 0)) / sum;
            }
        }
        return out;
    }

    /// @param row position in stream `of`
    /// @return input stream -> how far that position rests on each of its positions. With the generic rule its own part is taken off, so that it does not
    ///         drown the rest
    Map<Axis, float[]> row(Axis of, int row) {
        Map<Axis, float[]> out = new LinkedHashMap<>();
        of(of).forEach((on, map) -> out.put(on,
                java.util.Arrays.copyOfRange(map, row * on.size(), (row + 1) * on.size())));
        if (rule == Rule.GENERIC) {
            out.get(of)[row] -= 1;
        }
        return out;
    }
}
