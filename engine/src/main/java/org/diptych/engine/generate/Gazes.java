package org.diptych.engine.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.GenerateResult.Gaze;
import org.diptych.engine.model.Probe;

/// Keeps, for each written word, where its place looked: the last query row of every site that asks from words. One sample.
public final class Gazes implements Probe {
    private final Map<String, AttentionSite> sites = new LinkedHashMap<>();
    private final Map<String, Map<Integer, float[][]>> step = new HashMap<>();
    private final Map<String, Integer> base = new HashMap<>();
    private List<List<List<Gaze>>> rows = List.of();
    private final Map<List<Long>, List<List<Gaze>>> kept = new HashMap<>();
    private List<List<Long>> texts = List.of();

    /// @param sites of the prompt; those that ask from patches alone are passed over
    public Gazes(List<AttentionSite> sites) {
        sites.stream().filter(s -> !(s.query() instanceof Axis.Patches)).forEach(s -> this.sites.put(s.name(), s));
    }

    @Override
    public NDArray attention(String site, int layer, NDArray weights) {
        if (sites.containsKey(site)) {
            try (NDArray last = weights.get(new NDIndex(":, :, -1")); NDArray mean = last.mean(new int[]{1})) {
                int k = (int) mean.getShape().get(1);
                float[] flat = mean.toFloatArray(); // (R, K)
                float[][] each = new float[flat.length / k][k];
                for (int r = 0; r < each.length; r++) {
                    System.arraycopy(flat, r * k, each[r], 0, k);
                }
                step.computeIfAbsent(site, _ -> new HashMap<>()).put(layer, each);
                base.putIfAbsent(site, k);
            }
        }
        return weights;
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
        List<float[]> picture = new ArrayList<>();
        List<float[]> prompt = new ArrayList<>();
        List<float[]> written = new ArrayList<>();
        for (float[] row : layers) {
            Spread spread = new Spread(row);
            int at = 0;
            for (Axis part : parts(site.key(), begun)) {
                spread.take(part, at);
                at += part.size();
            }
            picture.add(floats(spread.picture));
            prompt.add(floats(spread.prompt));
            written.add(site.kind() == AttentionSite.Kind.CROSS
                    ? new float[0]
                    : java.util.Arrays.copyOfRange(row, Math.min(begun, row.length), row.length));
        }
        return new Gaze(site.name(), picture.toArray(float[][]::new), prompt.toArray(float[][]::new),
                written.toArray(float[][]::new));
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
        private final List<Float> picture = new ArrayList<>();
        private final List<Float> prompt = new ArrayList<>();

        Spread(float[] row) {
            this.row = row;
        }

        private void take(Axis part, int at) {
            switch (part) {
                case Axis.Text text -> copy(at, at + text.size(), prompt);
                case Axis.Patches patches -> copy(at + patches.prefix(), at + patches.size(), picture);
                case Axis.Boxes _,Axis.Queries _,Axis.Joined _ -> {
                    return; // neither a word nor a patch
                }
            }
        }

        private void copy(int from, int to, List<Float> target) {
            for (int i = from; i < Math.min(to, row.length); i++) {
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
