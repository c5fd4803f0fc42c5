package org.diptych.engine.models.blip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Guess;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.tower.AnswerRanking;
import org.diptych.engine.tower.Asked;
import org.diptych.engine.tower.Follower;
import org.diptych.engine.tower.FusionText;
import org.diptych.engine.tower.HardPairs;
import org.diptych.engine.tower.MomentumContrast;

/// BLIP's objectives (sections 3.2 and 4; salesforce/BLIP `models/blip_pretrain.py`, `blip.py`, `blip_vqa.py`; transformers `modeling_blip.py`).
record BlipLosses(BlipModel model) {
    static final String CONTRAST = "loss_ita";
    static final String MATCHING = "loss_itm";
    static final String WRITING = "loss_lm";
    static final String ANSWER = "loss_vqa";
    private static final int IGNORED = -100;

    NDArray loss(String objective, Pass pass, Inputs inputs) {
        return switch (objective) {
            case CONTRAST -> shared(pass, inputs).contrast().loss(alpha(inputs));
            case MATCHING -> matching(pass, inputs);
            case WRITING -> writing(pass, picture(pass, inputs), inputs, model.facts().text().smoothing());
            case ANSWER -> answer(pass, inputs);
            default -> throw new IllegalArgumentException(objective);
        };
    }

    static float alpha(Inputs inputs) {
        return inputs.has("alpha") ? inputs.get("alpha").toFloatArray()[0] : 0;
    }

    /// @return (B, 1 + N, D') computed once where the batch's contrast was learnt too
    NDArray picture(Pass pass, Inputs inputs) {
        NDArray pixels = BlipModel.pixels(inputs);
        return model.following().known(pixels, pass).map(Step::picture)
                .orElseGet(() -> model.online().picture(pass, pixels));
    }

    /// @return what the objectives of pre-training share, computed once a batch
    Step shared(Pass pass, Inputs inputs) {
        return model.following().once(BlipModel.pixels(inputs), pass, () -> step(pass, inputs));
    }

    /// What the contrast leaves behind.
    ///
    /// @param picture (B, 1 + N, D')
    record Step(NDArray picture, MomentumContrast contrast, Follower follower) {
    }

    Step step(Pass pass, Inputs inputs) {
        NDArray ids = inputs.get("input_ids");
        NDArray attended = BlipModel.attended(inputs, ids);
        BlipSide online = model.online();
        NDArray picture = picture(pass, inputs);
        NDArray pictureFeature = online.pictureFeature(pass, picture);
        NDArray textFeature = online.textFeature(pass, online.text().alone(pass, ids, attended));
        Follower follower = model.following().follow(pass, textFeature);
        BlipSide copy = model.copy();
        NDList copied = follower.during(() -> {
            NDArray feature = copy.pictureFeature(pass, copy.picture(pass, BlipModel.pixels(inputs)));
            NDArray text = copy.textFeature(pass, copy.text().alone(pass, ids, attended));
            return new NDList(feature.stopGradient(), text.stopGradient());
        });
        return new Step(picture, new MomentumContrast(pictureFeature, textFeature, copied.get(0), copied.get(1),
                model.temperature(textFeature), model.queue()), follower);
    }

    /// With given labels each pair by itself; else each pair, then those that are hard to tell apart.
    NDArray matching(Pass pass, Inputs inputs) {
        Guess guess = matchGuess(pass, inputs);
        return Losses.crossEntropy(guess.logits(), guess.labels(), IGNORED);
    }

    Guess matchGuess(Pass pass, Inputs inputs) {
        if (inputs.has("itm_labels")) {
            NDArray matched = looking(pass, inputs.get("input_ids"), BlipModel.attended(inputs,
                    inputs.get("input_ids")), picture(pass, inputs));
            return new Guess(model.matchLogits(pass, matched), inputs.get("itm_labels"));
        }
        return inputs.has("image_neg_idx")
                ? hardGuess(pass, picture(pass, inputs), inputs,
                        new HardPairs(inputs.get("image_neg_idx"), inputs.get("text_neg_idx")))
                : hardGuess(pass, shared(pass, inputs).picture(), inputs,
                        HardPairs.of(inputs, shared(pass, inputs).contrast()));
    }

    Guess hardGuess(Pass pass, NDArray picture, Inputs inputs, HardPairs hard) {
        NDArray ids = inputs.get("input_ids");
        NDArray attended = BlipModel.attended(inputs, ids);
        NDArray matched = looking(pass, ids, attended, picture);
        NDArray mismatched = looking(pass, hard.rows(ids), hard.rows(attended), hard.pictures(picture));
        return HardPairs.guess(model.matchLogits(pass, NDArrays.concat(new NDList(matched, mismatched), 0)));
    }

    /// A text that looks begins with its own token.
    private NDArray looking(Pass pass, NDArray ids, NDArray attended, NDArray picture) {
        return model.online().text().looking(pass, model.looks(ids), attended, picture, Optional.empty());
    }

    /// @return (B, T, V)
    NDArray writtenLogits(Pass pass, NDArray picture, Inputs inputs) {
        NDArray ids = model.writes(inputs.get("input_ids"));
        FusionText decoder = model.decoder();
        return decoder.words(pass,
                decoder.looking(pass, ids, BlipModel.attended(inputs, ids), picture, Optional.empty()));
    }

    /// @param inputs with `labels` where not every word of the text is to be told: a prompt is not
    NDArray writing(Pass pass, NDArray picture, Inputs inputs, double smoothing) {
        NDArray labels = inputs.has("labels") ? inputs.get("labels") : labels(inputs.get("input_ids"));
        return Losses.nextWord(writtenLogits(pass, picture, inputs), labels, IGNORED, smoothing);
    }

