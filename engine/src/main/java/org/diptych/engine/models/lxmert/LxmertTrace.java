package org.diptych.engine.models.lxmert;

import ai.djl.ndarray.NDArray;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Points;
import org.diptych.engine.nn.Losses;

/// Every quantity that the published implementations tell: the main pass has no mask over regions, as pre-training has none; `vmask.` repeats it with one.
record LxmertTrace(LxmertModel model) {
    private static final String REGION_MASK = "visual_attention_mask";
    private static final Map<String, String> SITES = Map.of(CrossLayer.TO_OBJECTS, "cross_attn.lang_to_visn",
            CrossLayer.TO_WORDS, "cross_attn.visn_to_lang", CrossLayer.WORDS, "lang_self_attn", CrossLayer.OBJECTS,
            "visn_self_attn");

    private static Inputs unmasked(Map<String, NDArray> given) {
        Map<String, NDArray> all = new HashMap<>(given);
        all.remove(REGION_MASK);
        return new Inputs(all, List.of());
    }

    Map<String, NDArray> outputs(Map<String, NDArray> given) {
        Map<String, NDArray> out = new LinkedHashMap<>(pass("", unmasked(given)));
        if (given.containsKey(REGION_MASK)) {
            out.putAll(pass("vmask.", new Inputs(given, List.of())));
        }
        return out;
    }

    private Map<String, NDArray> pass(String prefix, Inputs inputs) {
        Points points = new Points(prefix);
        LxmertStreams.States states = model.states(Pass.listening(points), inputs);
        LxmertConfig facts = model.facts();
        if (facts.fills()) {
            points.value("prediction_logits", model.wordLogits(states));
        }
        if (facts.matches()) {
            points.value("cross_relationship_score", model.matchLogits(states));
        }
        if (facts.namesObjects()) {
            model.objectLogits(states).forEach((name, logits) -> points.value("obj_head." + name, logits));
        }
        if (facts.answers() > 0) {
            points.value("question_answering_score", model.answerLogits(states));
        }
        Map<String, NDArray> out = new LinkedHashMap<>();
        points.heard().forEach((name, value) -> out.put(published(prefix, name), value));
        return out;
    }

    /// `cross.lang_to_visn.attn.0` is `x.0.cross_attn.lang_to_visn` in the reference's answers.
    private static String published(String prefix, String name) {
        String plain = name.substring(prefix.length());
        for (Map.Entry<String, String> site : SITES.entrySet()) {
            String from = site.getKey() + ".attn.";
            if (plain.startsWith(from)) {
                return prefix + "x." + plain.substring(from.length()) + "." + site.getValue();
            }
        }
        return name;
    }

    Map<String, NDArray> losses(Map<String, NDArray> given) {
        Inputs inputs = unmasked(given);
        Map<String, NDArray> out = new LinkedHashMap<>();
        LxmertLosses losses = new LxmertLosses(model);
        LxmertStreams.States states = model.states(Pass.READABLE, inputs);
        if (inputs.has("labels")) {
            out.put("hf_cross_entropy", Losses.crossEntropy(model.answerLogits(states), inputs.get("labels"), -100));
            out.put("original_bce_times_n", losses.loss(LxmertLosses.SOFT_ANSWER, states, inputs));
            return out;
        }
        Map<String, NDArray> parts = new LinkedHashMap<>();
        for (String task : List.of(LxmertLosses.MASKED_WORDS, LxmertLosses.MATCHING, LxmertLosses.OBJECTS,
                LxmertLosses.ANSWER)) {
            parts.put(task, losses.loss(task, states, inputs));
        }
        out.put("total", LxmertLosses.sum(parts));
        out.putAll(parts);
        Map<String, NDArray> original = new LinkedHashMap<>(
                losses.objects(states, inputs, LxmertLosses.ORIGINAL_NORMALISER));
        original.put("mask_lm", parts.get(LxmertLosses.MASKED_WORDS));
        original.put("matched", parts.get(LxmertLosses.MATCHING));
        original.put("qa", parts.get(LxmertLosses.ANSWER));
        out.put("original_repo.total", LxmertLosses.sum(original));
        original.forEach((name, loss) -> out.put("original_repo." + name, loss));
        return out;
    }
}
