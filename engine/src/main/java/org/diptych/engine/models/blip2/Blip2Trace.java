package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.model.Calls;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Staging;
import org.diptych.engine.tower.Encoder;

/// Every quantity that the two published implementations tell: LAVIS's calls by number for stage 1, Hugging Face's names for stage 2.
record Blip2Trace(Blip2Model model) {
    private static Calls calls(String vision) {
        Map<String, String> layers = new LinkedHashMap<>(Map.of(EvaTower.STREAM, vision));
        Map<String, String> sites = new LinkedHashMap<>(Map.of(EvaTower.STREAM, vision + ".%d.attn_probs"));
        for (String stream : List.of(QFormer.QUERIES, QFormer.WORDS, QFormer.TOGETHER, QFormer.WRITTEN)) {
            layers.put(stream, "qformer.layer");
            sites.put(stream, "qformer.layer.%d.self_attn_probs");
            sites.put(stream + Encoder.CROSS, "qformer.layer.%d.cross_attn_probs");
        }
        sites.put(OptLanguage.STREAM, "opt.layer.%d.self_attn_probs");
        layers.put(OptLanguage.STREAM, "opt.layer");
        return new Calls(layers, sites);
    }

    Map<String, NDArray> outputs(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        return model.facts().language().isPresent() ? second(inputs) : first(inputs);
    }

    private Map<String, NDArray> first(Inputs inputs) {
        Calls calls = calls("visual.blocks");
        Pass pass = Pass.listening(calls);
        Blip2Losses losses = new Blip2Losses(model);
        Blip2Losses.Step step = losses.step(pass, inputs);
        NDArray matched = losses.matchLogits(pass, step, inputs);
        losses.writtenLogits(pass, step.asked(), inputs);
        Map<String, NDArray> out = new LinkedHashMap<>();
        calls.heard().forEach((name, value) -> out.put(name.replace("vision.embeddings", "visual.embeddings"), value));
        NDArray alike = Blip2Losses.alike(step.pictures(), step.texts());
        out.put("itc_image_query_text_sim", alike);
        out.put("itc_best_query", alike.argMax(2).toType(DataType.INT64, false));
        out.put("itc_sim_i2t", losses.toTexts(step));
        out.put("itc_sim_t2i", losses.toPictures(step));
        out.put("itm_logits_mean_over_queries", matched);
        out.put("compute_itm.matched",
                model.match(Pass.READABLE, step.picture(), inputs.get("input_ids"), Blip2Model.attended(inputs))
                        .mean(new int[]{1}).get(new NDIndex(":, 1")));
        int words = (int) inputs.get("input_ids").getShape().get(1);
        for (QFormer.Reading reading : QFormer.Reading.values()) {
            out.put("mask." + reading.objective(), mask(reading, words, matched.getManager()));
        }
        return out;
    }

    private NDArray mask(QFormer.Reading reading, int words, NDManager manager) {
        int q = model.facts().former().queries();
        int n = q + words;
        long[] seen = new long[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                seen[i * n + j] = reading.sees(i, j, q) ? 1 : 0;
            }
        }
        return Staging.longs(manager, seen, new Shape(n, n));
    }

    private Map<String, NDArray> second(Inputs inputs) {
        Calls calls = calls("vision.layers");
        Pass pass = Pass.listening(calls);
        NDArray states = model.bridge().vision(pass, inputs);
        NDArray picture = model.bridge().normed(pass, states);
        NDArray pooled = model.bridge().normed(Pass.READABLE, picture.get(new NDIndex(":, 0")));
        NDArray projected = model.projected(pass, model.bridge().ask(pass, picture).states());
        NDArray logits = model.languageLogits(pass, projected, inputs);
        Map<String, NDArray> out = new LinkedHashMap<>();
        calls.heard().forEach((name, value) -> out.put(path(name.replaceFirst("#0$", "")), value));
        out.put("vision.post_layernorm#1", pooled);
        out.put("logits", logits);
        return out;
    }

    /// The language model's states are counted from its embeddings; the last layer's own, before the norm, is not told.
    private static String path(String name) {
        String layer = "opt.layer.";
        if (name.startsWith(layer) && name.indexOf('.', layer.length()) < 0) {
            String number = name.substring(layer.length());
            return "opt.hidden." + (number.endsWith("#1")
                    ? Integer.parseInt(number.replace("#1", "")) + 1
                    : Integer.parseInt(number) + 1);
        }
        return name.equals("ln_vision")
                ? "vision.post_layernorm"
                : name.equals("opt_proj")
                        ? "language_projection"
                        : name.equals("language.embeddings") ? "opt.hidden.0" : name;
    }

    /// The first one is what the reference's gradients are of.
    Map<String, NDArray> losses(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        Blip2Losses losses = new Blip2Losses(model);
        Map<String, NDArray> out = new LinkedHashMap<>();
        if (model.facts().language().isPresent()) {
            NDArray states = model.bridge().vision(Pass.READABLE, inputs);
            out.put(Blip2Losses.LANGUAGE,
                    losses.language(Pass.READABLE, model.bridge().normedAsLavis(states), inputs, true));
            out.put("hf_loss",
                    losses.language(Pass.READABLE, model.bridge().normed(Pass.READABLE, states), inputs, false));
            return out;
        }
        Blip2Losses.Step step = losses.step(Pass.READABLE, inputs);
        NDArray contrast = losses.contrast(step);
        NDArray matching = losses.matching(losses.matchLogits(Pass.READABLE, step, inputs));
        NDArray writing = losses.writing(losses.writtenLogits(Pass.READABLE, step.asked(), inputs), inputs);
        out.put("loss", contrast.add(matching).add(writing));
        out.put(Blip2Losses.CONTRAST, contrast);
        out.put(Blip2Losses.MATCHING, matching);
        out.put(Blip2Losses.WRITING, writing);
        return out;
    }
}
