package org.diptych.engine.models.vilbert;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.kernel.MatrixProducts;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.tower.AnswerHead;
import org.diptych.engine.tower.WordHead;

/// The heads of pre-training and of the twelve tasks, those that the file has.
final class VilbertHeads extends Module {
    private static final float HIDDEN = -10000;

    private final VilbertConfig config;
    private final Optional<WordHead> words;
    private final Optional<Regions> regions;
    private final Optional<Linear> match;
    private final Optional<AnswerHead> answers;
    private final Optional<WeightNormHead> olderAnswers;
    private final Optional<AnswerHead> gqa;
    private final Optional<AnswerHead> pair;
    private final Optional<Linear> score;
    private final Optional<Linear> three;
    private final Optional<Linear> regionScore;
    private final Optional<Linear> wordScore;

    /// Says which class a masked region had.
    private final class Regions {
        private final Linear dense;
        private final LayerNorm norm;
        private final Linear decoder;

        Regions() {
            int width = config.image().width();
            dense = child("cls.imagePredictions.transform.dense", new Linear(width, width));
            norm = child("cls.imagePredictions.transform.LayerNorm", new LayerNorm(width, VilbertConfig.EPSILON));
            decoder = child("cls.imagePredictions.decoder", new Linear(width, config.classes()));
        }

        NDArray hidden(NDArray image) {
            return norm.apply(config.image().activation().apply(dense.apply(image)));
        }
    }

    VilbertHeads(VilbertConfig config, Weight wordTable) {
        this.config = config;
        VilbertConfig.Heads has = config.heads();
        int bridge = config.bridge();
        words = has.words()
                ? Optional.of(child("cls.predictions", new WordHead(config.text().width(), VilbertConfig.EPSILON,
                        config.text().activation(), wordTable, WordHead.Names.BERT)))
                : Optional.empty();
        regions = has.regions() ? Optional.of(new Regions()) : Optional.empty();
        match = has.match()
                ? Optional.of(child("cls.bi_seq_relationship", new Linear(bridge, 2)))
                : Optional.empty();
        answers = has.weightNormed() ? Optional.empty() : closed("vil_prediction", bridge, has.answers());
        olderAnswers = has.weightNormed()
                ? Optional.of(child("vil_prediction.main", new WeightNormHead(bridge, 2 * bridge, has.answers())))
                : Optional.empty();
        gqa = closed("vil_prediction_gqa", bridge, has.gqa());
        pair = closed("vil_binary_prediction", 2 * bridge, has.pair());
        score = has.score() ? Optional.of(child("vil_logit", new Linear(bridge, 1))) : Optional.empty();
        three = has.three() > 0
                ? Optional.of(child("vil_tri_prediction", new Linear(bridge, has.three())))
                : Optional.empty();
        regionScore = has.regionScore()
                ? Optional.of(child("vision_logit", new Linear(config.image().width(), 1)))
                : Optional.empty();
        wordScore = has.wordScore()
                ? Optional.of(child("linguisic_logit", new Linear(config.text().width(), 1)))
                : Optional.empty();
    }

    private Optional<AnswerHead> closed(String name, int in, int count) {
        return count == 0
                ? Optional.empty()
                : Optional.of(child(name + ".logit_fc",
                        new AnswerHead(in, 2 * config.bridge(), count, VilbertConfig.EPSILON, false)));
    }

    /// @return (B, T, V)
    NDArray words(VilbertStreams.States states) {
        return words.orElseThrow().apply(states.text());
    }

    /// @return (B, 1 + N, classes)
    NDArray regions(VilbertStreams.States states) {
        return regions.orElseThrow().decoder.apply(regionStates(states));
    }

    /// @return (B, 1 + N, D') what the decoder of region classes reads
    NDArray regionStates(VilbertStreams.States states) {
        return regions.orElseThrow().hidden(states.image());
    }

    /// @return (B, 2) logits of match and mismatch, in this order
    NDArray match(VilbertStreams.States states) {
        return match.orElseThrow().apply(states.pooled());
    }

    /// @return (B, A)
    NDArray answers(VilbertStreams.States states) {
        return olderAnswers.isPresent()
                ? olderAnswers.get().apply(states.pooled())
                : answers.orElseThrow().apply(states.pooled());
    }

    /// Every answer that the file's heads give, under the published names.
    Map<String, NDArray> all(VilbertStreams.States states, Inputs inputs) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        if (words.isPresent()) {
            out.put("linguisic_prediction", words(states));
        }
        if (regions.isPresent()) {
            out.put("vision_prediction", regions(states));
        }
        long b = states.pooled().getShape().get(0);
        if (pair.isPresent() && b % 2 == 0) { // rows 2k and 2k + 1 are two pictures of one sentence
            out.put("vil_binary_prediction", pair.get().apply(states.pooled().reshape(b / 2, -1)));
        } else if (match.isPresent()) {
            out.put("vil_binary_prediction", match(states));
        }
        if (config.heads().answers() > 0) {
            out.put("vil_prediction", answers(states));
        }
        gqa.ifPresent(h -> out.put("vil_prediction_gqa", h.apply(states.pooled())));
        score.ifPresent(h -> out.put("vil_logit", h.apply(states.pooled())));
        three.ifPresent(h -> out.put("vil_tri_prediction", h.apply(states.pooled())));
        wordScore.ifPresent(h -> out.put("linguisic_logit", h.apply(states.text())));
        regionScore.ifPresent(h -> {
            NDArray each = h.apply(states.image());
            out.put("vision_logit", inputs.has("image_attention_mask")
                    ? each.add(Masks.padding(inputs.get("image_attention_mask"), HIDDEN).reshape(each.getShape()))
                    : each);
        });
        return out;
    }

    /// The older repository's question head: two linear layers, each matrix with one learned length (Salimans and Kingma 2016), ReLU between.
    private static final class WeightNormHead extends Module {
        private final Normed hidden;
        private final Normed out;

        WeightNormHead(int in, int inner, int answers) {
            hidden = child("0", new Normed(in, inner));
            out = child("3", new Normed(inner, answers));
        }

        NDArray apply(NDArray x) {
            return out.apply(Activations.RELU.apply(hidden.apply(x)));
        }
    }

    private static final class Normed extends Module {
        private final Weight length;
        private final Weight direction;
        private final Weight bias;

        Normed(long in, long out) {
            length = weight("weight_g");
            direction = weight("weight_v", out, in);
            bias = weight("bias", out);
        }

        NDArray apply(NDArray x) {
            NDArray v = x.getManager().zeros(direction.shape()).add(direction.get());
            NDArray w = v.div(v.square().sum().sqrt()).mul(length.get());
            return MatrixProducts.linear(x, w, bias.get());
        }
    }
}
