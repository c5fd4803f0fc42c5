package org.diptych.engine.models.uniter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Optional;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.nn.Transport;

/// UNITER's objectives (section 3.2; ChenRocks/UNITER `model/pretrain.py`).
record UniterLosses(UniterModel model) {
    static final String MASKED_WORDS = "mlm";
    static final String FEATURES = "mrfr";
    static final String CLASSES = "mrc";
    static final String SOFT_CLASSES = "mrckl";
    static final String MATCHING = "itm";
    static final String ALIGNMENT = "wra_ot";
    static final String RANK = "rank";
    static final String ANSWER = "vqa";
    static final String PAIR = "nlvr2";
    static final double ALIGNMENT_WEIGHT = 0.1;
    private static final Transport TRANSPORT = new Transport(0.5, 50, 1);
    private static final double UNIT_EPSILON = 1e-5;
    private static final int IGNORED = -1;

    NDArray loss(String objective, Pass pass, Inputs inputs) {
        return switch (objective) {
            case MASKED_WORDS -> words(pass, inputs).loss();
            case FEATURES -> features(pass, inputs).loss();
            case CLASSES -> classes(pass, inputs).loss();
            case SOFT_CLASSES -> softClasses(pass, inputs).loss();
            case MATCHING -> matching(model.matchLogits(model.pooled(pass, model.states(pass, inputs))), inputs);
            case ALIGNMENT -> alignment(align(model.states(pass, inputs), inputs), inputs);
            case RANK -> rank(model.rankLogits(model.pooled(pass, model.states(pass, inputs)))).mean();
            case ANSWER -> answer(model.answerLogits(pass, inputs), inputs);
            case PAIR -> Losses.crossEntropy(model.pairLogits(pass, inputs), inputs.get("targets"), IGNORED);
            default -> throw new IllegalArgumentException(objective);
        };
    }

    /// @param scores (n, ...) of what was masked
    /// @param items  loss of each, where the reference tells it
    record Masked(NDArray scores, Optional<NDArray> items, NDArray loss) {
    }

    Masked words(Pass pass, Inputs inputs) {
        NDArray labels = inputs.get("txt_labels"); // (B, T)
        NDArray states = model.states(pass, inputs).get(new NDIndex(":, :{}", labels.getShape().get(1)));
        NDArray masked = labels.neq(IGNORED);
        NDArray scores = model.wordScores(Rows.where(states, masked));
        NDArray wanted = Rows.where(labels.toType(DataType.FLOAT32, false).expandDims(2), masked).squeeze(1)
                .toType(DataType.INT64, false);
        NDArray items = Losses.crossEntropyRows(scores, wanted, IGNORED);
        return new Masked(scores, Optional.of(items), items.mean());
    }

    private NDArray maskedRegions(Pass pass, Inputs inputs) {
        return Rows.where(model.states(pass, inputs), inputs.get("img_mask_tgt"));
    }

    Masked features(Pass pass, Inputs inputs) {
        NDArray scores = model.featureScores(maskedRegions(pass, inputs));
        return new Masked(scores, Optional.empty(), scores.sub(inputs.get("feat_targets")).square().mean());
    }

    /// The likeliest class but the background, class 0.
    Masked classes(Pass pass, Inputs inputs) {
        NDArray scores = model.classScores(maskedRegions(pass, inputs));
        NDArray wanted = inputs.get("label_targets").get(new NDIndex(":, 1:")).argMax(1).toType(DataType.INT64, false)
                .add(1);
        NDArray items = Losses.crossEntropyRows(scores, wanted, IGNORED);
        return new Masked(scores, Optional.of(items), items.mean());
    }

    /// The mean over regions and classes alike, as the reference trains with.
    Masked softClasses(Pass pass, Inputs inputs) {
        NDArray scores = model.classScores(maskedRegions(pass, inputs));
        return new Masked(scores, Optional.empty(), Losses.klTerms(scores, inputs.get("label_targets")).mean());
    }

    static NDArray matching(NDArray logits, Inputs inputs) {
        return Losses.crossEntropy(logits, inputs.get("targets"), IGNORED);
    }

    /// Words and regions apart again, padding in the middle.
    static Transport.Aligned align(NDArray states, Inputs inputs) {
        long[] shape = states.getShape().getShape();
        int words = (int) inputs.get("input_ids").getShape().get(1);
        int regions = (int) inputs.get("img_feat").getShape().get(1);
        long[] to = inputs.get("ot_scatter").toType(DataType.INT64, false).toLongArray();
        int b = (int) shape[0];
        int length = (int) shape[1];
        long[] from = new long[b * (words + regions)];
        Arrays.fill(from, (long) b * length); // a row of zeros behind all others
        for (int i = 0; i < to.length; i++) {
            int sample = i / length;
            if (to[i] < words + regions) {
                from[sample * (words + regions) + (int) to[i]] = i;
            }
        }
        NDArray flat = states.reshape(-1, shape[2]).concat(states.getManager().zeros(new Shape(1, shape[2])), 0);
        NDArray apart = Rows.at(flat,
                Staging.longs(states.getManager(), from, new Shape(b, (long) words + regions)));
        return TRANSPORT.align(apart.get(new NDIndex(":, :{}", words)), apart.get(new NDIndex(":, {}:", words)),
                inputs.get("txt_pad").toType(DataType.FLOAT32, false),
                inputs.get("img_pad").toType(DataType.FLOAT32, false), UNIT_EPSILON);
    }

    /// @return (sum over matched - sum over mismatched distances) / B
    static NDArray alignment(Transport.Aligned aligned, Inputs inputs) {
        NDArray sign = inputs.get("targets").toType(DataType.FLOAT32, false).mul(2f).sub(1f);
        return Scalars.over(aligned.distance().mul(sign).sum(), aligned.distance().getShape().get(0));
    }

    /// @param logits (B, 1) each ranking's true pair first
    /// @return (rankings, others) by how much each other one comes too near
    NDArray rank(NDArray logits) {
        int size = model.facts().sample() > 0 ? model.facts().sample() : (int) logits.getShape().get(0);
        NDArray scores = ai.djl.nn.Activation.sigmoid(logits).reshape(-1, size);
        NDArray wrong = scores.get(new NDIndex(":, 1:")).sub(scores.get(new NDIndex(":, :1")))
                .add((float) model.facts().margin());
        return Activations.RELU.apply(wrong);
    }

    /// @return mean binary cross-entropy times the number of answers
    static NDArray answer(NDArray logits, Inputs inputs) {
        return Scalars.times(Losses.binaryRows(logits, inputs.get("targets")).mean(), logits.getShape().get(1));
    }
}
