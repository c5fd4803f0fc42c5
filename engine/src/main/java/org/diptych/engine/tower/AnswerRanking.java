package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Stacked;

/// A closed list of answers in two steps: those with the likeliest first words are taken, and of these a decoder tells the likelihood of the whole text (salesforce/ALBEF and salesforce/BLIP
/// `rank_answer`). How the two are weighed is each model's own.
///
/// @param list int64 (A, L) the answers, from their start token on
/// @param mask int64 (A, L) 1 for a word
/// @param best how many are taken at most
public record AnswerRanking(NDArray list, NDArray mask, int best) {
    /// @param answer number in the list
    /// @param first  probability of its first word
    /// @param whole  negative log-likelihood of its whole text
    public record Candidate(int answer, double first, double whole) {
    }

    /// @param scored for each question its candidates
    /// @param score  larger for the better
    /// @return (Q, A) scores, −∞ for answers that were not taken
    public NDArray scores(List<List<Candidate>> scored, ToDoubleFunction<Candidate> score) {
        int count = (int) list.getShape().get(0);
        float[] all = new float[scored.size() * count];
        Arrays.fill(all, Float.NEGATIVE_INFINITY);
        for (int q = 0; q < scored.size(); q++) {
            for (Candidate candidate : scored.get(q)) {
                all[q * count + candidate.answer()] = (float) score.applyAsDouble(candidate);
            }
        }
        return list.getManager().create(all, new Shape(scored.size(), count));
    }

    /// The decoder.
    @FunctionalInterface
    public interface Teller {
        /// @param question its number
        /// @param answers  int64 (k, L)
        /// @param attended int64 (k, L)
        /// @return (k) negative log-likelihoods
        NDArray whole(int question, NDArray answers, NDArray attended);
    }

    /// @param name  what is put before `_ids` and `_mask`
    /// @param texts answers, encoded as the model reads them
    /// @return the inputs of a question with these texts beside it
    public static Inputs beside(Inputs question, String name, List<Encoded> texts, int pad) {
        NDManager near = question.get("input_ids").getManager();
        Map<String, NDArray> stacked = Stacked.text(texts, pad, near);
        return question
                .with(Map.of(name + "_ids", stacked.get("input_ids"), name + "_mask", stacked.get("attention_mask")));
    }

    /// @return the token every answer starts with
    public long start() {
        return list.get(new NDIndex("0, 0")).toLongArray()[0];
    }

    /// @param first (Q, V) probabilities of the first word
    /// @return for each question its k answers, the likeliest first word first
    public List<List<Candidate>> candidates(NDArray first, Teller teller) {
        int count = (int) list.getShape().get(0);
        int k = Math.min(best, count);
        int vocabulary = (int) first.getShape().get(1);
        float[] likely = first.toFloatArray();
        long[] firstWords = list.get(new NDIndex(":, 1")).toLongArray();
        List<List<Candidate>> all = new ArrayList<>();
        for (int q = 0; q < first.getShape().get(0); q++) {
            int row = q * vocabulary;
            List<Integer> taken = IntStream.range(0, count).boxed()
                    .sorted(Comparator.comparingDouble(a -> -likely[row + (int) firstWords[a]])).limit(k).toList();
            NDArray chosen = list.getManager().create(taken.stream().mapToLong(Integer::longValue).toArray());
            float[] whole = teller.whole(q, list.get(chosen), mask.get(chosen)).toFloatArray();
            all.add(IntStream.range(0, k).mapToObj(i -> new Candidate(taken.get(i),
                    likely[row + (int) firstWords[taken.get(i)]], whole[i])).toList());
        }
        return all;
    }
}
