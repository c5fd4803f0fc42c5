package org.diptych.engine.models.albef;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.Task;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Distils;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.tower.AnswerRanking;
import org.diptych.engine.tower.Asked;
import org.diptych.engine.tower.Follower;
import org.diptych.engine.tower.FusionText;
import org.diptych.engine.tower.HardPairs;
import org.diptych.engine.tower.MomentumContrast;

/// ALBEF's objectives (sections 3.2 and 3.3; salesforce/ALBEF `models/model_pretrain.py`, `model_vqa.py`, `model_nlvr.py`).
record AlbefLosses(AlbefModel model) {
    static final String CONTRAST = "loss_ita";
    static final String MATCHING = "loss_itm";
    static final String MASKED = "loss_mlm";
    static final String ANSWER = "loss_vqa";
    static final String PAIR = "loss_nlvr";
    private static final int IGNORED = -100;

    NDArray loss(String objective, Pass pass, Inputs inputs) {
        return switch (objective) {
            case CONTRAST, MATCHING, MASKED -> {
                Step step = model.step(pass, inputs);
                yield switch (objective) {
                    case CONTRAST -> step.contrast().loss(alpha(inputs));
                    case MATCHING -> matching(pass, step, inputs);
                    default -> masked(pass, step, inputs, alpha(inputs));
                };
            }
            case ANSWER -> answer(pass, inputs);
            case PAIR -> pair(pass, inputs);
            default -> throw new IllegalArgumentException(objective);
        };
    }

    static float alpha(Inputs inputs) {
        return inputs.has("alpha") ? inputs.get("alpha").toFloatArray()[0] : 0;
    }

    /// What the three pre-training objectives share.
    ///
    /// @param picture       (B, 1 + N, D')
    /// @param words         (B, T, D) of the text alone
    /// @param copiedPicture (B, 1 + N, D') of the following copy
    record Step(NDArray picture, NDArray words, NDArray copiedPicture, MomentumContrast contrast, Follower follower) {
    }

    Step step(Pass pass, Inputs inputs) {
        NDArray ids = inputs.get("input_ids");
        NDArray attended = AlbefModel.attended(inputs, ids);
        AlbefSide online = model.online();
        NDArray picture = online.picture(pass, AlbefModel.pixels(inputs));
        NDArray pictureFeature = online.pictureFeature(pass, picture);
        NDArray words = online.text().text(pass, ids, attended);
        NDArray textFeature = online.textFeature(pass, words);
        Follower follower = model.follow(pass, words);
        AlbefSide copy = model.copy();
        NDList copied = follower.during(() -> {
            NDArray seen = copy.picture(pass, AlbefModel.pixels(inputs));
            NDArray feature = copy.pictureFeature(pass, seen);
            NDArray text = copy.textFeature(pass, copy.text().text(pass, ids, attended));
            return new NDList(seen.stopGradient(), feature.stopGradient(), text.stopGradient());
        });
        return new Step(picture, words, copied.get(0), new MomentumContrast(pictureFeature, textFeature,
                copied.get(1), copied.get(2), model.temperature(words), model.queue()), follower);
    }

    /// Each pair, then each text with a picture that is hard to tell apart, then each picture with such a text.
    NDArray matching(Pass pass, Step step, Inputs inputs) {
        Guess guess = matchGuess(pass, step, inputs);
        return Losses.crossEntropy(guess.logits(), guess.labels(), IGNORED);
    }

    Guess matchGuess(Pass pass, Step step, Inputs inputs) {
        NDArray attended = AlbefModel.attended(inputs, inputs.get("input_ids"));
        HardPairs hard = HardPairs.of(inputs, step.contrast());
        AlbefText text = model.online().text();
        NDArray matched = text.fused(pass, step.words(), attended, step.picture());
        NDArray mismatched = text.fused(pass, hard.texts(step.words()), hard.rows(attended),
                hard.pictures(step.picture()));
        return HardPairs.guess(model.matchLogits(pass, NDArrays.concat(new NDList(matched, mismatched), 0)));
    }

    NDArray masked(Pass pass, Step step, Inputs inputs, float alpha) {
        NDArray ids = inputs.get("mlm_input_ids");
        NDArray attended = AlbefModel.attended(inputs, ids);
        NDArray labels = inputs.get("mlm_labels");
        NDArray soft = copiedWords(pass, step, ids, attended);
        NDArray logits = words(pass, step, ids, attended);
        NDArray counts = labels.neq(IGNORED).toType(DataType.FLOAT32, false);
        NDArray distilled = Losses.softRows(logits, soft).mul(counts).sum().div(counts.sum());
        return mixed(Losses.crossEntropy(logits, labels, IGNORED), distilled, alpha);
    }

