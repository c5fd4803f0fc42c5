package org.diptych.engine.probe;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionSite.Kind;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Ear;
import org.diptych.engine.model.Pass;

/// Which input positions a score rests on. A score is given as a function of the pass, so one and the same code serves similarity, match, an answer or a
/// masked word; and it goes by the sites' axes alone, so it serves two towers, one joined stream, cross-attention and co-attention.
public final class Relevance {
    private Relevance() {
    }

    /// Whose view is explained.
    ///
    /// @param tokens  positions of words; empty for the position that the model reads as the whole
    /// @param queries numbers of learned queries that look at the picture in the words' place; empty for all of them
    public record Focus(List<Integer> tokens, List<Integer> queries) {
        public static final Focus SUMMARY = new Focus(List.of());

        public Focus(List<Integer> tokens) {
            this(tokens, List.of());
        }

        /// @return the view of one learned query
        public static Focus query(int number) {
            return new Focus(List.of(), List.of(number));
        }
    }

    /// @param score the scalar that was explained
    /// @param along input axis -> relevance of each of its positions
    public record Explained(double score, Map<Axis, float[]> along) {
        /// @return the patches or boxes of the input, without their summary positions
        public Optional<Axis> picture() {
            return parts().filter(p -> overPicture(p.axis)).findFirst().map(Part::axis);
        }

        /// @return (rows * cols) or (boxes)
        public Optional<float[]> onPicture() {
            return parts().filter(p -> overPicture(p.axis)).findFirst()
                    .map(p -> Arrays.copyOfRange(p.values, prefix(p.axis), p.values.length));
        }

        /// @return (tokens); 0 for a token in whose place something else stands
        public Optional<float[]> onWords() {
            for (Map.Entry<Axis, float[]> one : along.entrySet()) {
                List<Part> words = leaves(one.getKey(), one.getValue()).stream()
                        .filter(p -> p.axis instanceof Axis.Text).toList();
                if (!words.isEmpty()) {
                    float[] all = new float[words.stream().map(p -> (Axis.Text) p.axis)
                            .mapToInt(t -> t.first() + t.size()).max().orElseThrow()];
                    words.forEach(p -> System.arraycopy(p.values, 0, all, ((Axis.Text) p.axis).first(),
                            p.values.length));
                    return Optional.of(all);
                }
            }
            return Optional.empty();
        }

        private java.util.stream.Stream<Part> parts() {
            return along.entrySet().stream().flatMap(e -> leaves(e.getKey(), e.getValue()).stream());
        }
    }

    private record Part(Axis axis, float[] values) {
    }

    private static List<Part> leaves(Axis axis, float[] values) {
        if (!(axis instanceof Axis.Joined joined)) {
            return List.of(new Part(axis, values));
        }
        List<Part> out = new ArrayList<>();
        int at = 0;
        for (Axis part : joined.parts()) {
            out.addAll(leaves(part, Arrays.copyOfRange(values, at, at + part.size())));
            at += part.size();
        }
        return out;
    }

    private static boolean overPicture(Axis axis) {
        return axis instanceof Axis.Patches || axis instanceof Axis.Boxes;
    }

    private static int prefix(Axis axis) {
        return axis instanceof Axis.Patches patches ? patches.prefix() : ((Axis.Boxes) axis).prefix();
    }

    /// @param method one of the attention methods (not [RelevanceMethod#OCCLUSION] or [RelevanceMethod#PATCH_TEXT])
    /// @param sites  the model's; attention of other names is passed over
    /// @param focus  for [RelevanceMethod#GRAD_CAM] the words, or learned queries, whose view is shown, all of them for the summary
    /// @param scorer runs the model under the pass and returns the score as a scalar tensor
    public static Explained explain(RelevanceMethod method, List<AttentionSite> sites, Focus focus,
            Function<Pass, NDArray> scorer) {
        return switch (method) {
            case RAW, ROLLOUT -> {
                Maps maps = new Maps(sites);
                NDArray score = scorer.apply(Pass.listening(maps));
                yield new Explained(score.toFloatArray()[0], rule(method, maps.all(), focus, OptionalInt.empty()));
            }
            case GRAD_ATTENTION, CHEFER, GRAD_CAM ->
                gradients(sites, scorer, seen -> rule(method, seen, focus, OptionalInt.empty()));
            case PATCH_TEXT, OCCLUSION -> throw new IllegalArgumentException(method + " does not come from attention");
        };
    }

