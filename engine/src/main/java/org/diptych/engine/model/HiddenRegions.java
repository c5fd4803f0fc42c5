package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/// What was hidden of several pictures' regions, as tensors; pictures with fewer regions are filled up.
///
/// @param lessons each with hidden regions
/// @param regions N, the most that a picture has
public record HiddenRegions(List<Hidden> lessons, int regions) {
    /// A whole number of one region.
    public interface Whole {
        long of(Hidden hidden, int region);
    }

    /// Some numbers of one region.
    public interface Vector {
        float[] of(Hidden hidden, int region);
    }

    public static HiddenRegions of(Lesson.Course course) {
        List<Hidden> all = course.lessons().stream().map(l -> l.regions().orElseThrow()).toList();
        return new HiddenRegions(all, all.stream().mapToInt(h -> h.hidden().length).max().orElseThrow());
    }

    /// @param filling where there is no region
    /// @return int64 (B, N)
    public NDArray wholes(Whole value, long filling, NDManager manager) {
        long[] out = new long[lessons.size() * regions];
        for (int i = 0; i < out.length; i++) {
            Hidden hidden = lessons.get(i / regions);
            out[i] = i % regions < hidden.hidden().length ? value.of(hidden, i % regions) : filling;
        }
        return Staging.longs(manager, out, new Shape(lessons.size(), regions));
    }

    /// @return (B, N, width), 0 where there is no region
    public NDArray vectors(Vector value, int width, NDManager manager) {
        float[] out = new float[lessons.size() * regions * width];
        for (int i = 0; i < lessons.size() * regions; i++) {
            Hidden hidden = lessons.get(i / regions);
            if (i % regions < hidden.hidden().length) {
                System.arraycopy(value.of(hidden, i % regions), 0, out, i * width, width);
            }
        }
        return Staging.floats(manager, out, new Shape(lessons.size(), regions, width));
    }

    /// @return (n, width) of the hidden regions alone, picture by picture
    public NDArray chosen(Vector value, int width, NDManager manager) {
        int n = 0;
        for (Hidden hidden : lessons) {
            for (boolean h : hidden.hidden()) {
                n += h ? 1 : 0;
            }
        }
        float[] out = new float[n * width];
        int at = 0;
        for (Hidden hidden : lessons) {
            for (int r = 0; r < hidden.hidden().length; r++) {
                if (hidden.hidden()[r]) {
                    System.arraycopy(value.of(hidden, r), 0, out, width * at++, width);
                }
            }
        }
        return Staging.floats(manager, out, new Shape(n, width));
    }

    /// @return a detector's certainty with a class for the background before the others, which no box of a known thing is
    public static float[] withBackground(float[] distribution, int classes) {
        float[] out = new float[classes];
        System.arraycopy(distribution, 0, out, 1, distribution.length);
        return out;
    }
}