    private NDArray copiedWords(Pass pass, Step step, NDArray ids, NDArray attended) {
        AlbefText copy = model.copy().text();
        return step.follower().during(() -> copy.words(pass,
                copy.all(pass, ids, attended, step.copiedPicture())).softmax(-1).stopGradient());
    }

    private NDArray words(Pass pass, Step step, NDArray ids, NDArray attended) {
        AlbefText online = model.online().text();
        return online.words(pass, online.all(pass, ids, attended, step.picture()));
    }

    Set<Task> distilled() {
        List<String> objectives = model.objectives();
        if (!objectives.contains(CONTRAST)) {
            return Set.of();
        }
        return objectives.contains(MASKED) ? Set.of(Task.CONTRAST, Task.MASKED_WORDS) : Set.of(Task.CONTRAST);
    }

    List<Distils.Soft> soft(Task task, Inputs inputs) {
        Step step = step(Pass.INFER, inputs);
        return task == Task.CONTRAST
                ? step.contrast().soft(alpha(inputs))
                : List.of(softWords(Pass.INFER, step, inputs));
    }

    private Distils.Soft softWords(Pass pass, Step step, Inputs inputs) {
        NDArray ids = inputs.get("mlm_input_ids");
        NDArray attended = AlbefModel.attended(inputs, ids);
        NDArray hidden = inputs.get("mlm_labels").neq(IGNORED);
        NDArray copied = Rows.where(copiedWords(pass, step, ids, attended), hidden);
        NDArray thought = Rows.where(words(pass, step, ids, attended), hidden).softmax(-1);
        long[] labels = Arrays.stream(inputs.get("mlm_labels").toLongArray()).filter(l -> l != IGNORED).toArray();
        NDArray label = Staging.longs(ids.getManager(), labels, new Shape(labels.length))
                .oneHot((int) copied.getShape().get(1));
        return new Distils.Soft(thought, copied, mixed(label, copied, alpha(inputs)), labels);
    }

    /// @return (1 - alpha) of what the labels say and alpha of what the copy says
    private static NDArray mixed(NDArray labels, NDArray copied, double alpha) {
        return Scalars.times(labels, 1 - alpha).add(Scalars.times(copied, alpha));
    }

    Asked asked(Pass pass, AlbefSide side, Inputs inputs) {
        NDArray ids = inputs.has("question_ids") ? inputs.get("question_ids") : inputs.get("input_ids");
        NDArray attended = inputs.has("question_mask")
                ? inputs.get("question_mask")
                : AlbefModel.attended(inputs, ids);
        return new Asked(side.text().all(pass, ids, attended, side.picture(pass, AlbefModel.pixels(inputs))),
                attended);
    }

    /// @return (n, A, V)
    static NDArray answerLogits(Pass pass, AlbefSide side, Asked asked, NDArray ids, NDArray attended) {
        FusionText decoder = side.decoder();
        return decoder.words(pass,
                decoder.looking(pass, ids, attended, asked.states(), Optional.of(asked.attended())));
    }

    /// @return (n) the negative log-likelihood of each answer; padding does not count
    NDArray likelihood(NDArray logits, NDArray ids) {
        return Losses.nextWordRows(logits, labels(ids), IGNORED, 0).sum(new int[]{1});
    }

    /// How each word of the answer that most people gave is foretold by those before it; where it ends is not asked.
    Guess answerGuess(Pass pass, Inputs inputs) {
        NDArray first = Asked.first(inputs.get("n_answers"));
        NDArray ids = inputs.get("answer_ids").get(first);
        NDArray attended = inputs.get("answer_mask").get(first);
        return Asked.guess(answerLogits(pass, model.online(), asked(pass, model.online(), inputs), ids, attended), ids,
                attended);
    }

    private NDArray labels(NDArray ids) {
        return Losses.withoutPadding(ids, model.facts().pad(), IGNORED);
    }

    /// Ranks a closed list of answers: the likelihood of the first word counts twice (salesforce/ALBEF `model_vqa.py`, `rank_answer`).
    ///
    /// @param inputs the question, the picture, `answer_list_ids` and `answer_list_mask` (A, L)
    /// @return `rank_topk_ids` int64 (Q, k) numbers in the list, best first, and `rank_topk_probs` (Q, k)
    Map<String, NDArray> rank(Inputs inputs) {
        List<List<AnswerRanking.Candidate>> all = candidates(Pass.READABLE, inputs, ranking(inputs));
        int k = all.getFirst().size();
        long[] ids = new long[all.size() * k];
        float[] probabilities = new float[ids.length];
        for (int q = 0; q < all.size(); q++) {
            double sum = all.get(q).stream().mapToDouble(c -> Math.exp(score(c))).sum();
            List<AnswerRanking.Candidate> order = all.get(q).stream()
                    .sorted(Comparator.comparingDouble(c -> -score(c))).toList();
            for (int i = 0; i < k; i++) {
                ids[q * k + i] = order.get(i).answer();
                probabilities[q * k + i] = (float) (Math.exp(score(order.get(i))) / sum);
            }
        }
        Shape shape = new Shape(all.size(), k);
        NDManager near = inputs.get("answer_list_ids").getManager();
        return Map.of("rank_topk_ids", Staging.longs(near, ids, shape), "rank_topk_probs",
                Staging.floats(near, probabilities, shape));
    }

