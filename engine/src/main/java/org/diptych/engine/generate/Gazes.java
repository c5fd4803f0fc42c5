package org.diptych.engine.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.GenerateResult.Gaze;
import org.diptych.engine.model.Probe;

/// Keeps, for each written word, where its place looked: the last query row of every site that asks from words. One sample.
///
/// A word may look not at the picture but at what has looked at it: queries (BLIP-2, section 3) or the words of a question (BLIP, section 4.3). Its map is then the product of both attentions,
/// as attention rollout composes them (Abnar and Zuidema 2020, section 3): the word's row over what it looks at, times the rows by which that looks at the patches, the mean over heads and layers.
public final class Gazes implements Probe {
    private final Map<String, AttentionSite> sites = new LinkedHashMap<>();
    private final Map<String, AttentionSite> carriers = new LinkedHashMap<>();
    private final Map<String, Map<Integer, float[][]>> step = new HashMap<>();
    private final Map<String, Map<Integer, float[][]>> carried = new HashMap<>();
    private final Map<String, Integer> base = new HashMap<>();
    private List<List<List<Gaze>>> rows = List.of();
    private final Map<List<Long>, List<List<Gaze>>> kept = new HashMap<>();
    private List<List<Long>> texts = List.of();

    /// @param sites of the prompt. Where some of them are causal, these and their cross-attention are those of what is written, and the others only read; where none is, all that do not ask from
    ///              patches are listened to
    public Gazes(List<AttentionSite> sites) {
        List<String> writing = sites.stream().filter(s -> s.causal() && s.kind() == AttentionSite.Kind.SELF)
                .map(AttentionSite::name).toList();
        for (AttentionSite site : sites) {
            boolean writes = writing.isEmpty()
                    ? !(site.query() instanceof Axis.Patches)
                    : writing.stream().anyMatch(w -> site.name().equals(w) || site.name().startsWith(w + "."));
            if (writes) {
                this.sites.put(site.name(), site);
            } else if (site.kind() == AttentionSite.Kind.CROSS && site.key() instanceof Axis.Patches) {
                carriers.put(site.name(), site);
            }
        }
    }

    @Override
    public NDArray attention(String site, int layer, NDArray weights) {
        if (sites.containsKey(site)) {
            try (NDArray last = weights.get(new NDIndex(":, :, -1")); NDArray mean = last.mean(new int[]{1})) {
                int k = (int) mean.getShape().get(1);
                step.computeIfAbsent(site, _ -> new HashMap<>()).put(layer, rows(mean, k)); // (R, K)
                base.putIfAbsent(site, k);
            }
        } else if (carriers.containsKey(site)) {
            try (NDArray first = weights.get(0); NDArray mean = first.mean(new int[]{0})) {
                carried.computeIfAbsent(site, _ -> new HashMap<>()).put(layer,
                        rows(mean, (int) mean.getShape().get(1))); // (Q, N)
            }
        }
        return weights;
    }

    private static float[][] rows(NDArray table, int width) {
        float[] flat = table.toFloatArray();
        float[][] each = new float[flat.length / width][width];
        for (int r = 0; r < each.length; r++) {
            System.arraycopy(flat, r * width, each[r], 0, width);
        }
        return each;
    }

    /// To be told of every step, after which the next one's attention is heard.
    public void step(Decoder.Moment moment) {
        int count = moment.parents().length;
        List<List<List<Gaze>>> now = new ArrayList<>();
        List<List<Long>> written = new ArrayList<>();
        for (int r = 0; r < count; r++) {
            int parent = moment.parents()[r];
            List<List<Gaze>> trail = new ArrayList<>(rows.isEmpty() ? List.of() : rows.get(parent));
            List<Long> text = new ArrayList<>(texts.isEmpty() ? List.of() : texts.get(parent));
            trail.add(gazes(parent, count));
            text.add(moment.chosen().get(r).id());
            kept.put(text, trail);
            now.add(trail);
            written.add(text);
        }
        rows = now;
        texts = written;
        step.clear();
    }

    private List<Gaze> gazes(int row, int rows) {
        List<Gaze> out = new ArrayList<>();
        for (AttentionSite site : sites.values()) {
            Map<Integer, float[][]> layers = step.getOrDefault(site.name(), Map.of());
            if (!layers.isEmpty()) {
                List<float[]> heard = layers.entrySet().stream().sorted(Map.Entry.comparingByKey())
                        .map(e -> e.getValue()[row * e.getValue().length / rows]).toList(); // the prompt is read once for all rows
                out.add(gaze(site, heard));
            }
        }
        return out;
    }

