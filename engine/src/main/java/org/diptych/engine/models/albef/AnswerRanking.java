package org.diptych.engine.models.albef;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;

/// Ranks a closed list of answers: those with the likeliest first words are taken, then ordered by the likelihood of their whole text (salesforce/ALBEF `model_vqa.py`, `rank_answer`).
record AnswerRanking(AlbefModel model) {
    /// @param inputs `question_ids`, `question_mask`, the picture, `answer_list_ids` and `answer_list_mask` (A, L)
    /// @return `rank_topk_ids` int64 (Q, k) numbers in the list, best first, and `rank_topk_probs` (Q, k)
    Map<String, NDArray> rank(Inputs inputs) {
        AlbefLosses losses = new AlbefLosses(model);
        NDArray list = inputs.get("answer_list_ids");
        NDArray listMask = inputs.get("answer_list_mask");
        int count = (int) list.getShape().get(0);
        int k = Math.min(model.facts().best(), count);
        AlbefLosses.Asked asked = losses.asked(Pass.READABLE, model.online(), inputs);
        int questions = (int) asked.states().getShape().get(0);
        long begin = list.get(new NDIndex("0, 0")).toLongArray()[0];
        long[] starts = new long[questions];
        java.util.Arrays.fill(starts, begin);
        NDArray start = Staging.longs(list.getManager(), starts, new Shape(questions, 1));
        NDArray first = AlbefLosses.answerLogits(Pass.READABLE, model.online(), asked, start, start.onesLike())
                .get(new NDIndex(":, 0")).softmax(-1); // (Q, V)
        int vocabulary = (int) first.getShape().get(1);
        float[] likely = first.toFloatArray();
        long[] firstWords = list.get(new NDIndex(":, 1")).toLongArray();
        long[] ids = new long[questions * k];
        float[] probabilities = new float[questions * k];
        for (int q = 0; q < questions; q++) {
            int row = q * vocabulary;
            List<Integer> best = IntStream.range(0, count).boxed()
                    .sorted(Comparator.comparingDouble(a -> -likely[row + (int) firstWords[a]])).limit(k).toList();
            NDArray chosen = list.getManager().create(best.stream().mapToLong(Integer::longValue).toArray());
            NDArray texts = list.get(chosen);
            AlbefLosses.Asked same = new AlbefLosses.Asked(
                    asked.states().get(new NDIndex("{}:{}", q, q + 1)).repeat(0, k),
                    asked.attended().get(new NDIndex("{}:{}", q, q + 1)).repeat(0, k));
            float[] whole = losses.likelihood(AlbefLosses.answerLogits(Pass.READABLE, model.online(), same, texts,
                    listMask.get(chosen)), texts).toFloatArray();
            double[] scores = IntStream.range(0, k)
                    .mapToDouble(i -> Math.log(likely[row + (int) firstWords[best.get(i)]]) - whole[i]).toArray();
            double sum = java.util.Arrays.stream(scores).map(Math::exp).sum();
            List<Integer> order = IntStream.range(0, k).boxed().sorted(Comparator.comparingDouble(i -> -scores[i]))
                    .toList();
            for (int i = 0; i < k; i++) {
                ids[q * k + i] = best.get(order.get(i));
                probabilities[q * k + i] = (float) (Math.exp(scores[order.get(i)]) / sum);
            }
        }
        Map<String, NDArray> out = new LinkedHashMap<>();
        Shape shape = new Shape(questions, k);
        out.put("rank_topk_ids", Staging.longs(list.getManager(), ids, shape));
        out.put("rank_topk_probs", Staging.floats(list.getManager(), probabilities, shape));
        return out;
    }
}