    /// Grad-CAM at a layer of choice, as [#explain] with [RelevanceMethod#GRAD_CAM].
    ///
    /// @param layer its number within the stream
    public static Explained gradCam(int layer, List<AttentionSite> sites, Focus focus,
            Function<Pass, NDArray> scorer) {
        return gradients(sites, scorer,
                seen -> rule(RelevanceMethod.GRAD_CAM, seen, focus, OptionalInt.of(layer)));
    }

    private static Explained gradients(List<AttentionSite> sites, Function<Pass, NDArray> scorer,
            Function<List<Maps.Seen>, Map<Axis, float[]>> rule) {
        Map<String, AttentionSite> known = sites.stream()
                .collect(Collectors.toMap(AttentionSite::name, Function.identity()));
        Ear ear = new Ear();
        try (GradientCollector collector = ai.djl.engine.Engine.getInstance().newGradientCollector()) {
            NDArray score = scorer.apply(new Pass(false, false, ear));
            NDArray bound = score.sum();
            for (NDArray zero : ear.zeros()) {
                bound = bound.add(Scalars.times(zero.sum(), 0)); // a map that the score does not rest on has a gradient of zeros, not none
            }
            collector.backward(bound);
            List<Maps.Seen> seen = new ArrayList<>();
            for (Ear.Heard heard : ear.order()) {
                AttentionSite site = known.get(heard.site());
                if (site != null) {
                    seen.add(new Maps.Seen(site, heard.layer(), positive(ear, site, heard.layer())));
                }
            }
            return new Explained(score.toFloatArray()[0], rule.apply(seen));
        }
    }

    /// @return (Q, K) the positive part of gradient x attention, mean over heads
    private static float[] positive(Ear ear, AttentionSite site, int layer) {
        try (NDArray gradient = ear.gradient(site.name(), layer);
                NDArray g = Recorder.firstSample(gradient, site);
                NDArray w = Recorder.firstSample(ear.weights(site.name(), layer), site)) {
            return MapAlgebra.positiveMean(w.toFloatArray(), g.toFloatArray(), site.heads(),
                    site.query().size() * site.key().size());
        }
    }

    /// @param seen maps in the order in which the model ran them: attention, or for a gradient method its positive part times the gradient
    static Map<Axis, float[]> rule(RelevanceMethod method, List<Maps.Seen> seen, Focus focus, OptionalInt layer) {
        if (method == RelevanceMethod.GRAD_CAM) {
            return cam(seen, focus, layer);
        }
        List<Maps.Seen> whole = seen.stream().map(s -> widened(s, seen)).toList();
        Optional<Carried> carried = switch (method) {
            case ROLLOUT -> Optional.of(Carried.through(whole, Carried.Rule.ROLLOUT));
            case CHEFER -> Optional.of(Carried.through(whole, Carried.Rule.GENERIC));
            default -> Optional.empty();
        };
        Map<Axis, float[]> out = new LinkedHashMap<>();
        for (Reader reader : readers(whole, focus)) {
            Map<Axis, float[]> one = carried.isPresent()
                    ? carried.get().row(reader.stream, reader.row)
                    : method == RelevanceMethod.RAW ? last(whole, reader) : summed(whole, reader);
            one.forEach((axis, values) -> out.merge(axis, values, Relevance::sum));
        }
        return out;
    }

    /// Where only a part of a joined stream looks elsewhere (learned queries beside words), the map gets rows of zeros for the rest, so that it is one stream's.
    private static Maps.Seen widened(Maps.Seen map, List<Maps.Seen> all) {
        AttentionSite site = map.site();
        if (site.kind() != Kind.CROSS) {
            return map;
        }
        return all.stream().map(Maps.Seen::site)
                .filter(s -> s.kind() == Kind.SELF && site.name().startsWith(s.name() + ".")
                        && s.query() instanceof Axis.Joined joined && joined.parts().contains(site.query()))
                .findFirst().map(stream -> {
                    Axis.Joined joined = (Axis.Joined) stream.query();
                    int from = joined.parts().subList(0, joined.parts().indexOf(site.query())).stream()
                            .mapToInt(Axis::size).sum();
                    float[] values = new float[joined.size() * site.key().size()];
                    System.arraycopy(map.values(), 0, values, from * site.key().size(), map.values().length);
                    return new Maps.Seen(new AttentionSite(site.name(), site.kind(), site.layers(), site.heads(),
                            joined, site.key(), site.causal(), stream.summary()), map.layer(), values);
                }).orElse(map);
    }

