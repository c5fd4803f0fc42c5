package org.diptych.engine.models.lxmert;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.nn.Losses;

/// LXMERT's objectives (section 3.1; airsplay/lxmert `modeling.py`, transformers `LxmertForPreTraining`).
record LxmertLosses(LxmertModel model) {
    static final String MASKED_WORDS = "masked_lm";
    static final String MATCHING = "matched";
    static final String OBJECTS = "obj_predict_total";
    static final String ANSWER = "qa";
    static final String SOFT_ANSWER = "vqa";
    /// The original code's own: what is masked with a probability of 0.15 is counted as if all were.
    static final double ORIGINAL_NORMALISER = 1 / 0.15;
    private static final int IGNORED = -100;

    NDArray loss(String objective, LxmertStreams.States states, Inputs inputs) {
        return switch (objective) {
            case MASKED_WORDS -> Losses.crossEntropy(model.wordLogits(states), inputs.get("lm_labels"), IGNORED);
            case MATCHING -> Losses.crossEntropy(model.matchLogits(states), inputs.get("matched_label"), IGNORED);
            case OBJECTS -> sum(objects(states, inputs, model.facts().normaliser()));
            case ANSWER -> Losses.crossEntropy(model.answerLogits(states), inputs.get("ans"), IGNORED);
            case SOFT_ANSWER -> {
                NDArray logits = model.answerLogits(states);
                yield Scalars.times(Losses.binaryRows(logits, inputs.get("soft_targets")).mean(),
                        logits.getShape().get(1));
            }
            default -> throw new IllegalArgumentException(objective);
        };
    }

    static NDArray sum(Map<String, NDArray> parts) {
        return parts.values().stream().reduce(NDArray::add).orElseThrow();
    }

    /// The mean goes over all regions, masked or not: classes and attributes count by the detector's confidence, features by the mask.
    ///
    /// @return question -> loss
    Map<String, NDArray> objects(LxmertStreams.States states, Inputs inputs, double normaliser) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        model.objectLogits(states).forEach((name, logits) -> {
            NDArray rows = name.equals(ObjectHead.FEATURE)
                    ? Losses.smoothL1Rows(logits, inputs.get("feat_target")).mean(new int[]{-1}).reshape(-1)
                    : Losses.crossEntropyRows(logits, inputs.get(name + "_label"), IGNORED);
            NDArray weights = inputs.get(name.equals(ObjectHead.FEATURE) ? "feat_mask" : name + "_conf").reshape(-1);
            out.put(name, Scalars.times(rows.mul(weights).mean(), normaliser));
        });
        return out;
    }
}