    /// @return (Q, A) of which a softmax gives [#rank]'s probabilities
    NDArray scores(Pass pass, Inputs inputs) {
        AnswerRanking ranking = ranking(inputs);
        return ranking.scores(candidates(pass, inputs, ranking), AlbefLosses::score);
    }

    private AnswerRanking ranking(Inputs inputs) {
        return new AnswerRanking(inputs.get("answer_list_ids"), inputs.get("answer_list_mask"), model.facts().best());
    }

    private List<List<AnswerRanking.Candidate>> candidates(Pass pass, Inputs inputs, AnswerRanking ranking) {
        Asked asked = asked(pass, model.online(), inputs);
        long[] starts = new long[(int) asked.states().getShape().get(0)];
        Arrays.fill(starts, ranking.start());
        NDArray start = Staging.longs(asked.states().getManager(), starts, new Shape(starts.length, 1));
        NDArray first = answerLogits(pass, model.online(), asked, start, start.onesLike())
                .get(new NDIndex(":, 0")).softmax(-1); // (Q, V)
        return ranking.candidates(first,
                (q, answers, attended) -> likelihood(answerLogits(pass, model.online(),
                        asked.one(q, (int) answers.getShape().get(0)), answers, attended), answers));
    }

    /// @param inputs the question, the picture, `answer_ids` and `answer_mask` of one answer
    /// @return (1) its log-likelihood
    NDArray logLikelihood(Pass pass, Inputs inputs) {
        NDArray ids = inputs.get("answer_ids");
        return likelihood(answerLogits(pass, model.online(), asked(pass, model.online(), inputs), ids,
                inputs.get("answer_mask")), ids).neg();
    }

    private static double score(AnswerRanking.Candidate candidate) {
        return Math.log(candidate.first()) - candidate.whole();
    }

    NDArray answer(Pass pass, Inputs inputs) {
        NDArray ids = inputs.get("answer_ids");
        NDArray attended = inputs.get("answer_mask");
        boolean distils = model.facts().distils() && model.facts().parts().follows();
        float alpha = distils ? alpha(inputs) : 0;
        Asked asked = asked(pass, model.online(), inputs).repeated(inputs.get("n_answers"));
        NDArray copied = ids;
        if (distils) {
            copied = model.follow(pass, asked.states()).during(() -> answerLogits(pass, model.copy(),
                    asked(pass, model.copy(), inputs).repeated(inputs.get("n_answers")), ids, attended)
                    .softmax(-1).stopGradient());
        }
        NDArray logits = answerLogits(pass, model.online(), asked, ids, attended);
        NDArray each = likelihood(logits, ids);
        if (distils) {
            long a = ids.getShape().get(1);
            NDArray counts = labels(ids).get(new NDIndex(":, 1:")).neq(IGNORED).toType(DataType.FLOAT32, false);
            NDArray soft = Losses.softRows(logits.get(new NDIndex(":, :{}", a - 1)),
                    copied.get(new NDIndex(":, :{}", a - 1))).mul(counts).sum(new int[]{1});
            each = mixed(each, soft, alpha);
        }
        return Scalars.over(each.mul(inputs.get("weights")).sum(), inputs.get("question_ids").getShape().get(0));
    }

    /// @return (B, 2)
    static NDArray pairLogits(Pass pass, AlbefSide side, Inputs inputs) {
        NDArray pictures = side.picture(pass, inputs.get("image_pairs"));
        long b = pictures.getShape().get(0) / 2;
        return side.classes(pass, side.text().pair(pass, inputs.get("input_ids"), inputs.get("attention_mask"),
                pictures.get(new NDIndex(":{}", b)), pictures.get(new NDIndex("{}:", b))));
    }

    NDArray pair(Pass pass, Inputs inputs) {
        NDArray logits = pairLogits(pass, model.online(), inputs);
        NDArray plain = Losses.crossEntropy(logits, inputs.get("targets"), IGNORED);
        if (!model.facts().distils() || !model.facts().parts().follows()) {
            return plain;
        }
        float alpha = alpha(inputs);
        NDArray soft = model.follow(pass, logits)
                .during(() -> pairLogits(pass, model.copy(), inputs).softmax(-1).stopGradient());
        return mixed(plain, Losses.softRows(logits, soft).mean(), alpha);
    }
}
