package org.diptych.engine.models.vilt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.nn.Transport;

/// ViLT's objectives (section 3.2; dandelin/ViLT `objectives.py`).
record ViltLosses(ViltModel model) {
    static final String MASKED = "mlm";
    static final String MATCHING = "itm";
    static final String ALIGNMENT = "wpa";
    static final String ANSWER = "vqa";
    static final String PAIR = "nlvr2";
    static final String RANK = "irtr";
    static final double ALIGNMENT_WEIGHT = 0.1;
    static final Transport TRAINING = new Transport(0.5, 50, 1);
    private static final int IGNORED = -100;
    private static final double UNIT_EPSILON = 1e-12;

    NDArray loss(String objective, Pass pass, Inputs inputs) {
        return switch (objective) {
            case MASKED -> masked(pass, inputs);
            case MATCHING -> matching(model.states(pass, matchInputs(inputs), 1), inputs);
            case ALIGNMENT -> alignment(model.states(pass, matchInputs(inputs), 1), inputs);
            case ANSWER -> answer(model.answerLogits(pass, inputs), inputs);
            case PAIR -> Losses.crossEntropy(model.pairLogits(List.of(pass, pass), inputs), inputs.get("labels"),
                    IGNORED);
            case RANK -> {
                NDArray scores = rank(pass, inputs);
                yield Losses.crossEntropy(scores, scores.get(":, 0").zerosLike().toType(DataType.INT64, false),
                        IGNORED);
            }
            default -> throw new IllegalArgumentException(objective);
        };
    }

    NDArray masked(Pass pass, Inputs inputs) {
        return Losses.crossEntropy(model.wordLogits(pass, maskedInputs(inputs)), inputs.get("mlm_labels"), IGNORED);
    }

    static Inputs maskedInputs(Inputs inputs) {
        Map<String, NDArray> all = new HashMap<>(inputs.tensors());
        all.put("input_ids", inputs.get("mlm_input_ids"));
        return new Inputs(all, inputs.samples());
    }

    /// Where the label says mismatch, another picture stands in; padding is then told from the pixels.
    static Inputs matchInputs(Inputs inputs) {
        NDArray matches = inputs.get("itm_labels").toType(DataType.FLOAT32, false).reshape(-1, 1, 1, 1);
        NDArray pixels = inputs.get("pixel_values").mul(matches)
                .add(inputs.get("false_pixel_values").mul(matches.neg().add(1f)));
        Map<String, NDArray> all = new HashMap<>(inputs.tensors());
        all.put("pixel_values", pixels);
        all.put("pixel_mask", ViltModel.shownByPixels(pixels));
        return new Inputs(all, inputs.samples());
    }

    NDArray matching(ViltModel.States states, Inputs inputs) {
        return Losses.crossEntropy(model.matchLogits(states), inputs.get("itm_labels"), IGNORED);
    }

    /// What takes part in the alignment: no class row, no `[CLS]`, and not the text's last token.
    ///
    /// @param text  (B, T) 1 for padding and what is left out, as floats
    /// @param image (B, 1 + L) the same
    record Pads(NDArray text, NDArray image) {
    }

    static Pads pads(ViltModel.States states) {
        long t = states.text().getShape().get(1);
        NDArray text = states.mask().get(":, :{}", t).toType(DataType.INT64, false);
        NDArray image = states.mask().get(":, {}:", t);
        NDArray place = text.cumSum(1).toType(DataType.INT64, false); // 1, 2, ... at the words
        NDArray last = place.eq(text.sum(new int[]{1}, true)).logicalAnd(text.eq(1));
        NDArray first = text.getManager().arange((int) t).eq(0).expandDims(0);
        NDArray kept = text.eq(1).logicalAnd(last.logicalOr(first.broadcast(last.getShape())).logicalNot());
        NDArray top = image.getManager().arange((int) image.getShape().get(1)).neq(0).expandDims(0);
        return new Pads(Transport.pads(kept),
                Transport.pads(image.eq(1).logicalAnd(top.broadcast(image.getShape()))));
    }

    static Transport.Aligned align(ViltModel.States states, Transport how) {
        Pads pads = pads(states);
        return how.align(states.text(), states.image(), pads.text(), pads.image(), UNIT_EPSILON);
    }

    /// @return 0.1 (sum over matched - sum over mismatched distances) / B
    NDArray alignment(ViltModel.States states, Inputs inputs) {
        NDArray distance = align(states, TRAINING).distance(); // (B)
        NDArray sign = inputs.get("itm_labels").toType(DataType.FLOAT32, false).mul(2f).sub(1f);
        return Scalars.times(distance.mul(sign).sum(), ALIGNMENT_WEIGHT / distance.getShape().get(0));
    }

    /// @return mean binary cross-entropy times the number of answers
    static NDArray answer(NDArray logits, Inputs inputs) {
        return Scalars.times(Losses.binaryRows(logits, inputs.get("targets")).mean(), logits.getShape().get(1));
    }

    /// @return (B, 1 + false texts) the true text first
    NDArray rank(Pass pass, Inputs inputs) {
        NDList columns = new NDList(model.rankLogits(pass, inputs));
        for (int i = 0; inputs.has("false_" + i + "_input_ids"); i++) {
            Map<String, NDArray> other = new HashMap<>(inputs.tensors());
            other.put("input_ids", inputs.get("false_" + i + "_input_ids"));
            other.put("attention_mask", inputs.get("false_" + i + "_attention_mask"));
            columns.add(model.rankLogits(pass, new Inputs(other, inputs.samples())));
        }
        return NDArrays.concat(columns, 1);
    }
}