    private NDArray labels(NDArray ids) {
        return Losses.withoutPadding(ids, model.facts().ends().pad(), IGNORED);
    }

    /// @param inputs the question as `question_ids` and `question_mask`, or `input_ids` and `attention_mask`, and the picture
    Asked asked(Pass pass, Inputs inputs) {
        NDArray ids = inputs.has("question_ids") ? inputs.get("question_ids") : inputs.get("input_ids");
        NDArray attended = inputs.has("question_mask")
                ? inputs.get("question_mask")
                : BlipModel.attended(inputs, ids);
        return new Asked(model.online().text().looking(pass, model.looks(ids), attended, picture(pass, inputs),
                Optional.empty()), attended);
    }

    /// @return (n, A, V)
    NDArray answerLogits(Pass pass, Asked asked, NDArray ids, NDArray attended) {
        FusionText decoder = model.decoder();
        return decoder.words(pass,
                decoder.looking(pass, ids, attended, asked.states(), Optional.of(asked.attended())));
    }

    /// How each word of the answer that most people gave is foretold.
    Guess answerGuess(Pass pass, Inputs inputs) {
        NDArray first = Asked.first(inputs.get("n_answers"));
        NDArray ids = inputs.get("answer_ids").get(first);
        NDArray attended = inputs.get("answer_mask").get(first);
        return Asked.guess(answerLogits(pass, asked(pass, inputs), ids, attended), ids, attended);
    }

    /// Hugging Face's is the mean over the words of all answers; the original's is each answer's sum, weighed by how many people gave it, over the questions.
    NDArray answer(Pass pass, Inputs inputs) {
        double smoothing = model.facts().text().smoothing();
        Asked asked = asked(pass, inputs);
        if (inputs.has("decoder_input_ids")) {
            NDArray ids = inputs.get("decoder_input_ids");
            NDArray attended = inputs.has("decoder_attention_mask")
                    ? inputs.get("decoder_attention_mask")
                    : ids.onesLike();
            NDArray labels = inputs.has("labels") ? inputs.get("labels") : labels(ids);
            return Losses.nextWord(answerLogits(pass, asked, ids, attended), labels, IGNORED, smoothing);
        }
        NDArray ids = inputs.get("answer_ids");
        NDArray logits = answerLogits(pass, asked.repeated(inputs.get("n_answers")), ids, inputs.get("answer_mask"));
        return Scalars.over(whole(logits, ids).mul(inputs.get("weights")).sum(), asked.states().getShape().get(0));
    }

    /// @return (n) the loss of each whole answer; padding does not count
    private NDArray whole(NDArray logits, NDArray ids) {
        return Losses.nextWordRows(logits, labels(ids), IGNORED, model.facts().text().smoothing())
                .sum(new int[]{1});
    }

    /// Chooses from a closed list of answers: of those with the likeliest first words the one whose whole text is told with the least loss, smoothing included (salesforce/BLIP `blip_vqa.py`,
    /// `rank_answer`).
    ///
    /// @param inputs the question, the picture, `answer_list_ids` and `answer_list_mask` (A, L), and `k_test` where it is not the configuration's
    /// @return int64 (Q) numbers in the list
    NDArray best(Inputs inputs) {
        int k = inputs.has("k_test") ? (int) inputs.get("k_test").toLongArray()[0] : model.facts().best();
        AnswerRanking ranking = new AnswerRanking(inputs.get("answer_list_ids"), inputs.get("answer_list_mask"), k);
        long[] best = candidates(Pass.READABLE, inputs, ranking).stream().mapToLong(of -> of.stream()
                .min(Comparator.comparingDouble(AnswerRanking.Candidate::whole)).orElseThrow().answer()).toArray();
        return Staging.longs(inputs.get("answer_list_ids").getManager(), best, new Shape(best.length));
    }

    /// @return (Q, A) the largest for [#best]'s
    NDArray scores(Pass pass, Inputs inputs) {
        AnswerRanking ranking = new AnswerRanking(inputs.get("answer_list_ids"), inputs.get("answer_list_mask"),
                model.facts().best());
        return ranking.scores(candidates(pass, inputs, ranking), candidate -> -candidate.whole());
    }

    private List<List<AnswerRanking.Candidate>> candidates(Pass pass, Inputs inputs, AnswerRanking ranking) {
        Asked asked = asked(pass, inputs);
        long[] starts = new long[(int) asked.states().getShape().get(0)];
        Arrays.fill(starts, ranking.start());
        NDArray start = Staging.longs(asked.states().getManager(), starts, new Shape(starts.length, 1));
        NDArray first = answerLogits(pass, asked, start, start.onesLike()).get(new NDIndex(":, 0"))
                .softmax(-1); // (Q, V)
        return ranking.candidates(first,
                (q, answers, attended) -> whole(answerLogits(pass,
                        asked.one(q, (int) answers.getShape().get(0)), answers, attended), answers));
    }

    /// @param inputs the question, the picture, `answer_ids` and `answer_mask` of one answer
    /// @return (1) its log-likelihood
    NDArray logLikelihood(Pass pass, Inputs inputs) {
        NDArray ids = inputs.get("answer_ids");
        NDArray logits = answerLogits(pass, asked(pass, inputs), ids, inputs.get("answer_mask"));
        return Losses.nextWordRows(logits, labels(ids), IGNORED, 0).sum(new int[]{1}).neg();
    }
}
