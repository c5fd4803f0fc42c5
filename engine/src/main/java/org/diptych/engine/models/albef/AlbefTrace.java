package org.diptych.engine.models.albef;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.GradientCollector;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.model.Calls;
import org.diptych.engine.model.Ear;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.tower.FeatureQueue;

/// Every quantity that the published implementation tells: each module's calls by number, the queue and the copy after the step, and Grad-CAM.
record AlbefTrace(AlbefModel model) {
    private Calls calls() {
        String bert = model.facts().parts().words() ? ".bert" : "";
        Map<String, String> layers = new LinkedHashMap<>();
        Map<String, String> sites = new LinkedHashMap<>();
        for (String suffix : List.of("", "_m")) {
            layers.put("visual_encoder" + suffix, "visual_encoder" + suffix + ".blocks");
            sites.put("visual_encoder" + suffix, "visual_encoder" + suffix + ".blocks.%d.attn_probs");
            for (String[] stack : new String[][]{{"text_encoder", bert}, {"text_decoder", ".bert"}}) {
                String path = stack[0] + suffix + stack[1] + ".layer";
                layers.put(stack[0] + suffix, path);
                sites.put(stack[0] + suffix, path + ".%d.self_attn_probs");
                sites.put(stack[0] + suffix + ".cross", path + ".%d.cross_attn_probs");
            }
        }
        return new Calls(layers, sites);
    }

    private Map<String, NDArray> told(Calls calls) {
        String bert = model.facts().parts().words() ? ".bert" : "";
        Map<String, NDArray> out = new LinkedHashMap<>();
        calls.heard().forEach((name, value) -> out.put(
                name.replaceFirst("^(text_encoder(?:_m)?)\\.embeddings", "$1" + bert + ".embeddings")
                        .replaceFirst("^(text_decoder(?:_m)?)\\.embeddings", "$1.bert.embeddings")
                        .replaceFirst("^(text_decoder(?:_m)?)\\.mlm_logits", "$1.logits"),
                value));
        return out;
    }

    Map<String, NDArray> outputs(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        Calls calls = calls();
        Pass pass = Pass.listening(calls);
        AlbefLosses losses = new AlbefLosses(model);
        Map<String, NDArray> out = new LinkedHashMap<>();
        if (given.containsKey("image_pairs")) {
            losses.pair(pass, inputs);
        } else if (given.containsKey("question_ids")) {
            losses.answer(pass, inputs);
            out.putAll(losses.rank(inputs));
        } else {
            AlbefLosses.Step step = losses.step(pass, inputs);
            losses.matching(pass, step, inputs);
            losses.masked(pass, step, inputs, AlbefLosses.alpha(inputs));
            out.put("sim_i2t", step.contrast().toTexts());
            out.put("sim_t2i", step.contrast().toPictures());
            after(step, out);
            gradCam(inputs, out);
        }
        out.putAll(told(calls));
        return out;
    }

    /// The queue takes the copy's features of this batch; the copy has moved.
    private void after(AlbefLosses.Step step, Map<String, NDArray> out) {
        FeatureQueue.After queue = model.queue().after(step.contrast().copiedPicture(), step.contrast().copiedText());
        out.put("after.image_queue", queue.pictures());
        out.put("after.text_queue", queue.texts());
        out.put("after.queue_ptr", queue.pointer());
        Map<Weight, NDArray> moved = step.follower().moved();
        model.copy().weights().forEach((name, weight) -> out
                .put("after." + name.replace("text_encoder_m.", "text_encoder_m.bert."), moved.get(weight)));
    }

