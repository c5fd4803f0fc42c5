package org.diptych.engine.models.llava;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.model.Staging;

/// Where pictures stand among words: each place holder gives way to a picture's rows. It is worked out on plain numbers and then applied as one look-up of rows.
///
/// @param sources   [B][S] row that stands at a place: below `words` a word of the flattened ids, from there on a picture's row, -1 for none
/// @param positions [B][S] as the model counts them
/// @param attended  [B][S] 1 for what is there
/// @param labels    [B][S] what the place before is asked for; [#IGNORED] where nothing is
record Splice(long[][] sources, long[][] positions, long[][] attended, long[][] labels) {
    static final long IGNORED = -100;
    private static final long NOTHING = -1;

    int length() {
        return sources[0].length;
    }

    /// As transformers 4.41 `LlavaForConditionalGeneration._merge_input_ids_with_image_features`: padding stays where it was and gives zeros; it is taken to stand before
    /// the text unless a text ends in it; places that do not count have position 1.
    ///
    /// @param ids      [B][T]
    /// @param attended [B][T]
    /// @param labels   [B][T], if there are any
    /// @param rows     that a picture gives
    /// @throws IllegalArgumentException when there are more or fewer place holders than pictures
    static Splice inPlace(long[][] ids, long[][] attended, Optional<long[][]> labels, int rows, int pictures,
            long image, long pad) {
        boolean left = Arrays.stream(ids).noneMatch(row -> row[row.length - 1] == pad);
        int most = Arrays.stream(ids).mapToInt(row -> images(row, image)).max().orElse(0);
        int length = most * (rows - 1) + ids[0].length;
        Splice out = empty(ids.length, length);
        int picture = 0;
        for (int b = 0; b < ids.length; b++) {
            int at = left ? length - (images(ids[b], image) * (rows - 1) + ids[b].length) : 0;
            long counted = 0;
            Arrays.fill(out.positions[b], 1);
            for (int t = 0; t < ids[b].length; t++) {
                boolean holder = ids[b][t] == image;
                for (int r = 0; r < (holder ? rows : 1); r++, at++) {
                    boolean seen = holder || attended[b][t] != 0;
                    out.sources[b][at] = holder
                            ? (long) ids.length * ids[b].length + (long) picture * rows + r
                            : ids[b][t] == pad ? NOTHING : (long) b * ids[b].length + t;
                    out.attended[b][at] = seen ? 1 : 0;
                    out.positions[b][at] = seen ? counted++ : 1;
                    if (!holder && labels.isPresent()) {
                        out.labels[b][at] = labels.get()[b][t];
                    }
                }
                picture += holder ? 1 : 0;
            }
        }
        return checked(out, picture, pictures);
    }

    /// As the original's `prepare_inputs_labels_for_multimodal`: padding is taken away, texts are cut to the context, and padding is put anew.
    ///
    /// @param context positions that a text is cut to
    /// @param left    true puts padding before a text
    /// @param counted true counts positions from a text's own beginning, false from the row's, padding included
    /// @throws IllegalArgumentException when there are more or fewer place holders than pictures
    static Splice anew(long[][] ids, long[][] attended, Optional<long[][]> labels, int rows, int pictures, long image,
            int context, boolean left, boolean counted) {
        List<List<long[]>> texts = new ArrayList<>(); // each place: source, label
        int picture = 0;
        for (int b = 0; b < ids.length; b++) {
            List<long[]> text = new ArrayList<>();
            for (int t = 0; t < ids[b].length; t++) {
                if (attended[b][t] == 0) {
                    continue;
                }
                if (ids[b][t] == image) {
                    for (int r = 0; r < rows; r++) {
                        text.add(new long[]{(long) ids.length * ids[b].length + (long) picture * rows + r, IGNORED});
                    }
                    picture++;
                } else {
                    text.add(new long[]{(long) b * ids[b].length + t,
                            labels.isPresent() ? labels.get()[b][t] : IGNORED});
                }
            }
            texts.add(text.subList(0, Math.min(text.size(), context)));
        }
        int length = texts.stream().mapToInt(List::size).max().orElseThrow();
        Splice out = empty(ids.length, length);
        for (int b = 0; b < ids.length; b++) {
            int start = left ? length - texts.get(b).size() : 0;
            for (int s = 0; s < length; s++) {
                int t = s - start;
                out.positions[b][s] = counted ? Math.max(0, t) : s;
                if (t >= 0 && t < texts.get(b).size()) {
                    out.sources[b][s] = texts.get(b).get(t)[0];
                    out.labels[b][s] = texts.get(b).get(t)[1];
                    out.attended[b][s] = 1;
                }
            }
        }
        return checked(out, picture, pictures);
    }

    private static Splice empty(int b, int length) {
        Splice out = new Splice(new long[b][length], new long[b][length], new long[b][length], new long[b][length]);
        for (int i = 0; i < b; i++) {
            Arrays.fill(out.sources[i], NOTHING);
            Arrays.fill(out.labels[i], IGNORED);
        }
        return out;
    }

    private static Splice checked(Splice splice, int holders, int pictures) {
        if (holders != pictures) {
            throw new IllegalArgumentException(holders + " image tokens for " + pictures + " pictures");
        }
        return splice;
    }

    private static int images(long[] ids, long image) {
        return (int) Arrays.stream(ids).filter(id -> id == image).count();
    }

    /// @return sources with `nothing` in the place of none: the row of zeros
    long[] flat(long nothing) {
        return Arrays.stream(sources).flatMapToLong(Arrays::stream).map(s -> s == NOTHING ? nothing : s).toArray();
    }

    /// @return int64 (B, S)
    static NDArray tensor(NDManager manager, long[][] rows) {
        return Staging.longs(manager, Arrays.stream(rows).flatMapToLong(Arrays::stream).toArray(),
                new Shape(rows.length, rows[0].length));
    }
}
