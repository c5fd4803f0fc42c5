package org.diptych.engine.models.llava;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Points;

/// Every quantity that the published implementations tell, under their names.
record LlavaTrace(LlavaModel model) {
    private static final Map<String, String> PATHS = Map.of(LlavaModel.VISION, "clip", LlavaModel.LANGUAGE, "llama");
    private static final Pattern POINT = Pattern.compile("(vision|language)\\.(hidden|attn|input_layernorm)\\.(\\d+)");

    Map<String, NDArray> outputs(Map<String, NDArray> given) {
        Inputs inputs = inputs(given, "input_ids_hf");
        Points points = new Points("");
        Pass pass = Pass.listening(points);
        LlavaModel.Prompt prompt = model.prompt(inputs);
        Splice splice = model.spliced(prompt, inputs);
        NDArray logits = model.logits(pass, prompt, splice, model.features(pass, inputs));
        Map<String, NDArray> out = new LinkedHashMap<>();
        points.heard().forEach((name, value) -> out.put(path(name), value));
        out.put("clip.selected_features", out.get("selected_features"));
        out.put("image_features", out.get("projector"));
        out.put("logits", logits);
        NDManager manager = logits.getManager();
        for (String prefix : List.of("merged_", "new_")) {
            out.put(prefix + "attention_mask", Splice.tensor(manager, splice.attended()));
            out.put(prefix + "labels", Splice.tensor(manager, splice.labels()));
            out.put(prefix + "position_ids", Splice.tensor(manager, splice.positions()));
        }
        out.put("merged_embeds", out.get("embedded"));
        out.put("inputs_embeds", out.get("embedded"));
        return out;
    }

    private static String path(String point) {
        Matcher matcher = POINT.matcher(point);
        if (!matcher.matches()) {
            return point.replaceFirst("^vision\\.", "clip.").replaceFirst("^language\\.", "llama.");
        }
        String tower = PATHS.get(matcher.group(1));
        int index = Integer.parseInt(matcher.group(3));
        return switch (matcher.group(2)) {
            case "attn" -> tower + ".layers." + index + ".attn_probs";
            case "input_layernorm" -> tower + ".layers." + index + ".input_layernorm";
            default -> index == 0
                    ? tower + (tower.equals("clip") ? ".pre_layernorm" : ".embeddings")
                    : tower + ".layers." + (index - 1);
        };
    }

    /// @param ids name of the ids where a case holds those of two codes
    private static Inputs inputs(Map<String, NDArray> given, String ids) {
        Map<String, NDArray> all = new HashMap<>(given);
        if (given.containsKey(ids)) {
            all.put("input_ids", given.get(ids));
        }
        if (given.containsKey("images")) {
            all.put("pixel_values", given.get("images"));
        }
        return new Inputs(all, List.of());
    }

    Map<String, NDArray> losses(Map<String, NDArray> given) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        NDArray loss = model.loss(LlavaModel.WORDS, Pass.READABLE, inputs(given, "input_ids_hf"));
        out.put("hf_loss", loss);
        out.put("loss", loss);
        if (given.containsKey("input_ids_original")) { // the original's table lacks the rows that were added for Hugging Face
            Inputs inputs = inputs(given, "input_ids_original");
            LlavaModel.Prompt prompt = model.prompt(inputs);
            Splice splice = model.spliced(prompt, inputs);
            long added = model.facts().ids().image();
            long rows = model.facts().language().vocabulary();
            out.put("original_loss",
                    LlavaModel.loss(model.logits(Pass.READABLE, prompt, splice, model.features(Pass.READABLE, inputs)),
                            splice, added < 0 ? rows : Math.min(rows, added)));
        }
        NDManager manager = loss.getManager();
        out.put("stage1_trainable", manager.create((double) count("multi_modal_projector.")));
        out.put("stage2_trainable",
                manager.create((double) count("multi_modal_projector.") + count("language_model.")));
        out.put("total", manager.create((double) count("")));
        return out;
    }

    private long count(String part) {
        return model.weights().entrySet().stream().filter(e -> e.getKey().startsWith(part))
                .mapToLong(e -> e.getValue().shape().size()).sum();
    }
}