    private Gaze gaze(AttentionSite site, List<float[]> layers) {
        int begun = base.get(site.name());
        List<Axis> parts = parts(site.key(), begun);
        Map<Axis, AttentionSite> through = new LinkedHashMap<>();
        parts.forEach(part -> carrier(site, part).ifPresent(c -> through.put(part, c)));
        List<float[]> picture = new ArrayList<>();
        List<float[]> prompt = new ArrayList<>();
        List<float[]> written = new ArrayList<>();
        for (float[] row : layers) {
            Spread spread = new Spread(row, Math.min(begun, row.length));
            int at = 0;
            for (Axis part : parts) {
                spread.take(part, at);
                if (through.containsKey(part)) {
                    spread.carry(through.get(part), carried.get(through.get(part).name()).values(), at);
                }
                at += part.size();
            }
            picture.add(floats(spread.picture));
            prompt.add(floats(spread.prompt));
            written.add(site.kind() == AttentionSite.Kind.CROSS
                    ? new float[0]
                    : java.util.Arrays.copyOfRange(row, Math.min(begun, row.length), row.length));
        }
        return new Gaze(site.name(), picture.toArray(float[][]::new), prompt.toArray(float[][]::new),
                written.toArray(float[][]::new),
                through.values().stream().map(AttentionSite::name).findFirst().orElse(""));
    }

    /// @return the site by which that part of what is looked at has looked at the picture. What words of the same sequence looked at is their own affair: they were written, or stand for themselves
    private Optional<AttentionSite> carrier(AttentionSite site, Axis part) {
        boolean stands = part instanceof Axis.Queries
                || part instanceof Axis.Text && site.kind() == AttentionSite.Kind.CROSS;
        return carriers.values().stream()
                .filter(c -> stands && c.query().equals(part) && carried.containsKey(c.name())).findFirst();
    }

    /// What is read of a prompt may be a little shorter than its tokens: a closing token is left out.
    private static List<Axis> parts(Axis key, int begun) {
        return switch (key) {
            case Axis.Joined joined -> joined.parts();
            case Axis.Text _ -> List.of(new Axis.Text(begun));
            case Axis.Patches patches -> List.of(patches);
            case Axis.Boxes boxes -> List.of(boxes);
            case Axis.Queries queries -> List.of(queries);
        };
    }

    private static float[] floats(List<Float> values) {
        float[] out = new float[values.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = values.get(i);
        }
        return out;
    }

    private static final class Spread {
        private final float[] row;
        private final int read; // of the prompt: what is behind it was written
        private final List<Float> picture = new ArrayList<>();
        private final List<Float> prompt = new ArrayList<>();

        Spread(float[] row, int read) {
            this.row = row;
            this.read = read;
        }

        private void take(Axis part, int at) {
            switch (part) {
                case Axis.Text text -> copy(at, at + text.size(), prompt);
                case Axis.Patches patches -> copy(at + patches.prefix(), at + patches.size(), picture);
                case Axis.Boxes _,Axis.Queries _,Axis.Joined _ -> {
                    return; // neither a word nor a patch: what they looked at is carried on
                }
            }
        }

        /// Adds the product of this row over a part with the rows by which that part looks at the picture.
        ///
        /// @param layers `[row of the part][patch]` each, prefix included
        private void carry(AttentionSite by, Collection<float[][]> layers, int at) {
            Axis.Patches patches = (Axis.Patches) by.key();
            float[] sum = new float[patches.rows() * patches.cols()];
            for (float[][] layer : layers) {
                for (int q = 0; q < Math.min(layer.length, row.length - at); q++) {
                    for (int i = 0; i < sum.length; i++) {
                        sum[i] += row[at + q] * layer[q][patches.prefix() + i] / layers.size();
                    }
                }
            }
            boolean alone = picture.isEmpty();
            for (int i = 0; i < sum.length; i++) {
                if (alone) {
                    picture.add(sum[i]);
                } else {
                    picture.set(i, picture.get(i) + sum[i]);
                }
            }
        }

        private void copy(int from, int to, List<Float> target) {
            for (int i = from; i < Math.min(to, read); i++) {
                target.add(row[i]);
            }
        }
    }

    /// @param ids the written words without the end
    /// @return one list of sites a word, empty for words that nothing was heard of
    public List<List<Gaze>> of(long[] ids) {
        List<Long> text = java.util.Arrays.stream(ids).boxed().toList();
        return kept.getOrDefault(text, List.of());
    }

    @Override
    public void hidden(String stream, int index, NDArray state) {
        // only attention is kept
    }

    @Override
    public void value(String name, NDArray value) {
        // only attention is kept
    }
}
