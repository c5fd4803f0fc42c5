package org.diptych.engine.data.regions;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Regions;
import org.diptych.engine.data.More;

/// What a file holds of a detector's say about each region; an array without rows is one that the file does not hold.
///
/// @param file       for messages, and for the lists of names beside it
/// @param ids        (N) classes from 0
/// @param sure       (N) how sure the detector is of them
/// @param attributes (N) from 0
/// @param shares     (N, C + 1) certainty of each class, the background before the others, as `cls_prob` of peteanderson80/bottom-up-attention and `soft_labels` of ChenRocks/UNITER have it
record Detected(Path file, float[] ids, float[] sure, float[] attributes, float[][] shares) {
    /// Classes and attributes of the detector that the public sets come from, where no list beside the file says otherwise (Anderson et al. 2018, section 3.1: Visual Genome).
    private static final int CLASSES = 1600;
    private static final int ATTRIBUTES = 400;

    static Detected nothing(Path file) {
        return new Detected(file, new float[0], new float[0], new float[0], new float[0][]);
    }

    Detected first(int count) {
        return new Detected(file, cut(ids, count), cut(sure, count), cut(attributes, count),
                shares.length < count ? new float[0][] : Arrays.copyOf(shares, count));
    }

    private static float[] cut(float[] all, int count) {
        return all.length < count ? new float[0] : Arrays.copyOf(all, count);
    }

    /// @return C, 0 when the file says nothing of classes
    int classes() {
        return classes(file, ids.length > 0, shares.length > 0 ? shares[0].length : 0);
    }

    /// @param columns of shares, 0 without
    static int classes(Path file, boolean named, int columns) {
        return columns > 1 ? columns - 1 : named ? Vocabulary.count(file, Vocabulary.OBJECTS, CLASSES) : 0;
    }

    /// @return A, 0 when the file says nothing of attributes
    int kinds() {
        return kinds(file, attributes.length > 0);
    }

    static int kinds(Path file, boolean named) {
        return named ? Vocabulary.count(file, Vocabulary.ATTRIBUTES, ATTRIBUTES) : 0;
    }

    /// @return N names, or none
    List<String> names() {
        float[] told = ids.length > 0 || shares.length == 0 || classes() == 0 ? ids : best();
        return Vocabulary.names(file, told);
    }

    private float[] best() {
        float[] out = new float[shares.length];
        for (int i = 0; i < out.length; i++) {
            float[] row = shares[i];
            out[i] = IntStream.range(1, row.length).reduce(1, (a, b) -> row[b] > row[a] ? b : a) - 1;
        }
        return out;
    }

    /// @param regions N of them
    /// @return the same with what is known of them
    /// @throws EngineException when a class or attribute has a number beyond their list
    More.Labelled of(Regions regions) throws EngineException {
        int n = regions.boxes().size();
        int c = classes();
        if (c == 0 || Math.max(ids.length, shares.length) != n) {
            return More.Labelled.unknown(regions);
        }
        int[] classes = whole(shares.length == n ? best() : ids, c);
        boolean described = attributes.length == n;
        int[] kinds = new int[n];
        Arrays.fill(kinds, More.Labelled.NONE);
        return new More.Labelled(regions, classes, described ? whole(attributes, kinds()) : kinds,
                described ? kinds() : 1, distributions(classes, c));
    }

    private int[] whole(float[] numbers, int below) throws EngineException {
        int[] out = new int[numbers.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) numbers[i];
            if (out[i] < 0 || out[i] >= below) {
                throw new EngineException("data.regions.class", file.getFileName(), i + 1, out[i], below);
            }
        }
        return out;
    }

    /// What is left of the certainty is spread evenly over the other classes; of shares the background's is shared out among the others.
    private float[][] distributions(int[] classes, int c) {
        float[][] out = new float[classes.length][c];
        for (int i = 0; i < out.length; i++) {
            if (shares.length == out.length) {
                System.arraycopy(shares[i], 1, out[i], 0, c);
                float sum = 0;
                for (float share : out[i]) {
                    sum += share;
                }
                for (int k = 0; k < c && sum > 0; k++) {
                    out[i][k] /= sum;
                }
            } else {
                float own = sure.length == out.length ? Math.clamp(sure[i], 0, 1) : 1;
                Arrays.fill(out[i], c > 1 ? (1 - own) / (c - 1) : 0);
                out[i][classes[i]] = own;
            }
        }
        return out;
    }
}
