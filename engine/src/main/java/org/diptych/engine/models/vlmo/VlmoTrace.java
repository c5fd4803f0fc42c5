package org.diptych.engine.models.vlmo;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Calls;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;

/// Every quantity that the published implementation tells: each module's calls, the index tables, the logits of every head.
record VlmoTrace(VlmoModel model) {
    private static Calls calls() {
        Map<String, String> layers = new LinkedHashMap<>();
        Map<String, String> sites = new LinkedHashMap<>();
        for (String site : List.of(VlmoStack.BOTH, VlmoStack.PICTURE, VlmoStack.TEXT,
                VlmoStack.PICTURE + VlmoStack.BRANCH, VlmoStack.TEXT + VlmoStack.BRANCH)) {
            layers.put(site, "blocks");
            sites.put(site, "blocks.%d.attn_probs");
        }
        return new Calls(layers, sites);
    }

    /// The original numbers a module's calls within one mode, and leaves out the first number.
    private static void tell(String mode, Calls calls, Map<String, NDArray> out) {
        calls.heard().forEach((name, value) -> out.put(mode + name.replaceFirst("#0$", ""), value));
    }

    Map<String, NDArray> outputs(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        VlmoConfig.Heads heads = model.facts().parts();
        Map<String, NDArray> out = new LinkedHashMap<>();
        if (heads.pair() || heads.answers() > 0 || heads.contrast() && !heads.branch()) {
            Calls calls = calls();
            Pass pass = Pass.listening(calls);
            if (heads.pair()) {
                out.put("nlvr2_logits", model.pairLogits(pass, inputs));
            } else if (heads.answers() > 0) {
                out.put("vqa_logits", model.answerLogits(pass, inputs));
            } else {
                out.put("irtr_i2t_logits", model.similarity(model.picture(pass, inputs, false).own(),
                        model.text(pass, inputs, false).own()));
            }
            out.putAll(calls.heard());
        } else if (given.containsKey("image")) {
            pretraining(inputs, out);
        } else {
            Calls calls = calls();
            out.put("mlm_logits", model.wordLogits(Pass.listening(calls), VlmoLosses.masked(inputs)));
            tell("text.", calls, out);
        }
        return out;
    }

    private void pretraining(Inputs inputs, Map<String, NDArray> out) {
        VlmoConfig.Heads heads = model.facts().parts();
        Calls fusion = calls();
        VlmoModel.States states = model.states(Pass.listening(fusion), inputs, 1);
        tell("fusion.", fusion, out);
        out.put("fusion.cls_feats", states.pooled());
        if (heads.branch()) {
            VlmoModel.Features pictures = side("image.", pass -> model.picture(pass, inputs, true), out);
            VlmoModel.Features texts = side("text.", pass -> model.text(pass, inputs, true), out);
            out.put("itc_i2t_logits", model.similarity(pictures.own(), texts.own()));
        }
        if (heads.words()) {
            out.put("mlm_logits", model.wordLogits(Pass.READABLE, VlmoLosses.masked(inputs)));
        }
        if (heads.match()) {
            out.put("itm_logits", model.matchLogits(Pass.READABLE,
                    VlmoLosses.triples(inputs, new VlmoLosses(model).mismatched(Pass.READABLE, inputs))));
        }
        if (!model.facts().absolute()) {
            RelativePlaces places = model.stack().places();
            NDArray ids = VlmoModel.ids(inputs);
            int words = (int) ids.getShape().get(1);
            out.put("index.image", places.of(ids.getManager(), 0, true));
            out.put("index.text", places.of(ids.getManager(), words, false));
            out.put("index.text_image", places.of(ids.getManager(), words, true));
        }
    }

    /// One tower with both endings.
    private static VlmoModel.Features side(String mode, Function<Pass, VlmoModel.Features> run,
            Map<String, NDArray> out) {
        Calls calls = calls();
        VlmoModel.Features features = run.apply(Pass.listening(calls));
        tell(mode, calls, out);
        out.put(mode + "cls_feats", features.own());
        out.put(mode + "cls_vlffn_feats", features.branch().orElseThrow());
        return features;
    }

    Map<String, NDArray> losses(Map<String, NDArray> given) {
        Inputs inputs = new Inputs(given, List.of());
        VlmoLosses losses = new VlmoLosses(model);
        List<String> objectives = model.objectives();
        Map<String, NDArray> out = new LinkedHashMap<>();
        if (objectives.contains(VlmoLosses.WORDS) && objectives.contains(VlmoLosses.CONTRAST)
                && objectives.contains(VlmoLosses.MATCHING)) {
            NDArray words = losses.words(Pass.READABLE, inputs);
            NDArray weighted = Scalars.times(words, VlmoLosses.WORDS_WEIGHT);
            NDArray contrast = losses.loss(VlmoLosses.CONTRAST, Pass.READABLE, inputs);
            NDArray matching = losses.loss(VlmoLosses.MATCHING, Pass.READABLE, inputs);
            out.put("loss", weighted.add(contrast).add(matching));
            out.put("mlm_loss_times_0_25", weighted);
            out.put("mlm_cross_entropy", words);
            out.put("itc_loss", contrast);
            out.put("itm_loss", matching);
        } else {
            String task = objectives.getLast(); // a file has one task beside what it was pre-trained with
            out.put(task + "_loss", losses.loss(task, Pass.READABLE, inputs));
        }
        return out;
    }
}
