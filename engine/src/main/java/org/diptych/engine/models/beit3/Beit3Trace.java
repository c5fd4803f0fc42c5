package org.diptych.engine.models.beit3;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.diptych.engine.model.Calls;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;

/// Every quantity that the published implementation tells: each module's output in each way of reading, the logits of every head.
record Beit3Trace(Beit3Model model) {
    /// Runs one way of reading and keeps what it tells; of modules that are called twice the first call.
    private static NDArray read(String mode, Map<String, NDArray> out, Function<Pass, NDArray> run) {
        Map<String, String> layers = new LinkedHashMap<>();
        Map<String, String> sites = new LinkedHashMap<>();
        for (String site : List.of(Beit3Stack.BOTH, Beit3Stack.PICTURE, Beit3Stack.TEXT)) {
            layers.put(site, "layers");
            sites.put(site, "layers.%d.attn_probs");
        }
        Calls calls = new Calls(layers, sites);
        NDArray result = run.apply(Pass.listening(calls));
        calls.heard().forEach((name, value) -> out.put(mode + name.replaceFirst("#0$", ""), value));
        return result;
    }

    Map<String, NDArray> outputs(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        Beit3Config.Heads parts = model.facts().parts();
        Map<String, NDArray> out = new LinkedHashMap<>();
        if (parts.pair()) {
            out.put("logits", read("", out, pass -> model.pairLogits(pass, inputs)));
            out.put("encoder_out_a", out.get("encoder_out"));
            out.put("encoder_out_b", out.get("encoder_out#1"));
        } else if (parts.answers() > 0) {
            out.put("logits", read("", out, pass -> model.answerLogits(pass, inputs)));
        } else if (parts.classes() > 0) {
            out.put("logits", read("", out, pass -> model.classLogits(pass, inputs)));
        } else if (parts.contrast()) {
            NDArray pictures = read("image.", out, pass -> model.encodeImage(pass, inputs));
            NDArray texts = read("text.", out, pass -> model.encodeText(pass, inputs));
            out.put("vision_cls", pictures);
            out.put("language_cls", texts);
            out.put("logits_per_image", model.similarity(pictures, texts));
            out.put("logits_per_text", out.get("logits_per_image").transpose());
        } else if (given.containsKey("language_masked_pos")) {
            String mode = "train.";
            out.put(mode + "masked_logits",
                    read(mode, out, pass -> new Beit3Losses(model).captionLogits(pass, inputs)));
        } else if (given.containsKey("masked_text_ids")) {
            hiding(inputs, out);
        }
        return out;
    }

    private void hiding(Inputs inputs, Map<String, NDArray> out) {
        Inputs masked = Beit3Losses.masked(inputs);
        if (model.facts().parts().codes() > 0) {
            out.put("image_mim_logits", read("image.", out, pass -> model.imageCodes(pass, inputs)));
            out.put("pair_mim_logits", read("", new LinkedHashMap<>(), pass -> model.pair(pass, masked).codes()));
        }
        out.put("text_mlm_logits", read("text.", out, pass -> model.textWords(pass, masked)));
        out.put("pair_mlm_logits", read("pair.", out, pass -> model.pair(pass, masked).words()));
        Map<String, NDArray> whole = new LinkedHashMap<>(inputs.tensors());
        whole.remove("vision_masked_position");
        read("pair_unmasked.", out, pass -> model.states(pass, new Inputs(whole, List.of())));
    }

    Map<String, NDArray> losses(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        Beit3Losses losses = new Beit3Losses(model);
        Beit3Config.Heads parts = model.facts().parts();
        Map<String, NDArray> out = new LinkedHashMap<>();
        if (parts.pair()) {
            out.put("loss_nlvr2", losses.loss(Beit3Losses.PAIR, Pass.READABLE, inputs));
        } else if (parts.answers() > 0) {
            out.put("loss_vqa_bce_times_classes", losses.loss(Beit3Losses.ANSWER, Pass.READABLE, inputs));
        } else if (parts.contrast()) {
            out.put("loss_itc", losses.loss(Beit3Losses.CONTRAST, Pass.READABLE, inputs));
        } else if (given.containsKey("language_masked_pos")) {
            NDArray logits = losses.captionLogits(Pass.READABLE, inputs);
            out.put("loss_caption_label_smoothing_0_1", Beit3Losses.caption(logits, inputs, Beit3Losses.SMOOTHING));
            out.put("loss_caption_plain", Beit3Losses.caption(logits, inputs, 0));
        } else if (given.containsKey("masked_text_ids")) {
            Inputs masked = Beit3Losses.masked(inputs);
            NDArray image = Beit3Losses.codes(model.imageCodes(Pass.READABLE, inputs), inputs);
            NDArray text = Beit3Losses.words(model.textWords(Pass.READABLE, masked), inputs);
            Beit3Model.Pair pair = model.pair(Pass.READABLE, masked);
            NDArray words = Beit3Losses.words(pair.words(), inputs);
            NDArray codes = Beit3Losses.codes(pair.codes(), inputs);
            out.put("loss", image.add(text).add(words).add(codes));
            out.put("loss_image_mim", image);
            out.put("loss_text_mlm", text);
            out.put("loss_pair_mlm", words);
            out.put("loss_pair_mim", codes);
        }
        return out;
    }
}
