package org.diptych.engine.models.blip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.model.Calls;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.tower.FeatureQueue;
import org.diptych.engine.tower.FusionText;
import org.diptych.engine.tower.HardPairs;

/// Every quantity that the two published implementations tell: each module's calls by number; Hugging Face's names for its cases, with `orig.` for what the original's epsilon makes of the same
/// weights.
record BlipTrace(BlipModel model) {
    private static final int IGNORED = -100;

    /// @param vision path of the picture's layers
    private static Calls calls(String vision) {
        Map<String, String> layers = new LinkedHashMap<>();
        Map<String, String> sites = new LinkedHashMap<>();
        for (String suffix : List.of("", "_m")) {
            String path = vision.replace("visual_encoder", "visual_encoder" + suffix);
            layers.put(BlipModel.VISION + suffix, path);
            sites.put(BlipModel.VISION + suffix, path + ".%d.attn_probs");
            for (String stack : List.of(BlipModel.READING + suffix, BlipModel.WRITING + suffix)) {
                layers.put(stack, stack + ".layer");
                sites.put(stack, stack + ".layer.%d.self_attn_probs");
                sites.put(stack + BlipModel.CROSS, stack + ".layer.%d.cross_attn_probs");
            }
        }
        return new Calls(layers, sites);
    }