    private static float[] sum(float[] a, float[] b) {
        MapAlgebra.addInPlace(a, b);
        return a;
    }

    /// A position whose state the score is made of.
    private record Reader(Axis stream, int row) {
    }

    /// Where streams look at each other, those that look and have a summary, or all learned queries of the one that looks last; else each stream with a summary. With words in focus, these words in the last stream that holds
    /// them.
    private static List<Reader> readers(List<Maps.Seen> seen, Focus focus) {
        if (!focus.tokens.isEmpty()) {
            List<Axis> holding = seen.stream().map(s -> s.site().query()).distinct()
                    .filter(a -> textSize(a) > 0).toList();
            return holding.isEmpty()
                    ? List.of()
                    : focus.tokens.stream().flatMap(t -> place(holding.getLast(), t).stream().boxed())
                            .map(row -> new Reader(holding.getLast(), row)).toList();
        }
        boolean crossing = seen.stream().anyMatch(s -> s.site().kind() == Kind.CROSS);
        if (crossing && seen.stream().noneMatch(s -> s.site().kind() == Kind.CROSS && s.site().summary() >= 0)) {
            List<Maps.Seen> crossed = seen.stream().filter(s -> s.site().kind() == Kind.CROSS).toList();
            Axis looking = crossed.stream().filter(s -> overPicture(s.site().key())).reduce((a, b) -> b)
                    .orElse(crossed.getLast()).site().query(); // a decoder that looks at what was read runs later still
            return java.util.stream.IntStream.range(0, queries(looking)).mapToObj(i -> new Reader(looking, i)).toList();
        }
        return seen.stream().map(Maps.Seen::site)
                .filter(s -> s.summary() >= 0 && (!crossing || s.kind() == Kind.CROSS))
                .map(s -> new Reader(s.query(), s.summary())).distinct().toList();
    }

    /// @return learned queries at the beginning of an axis, or all of its positions
    private static int queries(Axis axis) {
        return axis instanceof Axis.Joined joined && joined.parts().getFirst() instanceof Axis.Queries queries
                ? queries.size()
                : axis.size();
    }

    /// @return where a token stands along an axis
    private static OptionalInt place(Axis axis, int token) {
        int at = 0;
        for (Part part : leaves(axis, new float[axis.size()])) {
            if (part.axis instanceof Axis.Text text && token >= text.first() && token < text.first() + text.size()) {
                return OptionalInt.of(at + token - text.first());
            }
            at += part.axis.size();
        }
        return OptionalInt.empty();
    }

    private static float[] row(Maps.Seen map, int row) {
        int keys = map.site().key().size();
        return Arrays.copyOfRange(map.values(), row * keys, (row + 1) * keys);
    }

    /// The newest map over each axis; where another stream looks at it too, its look counts.
    private static Map<Axis, float[]> last(List<Maps.Seen> seen, Reader reader) {
        Map<Axis, float[]> out = new LinkedHashMap<>();
        for (Kind kind : List.of(Kind.SELF, Kind.CROSS)) {
            seen.stream().filter(s -> s.site().kind() == kind && s.site().query().equals(reader.stream))
                    .forEach(s -> out.put(s.site().key(), row(s, reader.row)));
        }
        return out;
    }

    private static Map<Axis, float[]> summed(List<Maps.Seen> seen, Reader reader) {
        Map<Axis, float[]> out = new LinkedHashMap<>();
        seen.stream().filter(s -> s.site().query().equals(reader.stream))
                .forEach(s -> out.merge(s.site().key(), row(s, reader.row), Relevance::sum));
        return out;
    }