    /// Attention of one fusion layer times the positive part of its gradient of the match logit, mean over heads, without the class row (salesforce/ALBEF
    /// `visualization.ipynb`); and the last picture layer's class row for the similarity.
    private void gradCam(Inputs inputs, Map<String, NDArray> out) {
        if (!inputs.has("gradcam_block_num")) {
            return;
        }
        int grid = model.facts().vision().image() / model.facts().vision().patch();
        NDArray ids = inputs.get("input_ids");
        NDArray attended = AlbefModel.attended(inputs, ids);
        long b = ids.getShape().get(0);
        long t = ids.getShape().get(1);
        int block = (int) inputs.get("gradcam_block_num").toLongArray()[0];
        Ear ear = new Ear();
        Pass pass = new Pass(false, false, ear);
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            AlbefSide online = model.online();
            NDArray words = online.text().text(pass, ids, attended);
            NDArray logits = model.matchLogits(pass,
                    online.text().fused(pass, words, attended, online.picture(pass, AlbefModel.pixels(inputs))));
            collector.backward(logits.get(new NDIndex(":, 1")).sum());
            NDArray weights = ear.weights(AlbefModel.FUSION, block);
            NDArray gradient = ear.gradient(AlbefModel.FUSION, block);
            out.put("gradcam.itm_logits", logits.stopGradient());
            out.put("gradcam.attn", weights.stopGradient());
            out.put("gradcam.attn_grad", gradient);
            NDArray mask = attended.toType(DataType.FLOAT32, false).reshape(b, t, 1);
            NDArray maps = weights.stopGradient().mul(gradient.maximum(0f)).mean(new int[]{1})
                    .get(new NDIndex(":, :, 1:")).mul(mask); // (B, T, N)
            out.put("gradcam.per_token", maps.reshape(b, t, grid, grid));
            out.put("gradcam.mean_over_tokens_grounding", maps.mean(new int[]{1}).reshape(b, grid, grid));
        }
        similarityCam(inputs, grid, out);
    }

    private void similarityCam(Inputs inputs, int grid, Map<String, NDArray> out) {
        int block = (int) inputs.get("gradcam_itc_block_num").toLongArray()[0];
        Ear ear = new Ear();
        Pass pass = new Pass(false, false, ear);
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            NDArray pictures = model.encodeImage(pass, inputs);
            NDArray similarity = pictures.matMul(model.encodeText(pass, inputs).transpose())
                    .div(model.temperature(pictures));
            long b = similarity.getShape().get(0);
            collector.backward(similarity.mul(similarity.getManager().eye((int) b)).sum());
            NDArray row = ear.weights(AlbefModel.VISION, block).stopGradient().get(new NDIndex(":, :, 0, 1:"));
            NDArray gradient = ear.gradient(AlbefModel.VISION, block).get(new NDIndex(":, :, 0, 1:")).maximum(0f);
            out.put("gradcam.itc_sim", similarity.stopGradient());
            out.put("gradcam.itc_vit", row.mul(gradient).mean(new int[]{1}).reshape(b, grid, grid));
        }
    }

    Map<String, NDArray> losses(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        AlbefLosses losses = new AlbefLosses(model);
        Map<String, NDArray> out = new LinkedHashMap<>();
        if (given.containsKey("image_pairs") || given.containsKey("question_ids")) {
            String task = given.containsKey("image_pairs") ? AlbefLosses.PAIR : AlbefLosses.ANSWER;
            out.put(task, losses.loss(task, Pass.READABLE, inputs));
            return out;
        }
        AlbefLosses.Step step = losses.step(Pass.READABLE, inputs);
        float alpha = AlbefLosses.alpha(inputs);
        NDArray contrast = step.contrast().loss(alpha);
        NDArray matching = losses.matching(Pass.READABLE, step, inputs);
        NDArray masked = losses.masked(Pass.READABLE, step, inputs, alpha);
        out.put("loss", contrast.add(matching).add(masked));
        out.put(AlbefLosses.CONTRAST, contrast);
        out.put(AlbefLosses.MATCHING, matching);
        out.put(AlbefLosses.MASKED, masked);
        out.put("alpha0_" + AlbefLosses.CONTRAST, step.contrast().loss(0));
        out.put("alpha0_" + AlbefLosses.MATCHING, matching);
        out.put("alpha0_" + AlbefLosses.MASKED, losses.masked(Pass.READABLE, step, inputs, 0));
        return out;
    }
}
