package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.api.Tokens;

/// Samples stacked into the tensors that most models take.
public final class Stacked {
    private Stacked() {
    }

    /// @param pad what fills up the shorter texts
    /// @return `input_ids` and `attention_mask`, int64 (B, T) with T the longest text; nothing for samples without text
    public static Map<String, NDArray> text(List<Encoded> samples, int pad, NDManager manager) {
        Map<String, NDArray> out = new HashMap<>();
        if (samples.getFirst().tokens().isEmpty()) {
            return out;
        }
        int longest = samples.stream().mapToInt(s -> s.tokens().orElseThrow().size()).max().orElseThrow();
        long[] ids = new long[samples.size() * longest];
        long[] attended = new long[ids.length];
        for (int i = 0; i < samples.size(); i++) {
            Tokens tokens = samples.get(i).tokens().orElseThrow();
            for (int t = 0; t < longest; t++) {
                boolean there = t < tokens.size();
                ids[i * longest + t] = there ? tokens.tokens().get(t).id() : pad;
                attended[i * longest + t] = there ? 1 : 0;
            }
        }
        Shape shape = new Shape(samples.size(), longest);
        out.put("input_ids", Staging.longs(manager, ids, shape));
        out.put("attention_mask", Staging.longs(manager, attended, shape));
        return out;
    }

    /// @return `pixel_values` (B, 3, H, W) of pictures of one size; nothing for samples without picture
    public static Map<String, NDArray> pixels(List<Encoded> samples, NDManager manager) {
        Map<String, NDArray> out = new HashMap<>();
        int h = samples.getFirst().height();
        int w = samples.getFirst().width();
        if (h > 0) {
            int size = 3 * h * w;
            float[] all = new float[samples.size() * size];
            for (int i = 0; i < samples.size(); i++) {
                System.arraycopy(samples.get(i).pixels(), 0, all, i * size, size);
            }
            out.put("pixel_values", Staging.floats(manager, all, new Shape(samples.size(), 3, h, w)));
        }
        return out;
    }
}
