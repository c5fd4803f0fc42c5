package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
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

    /// @param ignored what stands where nothing is asked
    /// @return int64 (B, T) the hidden words of the lessons' texts, T the longest
    public static NDArray hiddenWords(List<Lesson> lessons, long ignored, NDManager manager) {
        int longest = lessons.stream().mapToInt(l -> l.words().length).max().orElseThrow();
        long[] out = new long[lessons.size() * longest];
        for (int i = 0; i < lessons.size(); i++) {
            long[] words = lessons.get(i).words();
            for (int t = 0; t < longest; t++) {
                out[i * longest + t] = t < words.length && words[t] >= 0 ? words[t] : ignored;
            }
        }
        return Staging.longs(manager, out, new Shape(lessons.size(), longest));
    }

    /// @return (count, B) the first drawn numbers of each lesson
    public static NDArray draws(List<Lesson> lessons, int count, NDManager manager) {
        float[] out = new float[count * lessons.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) lessons.get(i % lessons.size()).draws()[i / lessons.size()];
        }
        return Staging.floats(manager, out, new Shape(count, lessons.size()));
    }

    /// The answers of all lessons, one question's behind the other's.
    ///
    /// @return int64 `answer_ids` and `answer_mask` (n, A), `weights` (n) how much each answer counts, and int64 `n_answers` (B) of each question
    public static Map<String, NDArray> answers(List<Lesson> lessons, int pad, NDManager manager) {
        Map<String, NDArray> words = text(lessons.stream().flatMap(l -> l.others().stream()).toList(), pad, manager);
        double[] weights = lessons.stream().flatMapToDouble(l -> Arrays.stream(l.shares())).toArray();
        float[] shares = new float[weights.length];
        for (int i = 0; i < shares.length; i++) {
            shares[i] = (float) weights[i];
        }
        return Map.of("answer_ids", words.get("input_ids"), "answer_mask", words.get("attention_mask"), "weights",
                Staging.floats(manager, shares, new Shape(shares.length)), "n_answers",
                Staging.longs(manager, lessons.stream().mapToLong(l -> l.others().size()).toArray(),
                        new Shape(lessons.size())));
    }

    /// @return int64 (B)
    public static NDArray labels(Lesson.Course course, NDManager manager) {
        return Staging.longs(manager, course.labels(), new Shape(course.lessons().size()));
    }

    /// @return (B, classes) how right each class is: where a lesson has no scores, 1 at its label and 0 elsewhere
    public static NDArray scores(Lesson.Course course, int classes, NDManager manager) {
        float[] out = new float[course.lessons().size() * classes];
        for (int i = 0; i < course.lessons().size(); i++) {
            Lesson lesson = course.lessons().get(i);
            int row = i * classes;
            Map<Integer, Double> all = lesson.scores().isEmpty() ? Map.of(lesson.label(), 1.0) : lesson.scores();
            all.forEach((which, right) -> out[row + which] = right.floatValue());
        }
        return Staging.floats(manager, out, new Shape(course.lessons().size(), classes));
    }
}