    private static Map<String, NDArray> original(Calls calls) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        calls.heard().forEach((name, value) -> out.put(name.replace(".mlm_logits", ".logits"), value));
        return out;
    }

    private static void huggingFace(Calls calls, String prefix, Map<String, NDArray> out) {
        original(calls).forEach((name, value) -> out.put(prefix + name
                .replace("visual_encoder.embeddings", "vision.embeddings")
                .replace("visual_encoder.norm", "vision.post_layernorm"), value));
    }

    Map<String, NDArray> outputs(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        Map<String, NDArray> out = new LinkedHashMap<>();
        if (given.containsKey("image_neg_idx")) {
            pretraining(inputs, out);
        } else if (given.containsKey("question_ids")) {
            Calls calls = calls("visual_encoder.blocks");
            new BlipLosses(model).answer(Pass.listening(calls), inputs);
            out.putAll(original(calls));
            out.put("rank_best_answer", new BlipLosses(model).best(inputs));
        } else if (model.facts().parts().asks()) {
            answer(inputs, out);
        } else if (model.facts().parts().reads()) {
            matching(inputs, out);
        } else {
            captioning(inputs, out);
        }
        return out;
    }

    private void pretraining(Inputs inputs, Map<String, NDArray> out) {
        Calls calls = calls("visual_encoder.blocks");
        Pass pass = Pass.listening(calls);
        BlipLosses losses = new BlipLosses(model);
        BlipLosses.Step step = losses.step(pass, inputs);
        losses.hardGuess(pass, step.picture(), inputs, HardPairs.of(inputs, step.contrast()));
        losses.writtenLogits(pass, step.picture(), inputs);
        out.putAll(original(calls));
        out.put("sim_i2t", step.contrast().toTexts());
        out.put("sim_t2i", step.contrast().toPictures());
        FeatureQueue.After queue = model.queue().after(step.contrast().copiedPicture(), step.contrast().copiedText());
        out.put("after.image_queue", queue.pictures());
        out.put("after.text_queue", queue.texts());
        out.put("after.queue_ptr", queue.pointer());
        Map<Weight, NDArray> moved = step.follower().moved();
        model.copy().weights().forEach((name, weight) -> out.put("after." + name, moved.get(weight)));
    }

    private NDArray picture(Pass pass, Inputs inputs) {
        NDArray picture = model.online().picture(pass, BlipModel.pixels(inputs));
        model.online().pooled(pass, picture);
        return picture;
    }

    private void captioning(Inputs inputs, Map<String, NDArray> out) {
        Calls calls = calls("vision.layers");
        Pass pass = Pass.listening(calls);
        BlipLosses losses = new BlipLosses(model);
        out.put("logits", losses.writtenLogits(pass, picture(pass, inputs), inputs));
        huggingFace(calls, "", out);
        NDArray picture = model.online().originally(BlipModel.pixels(inputs));
        out.put("orig.image_embeds", picture);
        out.put("orig.logits", losses.writtenLogits(Pass.READABLE, picture, inputs));
    }

    /// Hugging Face's code runs the text encoder alone for the similarity and with the picture for the match.
    private void matching(Inputs inputs, Map<String, NDArray> out) {
        Calls looking = calls("vision.layers");
        NDArray picture = picture(Pass.listening(looking), inputs);
        NDArray logits = match(Pass.listening(looking), picture, inputs);
        huggingFace(looking, "itm.", out);
        Calls alone = calls("vision.layers");
        out.put("itc.cosine", cosine(Pass.listening(alone), picture, inputs));
        huggingFace(alone, "itc.", out);
        out.put("itm.logits", logits);
        NDArray probability = logits.softmax(-1).get(new NDIndex(":, 1"));
        out.put("itm.prob_match", probability);
        out.put("itm.prob_all_pairs", model.scorePairs(Pass.READABLE, inputs, inputs));
        out.put("capfilt.keep", logits.argMax(1).toType(DataType.INT64, false));
        NDArray other = model.online().originally(BlipModel.pixels(inputs));
        out.put("orig.itm_logits", match(Pass.READABLE, other, inputs));
        out.put("orig.itc_cosine", cosine(Pass.READABLE, other, inputs));
    }

    private NDArray match(Pass pass, NDArray picture, Inputs inputs) {
        NDArray ids = inputs.get("input_ids");
        FusionText text = model.online().text();
        return model.matchLogits(pass, text.looking(pass, model.looks(ids), BlipModel.attended(inputs, ids), picture,
                Optional.empty()));
    }

    private NDArray cosine(Pass pass, NDArray picture, Inputs inputs) {
        NDArray ids = inputs.get("input_ids");
        NDArray texts = model.online().text().alone(pass, ids, BlipModel.attended(inputs, ids));
        return model.online().pictureFeature(pass, picture)
                .matMul(model.online().textFeature(pass, texts).transpose());
    }

    private void answer(Inputs inputs, Map<String, NDArray> out) {
        Calls calls = calls("vision.layers");
        Pass pass = Pass.listening(calls);
        model.online().pooled(pass, new BlipLosses(model).picture(Pass.READABLE, inputs));
        huggingFace(calls, "", out);
        NDArray pooled = out.remove("vision.post_layernorm#0");
        Calls told = calls("vision.layers");
        new BlipLosses(model).answer(Pass.listening(told), inputs);
        huggingFace(told, "", out);
        out.put("vision.post_layernorm#1", pooled);
    }

    /// The first one is what the reference's gradients are of.
    Map<String, NDArray> losses(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        BlipLosses losses = new BlipLosses(model);
        Map<String, NDArray> out = new LinkedHashMap<>();
        if (given.containsKey("image_neg_idx")) {
            BlipLosses.Step step = losses.step(Pass.READABLE, inputs);
            NDArray contrast = step.contrast().loss(BlipLosses.alpha(inputs));
            HardPairs hard = HardPairs.of(inputs, step.contrast());
            NDArray matching = hard.loss(losses.hardGuess(Pass.READABLE, step.picture(), inputs, hard).logits());
            NDArray writing = losses.writing(Pass.READABLE, step.picture(), inputs,
                    model.facts().text().smoothing());
            out.put("loss", contrast.add(matching).add(writing));
            out.put(BlipLosses.CONTRAST, contrast);
            out.put(BlipLosses.MATCHING, matching);
            out.put(BlipLosses.WRITING, writing);
        } else if (model.facts().parts().asks()) {
            out.put(given.containsKey("question_ids") ? BlipLosses.ANSWER : "hf_" + BlipLosses.ANSWER,
                    losses.answer(Pass.READABLE, inputs));
        } else if (model.facts().parts().reads()) {
            out.put("itm_cross_entropy", Losses.crossEntropy(
                    match(Pass.READABLE, losses.picture(Pass.READABLE, inputs), inputs), inputs.get("itm_labels"),
                    IGNORED));
        } else {
            out.put("hf_" + BlipLosses.WRITING, losses.writing(Pass.READABLE, losses.picture(Pass.READABLE, inputs),
                    inputs, model.facts().text().smoothing()));
            out.put("orig_loss_lm_label_smoothing_0.1", losses.writing(Pass.READABLE,
                    model.online().originally(BlipModel.pixels(inputs)), inputs, BlipConfig.ORIGINAL_SMOOTHING));
        }
        return out;
    }
}
