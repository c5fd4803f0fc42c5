package org.diptych.app.inspect;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.diptych.app.canvas.HeadGrid;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.app.inspect.Choice.Asker;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.AttentionTrace.SiteTrace;
import org.diptych.engine.api.Axis;

/// What one layer and head of an attention site say about the picture and about the words, given what is chosen. It goes by the site's axes alone: separate
/// towers, cross-attention in either direction and one joined stream are all the same to it.
///
/// @param site    name of the site
/// @param layer   from 0
/// @param head    from 0, or one of [AttentionTrace]'s two
/// @param asker   who looks
/// @param inverse true when the site cannot be asked by the asker but looks at it: the values then say who looks at the asker
/// @param picture shares on the patches or boxes, where the other axis has any
/// @param words   (tokens) shares on the words, where the other axis has any
record Reading(String site, int layer, int head, Asker asker, boolean inverse, Optional<Seen> picture,
        Optional<float[]> words) {
    /// @param over   patches or boxes
    /// @param values (rows * cols) or (boxes)
    /// @param rest   what falls on none of them: the class token, words ...
    record Seen(Axis over, float[] values, double rest) {
    }

    /// Cells a side of the small map of boxes.
    static final int BOXED = 24;

    private record Part(Axis axis, int start) {
    }

    static Reading of(SiteTrace trace, int layer, int head, Choice choice) {
        int l = Math.clamp(layer, 0, trace.site().layers() - 1);
        int h = head >= trace.site().heads() || !trace.hasHeads(l) ? AttentionTrace.HEAD_MEAN : head;
        Axis query = trace.site().query();
        Axis key = trace.site().key();
        float[] map = trace.map(l, h); // (Q, K)
        for (Asker asker : choice.askers()) {
            int[] rows = positions(query, asker, choice);
            if (rows.length > 0) {
                return spread(trace, l, h, asker, false, key, rows(map, key.size(), rows));
            }
        }
        for (Asker asker : choice.askers()) {
            int[] cols = positions(key, asker, choice);
            if (cols.length > 0) {
                return spread(trace, l, h, asker, true, query, columns(map, key.size(), query.size(), cols));
            }
        }
        int summary = trace.site().summary();
        int[] rows = summary >= 0 ? new int[]{summary} : IntStream.range(0, query.size()).toArray();
        return spread(trace, l, h, Asker.WHOLE, false, key, rows(map, key.size(), rows));
    }

    /// The reading that the picture shows: of the chosen site if that looks at patches, else of the first that does.
    static Optional<Reading> picture(AttentionTrace trace, String chosen, int layer, int head, Choice choice) {
        return first(trace, chosen, layer, head, choice, r -> r.picture().isPresent());
    }

    /// The reading that the words' bars show.
    static Optional<Reading> words(AttentionTrace trace, String chosen, int layer, int head, Choice choice) {
        return first(trace, chosen, layer, head, choice, r -> r.words().isPresent());
    }

    private static Optional<Reading> first(AttentionTrace trace, String chosen, int layer, int head, Choice choice,
            Predicate<Reading> fits) {
        List<SiteTrace> sites = new ArrayList<>(trace.sites());
        trace.site(chosen).ifPresent(s -> {
            sites.remove(s);
            sites.addFirst(s);
        });
        return sites.stream().map(s -> of(s, layer, head, choice)).filter(fits).findFirst();
    }

    /// @return the first site where what is chosen says something about the picture by that asker
    static Optional<String> joining(AttentionTrace trace, Choice choice, Asker asker) {
        return trace.sites().stream()
                .filter(s -> Optional.of(of(s, 0, AttentionTrace.HEAD_MEAN, choice))
                        .filter(r -> r.asker() == asker && r.picture().isPresent()).isPresent())
                .map(s -> s.site().name()).findFirst();
    }

    /// @return how many learned queries the model has, 0 for none
    static int queries(AttentionTrace trace) {
        return trace.sites().stream().flatMap(s -> parts(s.site().query()).stream()).map(Part::axis)
                .filter(Axis.Queries.class::isInstance).mapToInt(Axis::size).max().orElse(0);
    }

    /// @return true when one of the two axes has patches
    static boolean overPicture(SiteTrace trace) {
        return seen(trace.site().key()) || seen(trace.site().query());
    }

    /// Every layer and head as small maps: patches or boxes where the choice reads any, else all of (Q, K).
    ///
    /// @param boxes shares on boxes -> a grid over the picture
    static HeadGrid.Maps tiles(SiteTrace trace, Choice choice, UnaryOperator<float[]> boxes) {
        int layers = trace.site().layers();
        int heads = trace.site().heads();
        Optional<Axis> over = of(trace, 0, AttentionTrace.HEAD_MEAN, choice).picture().map(Seen::over);
        float[][][] maps = new float[layers][heads + 1][];
        for (int l = 0; l < layers; l++) {
            for (int h = 0; h <= heads; h++) {
                int head = h == heads ? AttentionTrace.HEAD_MEAN : h;
                if (h < heads && !trace.hasHeads(l)) {
                    maps[l][h] = new float[0];
                } else if (over.isPresent()) {
                    float[] values = of(trace, l, head, choice).picture().orElseThrow().values();
                    maps[l][h] = over.get() instanceof Axis.Patches ? values : boxes.apply(values);
                } else {
                    maps[l][h] = trace.map(l, head);
                }
            }
        }
        return switch (over.orElse(trace.site().key())) {
            case Axis.Patches grid when over.isPresent() -> new HeadGrid.Maps(grid.rows(), grid.cols(), maps);
            case Axis.Boxes _ when over.isPresent() -> new HeadGrid.Maps(BOXED, BOXED, maps);
            default -> new HeadGrid.Maps(trace.site().query().size(), trace.site().key().size(), maps);
        };
    }

    /// @return over how many places values spread: the exponential of their entropy, 1 for a single peak, all for an even spread, 0 for nothing
    static double spread(float[] values) {
        double sum = 0;
        for (float v : values) {
            sum += Math.max(0, v);
        }
        if (sum <= 0) {
            return 0;
        }
        double entropy = 0;
        for (float v : values) {
            double p = Math.max(0, v) / sum;
            entropy -= p > 0 ? p * Math.log(p) : 0;
        }
        return Math.exp(entropy);
    }

    private static Reading spread(SiteTrace trace, int layer, int head, Asker asker, boolean inverse, Axis axis,
            float[] values) {
        Optional<Seen> picture = Optional.empty();
        List<Part> said = parts(axis).stream().filter(p -> p.axis() instanceof Axis.Text).toList();
        double all = sum(values);
        for (Part part : parts(axis)) {
            if (seen(part.axis()) && picture.isEmpty()) {
                float[] seen = Arrays.copyOfRange(values, part.start() + prefix(part.axis()),
                        part.start() + part.axis().size());
                picture = Optional.of(new Seen(part.axis(), seen, Math.max(0, all - sum(seen))));
            }
        }
        return new Reading(trace.site().name(), layer, head, asker, inverse, picture, words(said, values));
    }

    /// @param said stretches of words along the axis; between two of them may stand a picture, which has the place of a token of its own
    private static Optional<float[]> words(List<Part> said, float[] values) {
        if (said.isEmpty()) {
            return Optional.empty();
        }
        float[] words = new float[said.stream().map(p -> (Axis.Text) p.axis()).mapToInt(t -> t.first() + t.size())
                .max().orElseThrow()];
        for (Part part : said) {
            Axis.Text text = (Axis.Text) part.axis();
            System.arraycopy(values, part.start(), words, text.first(), text.size());
        }
        return Optional.of(words);
    }

    private static double sum(float[] values) {
        double sum = 0;
        for (float v : values) {
            sum += v;
        }
        return sum;
    }

    private static boolean seen(Axis axis) {
        return parts(axis).stream().map(Part::axis)
                .anyMatch(a -> a instanceof Axis.Patches || a instanceof Axis.Boxes);
    }

    private static int prefix(Axis axis) {
        return axis instanceof Axis.Patches patches ? patches.prefix() : axis instanceof Axis.Boxes b ? b.prefix() : 0;
    }

    private static List<Part> parts(Axis axis) {
        List<Part> out = new ArrayList<>();
        collect(axis, 0, out);
        return out;
    }

    private static void collect(Axis axis, int start, List<Part> out) {
        switch (axis) {
            case Axis.Joined joined -> {
                int at = start;
                for (Axis part : joined.parts()) {
                    collect(part, at, out);
                    at += part.size();
                }
            }
            case Axis.Text text -> out.add(new Part(text, start));
            case Axis.Patches patches -> out.add(new Part(patches, start));
            case Axis.Boxes boxes -> out.add(new Part(boxes, start));
            case Axis.Queries queries -> out.add(new Part(queries, start));
        }
    }

    /// @return where the asker stands along an axis, empty when it does not
    private static int[] positions(Axis axis, Asker asker, Choice choice) {
        if (asker == Asker.WORDS) {
            TokenStrip.Span span = choice.words().orElseThrow();
            return parts(axis).stream().filter(p -> p.axis() instanceof Axis.Text).flatMapToInt(part -> {
                Axis.Text text = (Axis.Text) part.axis();
                return IntStream.rangeClosed(Math.max(span.first(), text.first()),
                        Math.min(span.last(), text.first() + text.size() - 1))
                        .map(token -> part.start() + token - text.first());
            }).toArray();
        }
        for (Part part : parts(axis)) {
            if (asker == Asker.QUERY && part.axis() instanceof Axis.Queries) {
                return new int[]{part.start() + choice.query().orElseThrow()};
            }
            int place = prefix(part.axis()) + choice.patch().orElse(0);
            if (asker == Asker.PATCH && seen(part.axis()) && place < part.axis().size()) {
                return new int[]{part.start() + place};
            }
        }
        return new int[0];
    }

    private static float[] rows(float[] map, int keys, int[] rows) {
        float[] out = new float[keys];
        for (int row : rows) {
            for (int k = 0; k < keys; k++) {
                out[k] += map[row * keys + k] / rows.length;
            }
        }
        return out;
    }

    private static float[] columns(float[] map, int keys, int queries, int[] cols) {
        float[] out = new float[queries];
        for (int col : cols) {
            for (int q = 0; q < queries; q++) {
                out[q] += map[q * keys + col] / cols.length;
            }
        }
        return out;
    }
}
