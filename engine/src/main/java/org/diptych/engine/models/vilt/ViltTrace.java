package org.diptych.engine.models.vilt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Points;
import org.diptych.engine.nn.Transport;

/// Every quantity that the published implementations tell: Hugging Face's (`hf.` or no prefix) and the original's (`orig.`), which differ by an epsilon.
record ViltTrace(ViltModel model) {
    /// What the original's demonstration draws as a heat map.
    private static final Transport DEMO = new Transport(0.1, 1000, 1);

    Map<String, NDArray> outputs(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        ViltModel hf = model.twin(ViltConfig.Code.HUGGING_FACE);
        Map<String, NDArray> out = new LinkedHashMap<>();
        if (given.containsKey("mlm_input_ids")) {
            pretraining(hf, inputs, out);
        } else if (model.facts().pair()) {
            Points first = new Points("image0.");
            Points second = new Points("image1.");
            out.put("logits", hf.pairLogits(List.of(Pass.listening(first), Pass.listening(second)), inputs));
            last(first, "image0.", out);
            last(second, "image1.", out);
        } else if (given.containsKey("false_0_input_ids")) {
            out.put("scores", new ViltLosses(hf).rank(Pass.READABLE, inputs));
        } else {
            Points points = new Points("");
            out.put("logits", hf.answerLogits(Pass.listening(points), inputs));
            last(points, "", out);
        }
        return out;
    }

    private static void last(Points points, String prefix, Map<String, NDArray> out) {
        points.heard().forEach((name, value) -> {
            out.put(name.replace(ViltModel.STREAM + ".", ""), value);
            if (name.contains(".hidden.")) { // in order: the last one stays
                out.put(prefix + "hidden.last", value);
            } else if (name.contains(".attn.")) {
                out.put(prefix + "attn.last", value);
            }
        });
    }

    private void pretraining(ViltModel hf, Inputs inputs, Map<String, NDArray> out) {
        ViltModel original = model.twin(ViltConfig.Code.ORIGINAL);
        Inputs masked = ViltLosses.maskedInputs(inputs);
        Points first = new Points("hf.mlm.");
        ViltModel.States states = hf.states(Pass.listening(first), masked, 1);
        plain(first, out);
        last(first, "hf.mlm.", out);
        plain(first, "hf.mlm.", "hf.", out); // the epsilon probe knows one pass only
        plain(first, "hf.mlm.", "", out);
        if (hf.facts().fills()) {
            out.put("hf.mlm.logits", hf.wordLogits(states));
        }
        Points own = new Points("orig.mlm.");
        ViltModel.States originals = original.states(Pass.listening(own), byPixels(masked), 1);
        plain(own, out);
        plain(own, "orig.mlm.", "orig.", out);
        if (hf.facts().fills()) {
            out.put("orig.mlm.logits", original.wordLogits(originals));
        }
        Points matching = new Points("orig.itm.");
        ViltModel.States pair = original.states(Pass.listening(matching), ViltLosses.matchInputs(inputs), 1);
        plain(matching, out);
        if (hf.facts().matches()) {
            out.put("orig.itm.logits", original.matchLogits(pair));
        }
        Transport.Aligned aligned = ViltLosses.align(pair, ViltLosses.TRAINING);
        ViltLosses.Pads pads = ViltLosses.pads(pair);
        out.put("orig.itm.wpa_cost", aligned.cost());
        out.put("orig.itm.wpa_plan_T", aligned.plan());
        out.put("orig.itm.demo_plan_T", ViltLosses.align(pair, DEMO).plan());
        out.put("orig.itm.txt_pad", pads.text().toType(DataType.BOOLEAN, false));
        out.put("orig.itm.img_pad", pads.image().toType(DataType.BOOLEAN, false));
    }

    private static Inputs byPixels(Inputs inputs) {
        Map<String, NDArray> all = new HashMap<>(inputs.tensors());
        all.put("pixel_mask", ViltModel.shownByPixels(inputs.get("pixel_values")));
        return new Inputs(all, inputs.samples());
    }

    private static void plain(Points points, Map<String, NDArray> out) {
        points.heard().forEach((name, value) -> out.put(name.replace(ViltModel.STREAM + ".", ""), value));
    }

    private static void plain(Points points, String from, String to, Map<String, NDArray> out) {
        points.heard().forEach((name, value) -> out
                .put(name.replace(ViltModel.STREAM + ".", "").replaceFirst("^" + from.replace(".", "\\."), to), value));
    }

    Map<String, NDArray> losses(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        Map<String, NDArray> out = new LinkedHashMap<>();
        ViltLosses hf = new ViltLosses(model.twin(ViltConfig.Code.HUGGING_FACE));
        if (given.containsKey("mlm_input_ids")) {
            ViltLosses original = new ViltLosses(model.twin(ViltConfig.Code.ORIGINAL));
            if (model.facts().matches() && model.facts().fills()) {
                NDArray masked = original.masked(Pass.READABLE, byPixels(inputs));
                ViltModel.States pair = original.model().states(Pass.READABLE, ViltLosses.matchInputs(inputs), 1);
                NDArray matching = original.matching(pair, inputs);
                NDArray alignment = original.alignment(pair, inputs);
                out.put("total", masked.add(matching).add(alignment));
                out.put("mlm", masked);
                out.put("itm", matching);
                out.put("wpa_times_0.1", alignment);
            }
            out.put("hf_mlm", hf.masked(Pass.READABLE, inputs));
            return out;
        }
        String objective = model.facts().pair()
                ? ViltLosses.PAIR
                : given.containsKey("targets") ? ViltLosses.ANSWER : ViltLosses.RANK;
        out.put(objective, hf.loss(objective, Pass.READABLE, inputs));
        return out;
    }
}
