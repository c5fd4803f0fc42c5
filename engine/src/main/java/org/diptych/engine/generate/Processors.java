package org.diptych.engine.generate;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.model.Generates;

/// What is done to the scores of the next id before one is chosen (transformers 4.41 `generation/logits_process.py`). Scores are changed in place.
final class Processors {
    private final Decoding how;
    private final Generates model;

    Processors(Decoding how, Generates model) {
        this.how = how;
        this.model = model;
    }

    /// Penalty, least length and ids that are never written: for every way of choosing.
    ///
    /// @param scores logits, or logarithms of probabilities in a beam search
    /// @param ids    that the text holds
    /// @param least  its length before which it does not end
    void always(double[] scores, long[] ids, int least) {
        if (how.repetition() != 1) {
            LongStream.of(ids).distinct().filter(id -> id >= 0 && id < scores.length).forEach(id -> {
                double score = scores[(int) id];
                scores[(int) id] = score < 0 ? score * how.repetition() : score / how.repetition();
            });
        }
        long end = model.ends().end();
        if (ids.length < least && end >= 0 && end < scores.length) {
            scores[(int) end] = Double.NEGATIVE_INFINITY;
        }
        withoutUnwritten(scores);
    }

    private void withoutUnwritten(double[] scores) {
        for (int id = 0; id < scores.length; id++) {
            if (!model.writes(id)) {
                scores[id] = Double.NEGATIVE_INFINITY;
            }
        }
    }

    /// @return logarithms of the model's own probabilities; ids that no text holds are no rivals
    double[] own(double[] scores) {
        double[] out = logSoftmax(scores);
        withoutUnwritten(out);
        return out;
    }

    /// Temperature, top-k, top-p: for draws.
    ///
    /// @param scores logits
    /// @return probabilities
    double[] forDraw(double[] scores) {
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= how.temperature();
        }
        if (how.topK() > 0 && how.topK() < scores.length) {
            double[] sorted = sorted(scores);
            double smallest = sorted[sorted.length - how.topK()];
            keep(scores, smallest);
        }
        double[] probabilities = softmax(scores);
        if (how.topP() < 1) {
            double[] sorted = sorted(probabilities);
            double sum = 0;
            int first = 0;
            while (first < sorted.length - 1 && sum + sorted[first] <= 1 - how.topP()) {
                sum += sorted[first++];
            }
            double smallest = sorted[first];
            for (int i = 0; i < scores.length; i++) {
                scores[i] = probabilities[i] < smallest ? Double.NEGATIVE_INFINITY : scores[i];
            }
            probabilities = softmax(scores);
        }
        return probabilities;
    }

    private static void keep(double[] scores, double smallest) {
        for (int i = 0; i < scores.length; i++) {
            scores[i] = scores[i] < smallest ? Double.NEGATIVE_INFINITY : scores[i];
        }
    }

    private static double[] sorted(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    static double[] softmax(double[] scores) {
        double[] out = logSoftmax(scores);
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.exp(out[i]);
        }
        return out;
    }

    static double[] logSoftmax(double[] scores) {
        double largest = Arrays.stream(scores).max().orElseThrow();
        double sum = 0;
        for (double score : scores) {
            sum += Math.exp(score - largest);
        }
        double whole = largest + Math.log(sum);
        double[] out = new double[scores.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = scores[i] - whole;
        }
        return out;
    }
}