    /// What the words look at, mean over them, in the middle one of the layers in which words look at the picture (salesforce/ALBEF `visualization.ipynb` takes the third of
    /// six); without such layers where the last layer's summary looks.
    private static Map<Axis, float[]> cam(List<Maps.Seen> seen, Focus focus, OptionalInt layer) {
        List<Maps.Seen> looks = seen.stream().filter(s -> reads(s.site())).toList();
        List<Maps.Seen> asking = seen.stream().filter(s -> asks(s.site())).toList();
        if (looks.isEmpty() && !asking.isEmpty()) {
            Maps.Seen chosen = middle(asking, layer);
            return mean(chosen, focus.queries.isEmpty()
                    ? java.util.stream.IntStream.range(0, chosen.site().query().size()).boxed().toList()
                    : focus.queries);
        }
        if (looks.isEmpty()) {
            return seen.stream().filter(s -> overPicture(s.site().key()) && s.site().summary() >= 0)
                    .reduce((a, b) -> b)
                    .map(s -> Map.of(s.site().key(), row(s, s.site().summary()))).orElse(Map.of());
        }
        Maps.Seen chosen = middle(looks, layer);
        Axis query = chosen.site().query();
        List<Integer> words = focus.tokens.isEmpty()
                ? java.util.stream.IntStream.range(0, textSize(query)).filter(t -> place(query, t).isPresent()).boxed()
                        .toList()
                : focus.tokens;
        return mean(chosen, words.stream().map(t -> place(query, t).orElseThrow()).toList());
    }

    private static Maps.Seen middle(List<Maps.Seen> looks, OptionalInt layer) {
        return looks.stream().filter(s -> layer.isPresent() && s.layer() == layer.getAsInt()).findFirst()
                .orElse(looks.get((looks.size() - 1) / 2));
    }

    private static Map<Axis, float[]> mean(Maps.Seen map, List<Integer> rows) {
        float[] mean = new float[map.site().key().size()];
        for (int row : rows) {
            float[] one = row(map, row);
            for (int i = 0; i < mean.length; i++) {
                mean[i] += one[i] / rows.size();
            }
        }
        return Map.of(map.site().key(), mean);
    }

    private static boolean asks(AttentionSite site) {
        return site.query() instanceof Axis.Queries && overPicture(site.key());
    }

    private static boolean reads(AttentionSite site) {
        return textSize(site.query()) > 0 && leaves(site.key(), new float[site.key().size()]).stream()
                .anyMatch(p -> overPicture(p.axis));
    }

    /// @return how many learned queries look at the picture
    static int queries(List<AttentionSite> sites) {
        return sites.stream().filter(Relevance::asks).mapToInt(s -> s.query().size()).max().orElse(0);
    }

    /// @return true where learned queries look at the picture and words never do, so that a map tells of all words at once
    public static boolean queriesLook(List<AttentionSite> sites) {
        return sites.stream().anyMatch(Relevance::asks) && sites.stream().noneMatch(Relevance::reads);
    }

    /// @return tokens up to the last that stands along an axis
    private static int textSize(Axis axis) {
        return leaves(axis, new float[axis.size()]).stream().map(Part::axis).filter(Axis.Text.class::isInstance)
                .map(Axis.Text.class::cast).mapToInt(t -> t.first() + t.size()).max().orElse(0);
    }

    /// How much the score falls when one patch at a time is set to the value 0, which is the mean of the training pictures after normalisation.
    ///
    /// @param pixels  (1, 3, H, W)
    /// @param scorer  (B, 3, H, W) -> (B) scores
    /// @param covered pictures scored at once
    /// @return (rows * cols) fall of the score
    public static float[] occlusion(NDArray pixels, int rows, int cols, int covered,
            Function<NDArray, NDArray> scorer) {
        int height = (int) pixels.getShape().get(2);
        int width = (int) pixels.getShape().get(3);
        float base = scorer.apply(pixels).toFloatArray()[0];
        float[] out = new float[rows * cols];
        NDManager scope = pixels.getManager();
        for (int from = 0; from < out.length; from += covered) {
            int to = Math.min(out.length, from + covered);
            try (NDManager step = scope.newSubManager()) {
                NDList batch = new NDList();
                for (int i = from; i < to; i++) {
                    float[] keep = new float[height * width];
                    java.util.Arrays.fill(keep, 1);
                    int y0 = (i / cols) * height / rows;
                    int y1 = (i / cols + 1) * height / rows;
                    for (int y = y0; y < y1; y++) {
                        java.util.Arrays.fill(keep, y * width + (i % cols) * width / cols,
                                y * width + (i % cols + 1) * width / cols, 0);
                    }
                    batch.add(step.create(keep, new ai.djl.ndarray.types.Shape(1, 1, height, width)).mul(pixels));
                }
                NDArray stacked = ai.djl.ndarray.NDArrays.concat(batch);
                stacked.attach(step);
                float[] scores = scorer.apply(stacked).toFloatArray();
                for (int i = from; i < to; i++) {
                    out[i] = base - scores[i - from];
                }
            }
        }
        return out;
    }
}
