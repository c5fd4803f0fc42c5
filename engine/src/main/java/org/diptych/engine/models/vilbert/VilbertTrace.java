package org.diptych.engine.models.vilbert;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Points;

/// Every quantity that the published implementations tell.
record VilbertTrace(VilbertModel model) {
    private static final String VARIANT = "variant_mse.cls.imagePredictions.decoder.";
    private static final Map<String, String> SITES = Map.of(CoAttention.TEXT_TO_IMAGE, "attn_text_to_image",
            CoAttention.IMAGE_TO_TEXT, "attn_image_to_text");

    Map<String, NDArray> outputs(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        Points points = new Points("");
        VilbertStreams.States states = model.states(Pass.listening(points), inputs);
        Map<String, NDArray> out = new LinkedHashMap<>();
        points.heard().forEach((name, value) -> out.put(published(name), value));
        VilbertConfig.Heads has = model.facts().heads();
        model.heads().all(states, inputs).forEach((name, value) -> out.put("out." + name, value));
        if (has.words()) {
            out.put("prediction_scores_t", model.heads().words(states));
        }
        if (has.regions()) {
            out.put("prediction_scores_v", model.heads().regions(states));
            if (given.containsKey(VARIANT + "weight")) {
                out.put("variant_mse.prediction_scores_v", variant(states, given));
            }
        }
        if (has.match()) {
            out.put("seq_relationship_score", model.heads().match(states));
        }
        return out;
    }

    /// The feature-telling variant has a decoder of its own, which no published file holds.
    private NDArray variant(VilbertStreams.States states, Map<String, NDArray> given) {
        NDArray hidden = model.heads().regionStates(states);
        return hidden.getNDArrayInternal().linear(hidden, given.get(VARIANT + "weight"), given.get(VARIANT + "bias"))
                .singletonOrThrow();
    }

    /// `co.text_to_image.attn.0` is `c.0.attn_text_to_image` in the reference's answers.
    private static String published(String name) {
        for (Map.Entry<String, String> site : SITES.entrySet()) {
            String from = site.getKey() + ".attn.";
            if (name.startsWith(from)) {
                return "c." + name.substring(from.length()) + "." + site.getValue();
            }
        }
        return name;
    }

    Map<String, NDArray> losses(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        VilbertStreams.States states = model.states(Pass.READABLE, inputs);
        VilbertLosses losses = new VilbertLosses(model);
        Map<String, NDArray> out = new LinkedHashMap<>();
        if (model.facts().heads().answers() > 0) {
            out.put(VilbertLosses.ANSWER, losses.loss(VilbertLosses.ANSWER, states, inputs));
            return out;
        }
        Map<String, NDArray> parts = new LinkedHashMap<>();
        for (String task : model.objectives()) {
            parts.put(task, losses.loss(task, states, inputs));
        }
        out.put("total", parts.values().stream().reduce(NDArray::add).orElseThrow());
        out.putAll(parts);
        if (given.containsKey(VARIANT + "weight")) {
            out.put("variant_visual_target_1_feature_mse", VilbertLosses.features(variant(states, given), inputs));
        }
        return out;
    }
}
