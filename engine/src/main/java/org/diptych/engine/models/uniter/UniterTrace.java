package org.diptych.engine.models.uniter;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Points;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.nn.Transport;

/// Every quantity that the published implementation tells. In pre-training each task is a pass of its own, on inputs of its own.
record UniterTrace(UniterModel model) {
    private static final List<String> TASKS = List.of(UniterLosses.MASKED_WORDS, UniterLosses.FEATURES,
            UniterLosses.CLASSES, UniterLosses.SOFT_CLASSES, UniterLosses.MATCHING);

    private static Inputs part(Map<String, NDArray> given, String task) {
        Map<String, NDArray> own = new LinkedHashMap<>();
        given.forEach((name, value) -> {
            if (name.startsWith(task + ".")) {
                own.put(name.substring(task.length() + 1), value);
            }
        });
        return new Inputs(own, List.of());
    }

    private static void tell(Points points, Map<String, NDArray> out) {
        points.heard().forEach((name, value) -> out.put(name.replace(UniterStream.STREAM + ".", ""), value));
    }

    Map<String, NDArray> outputs(Map<String, NDArray> given) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        UniterLosses losses = new UniterLosses(model);
        boolean apart = given.keySet().stream().anyMatch(n -> n.startsWith(UniterLosses.MASKED_WORDS + "."));
        if (!apart) {
            Points points = new Points("");
            one(Pass.listening(points), new Inputs(given, List.of()), out);
            tell(points, out);
            // head means, as PyTorch's own module gives them
            for (String side : List.of("attn1", "attn2")) {
                if (out.containsKey(side + ".attn.0")) {
                    out.put("nlvr2." + side + "_weights", out.get(side + ".attn.0").mean(new int[]{1}));
                }
            }
            return out;
        }
        for (String task : TASKS) {
            Points points = new Points(task + ".");
            Pass pass = Pass.listening(points);
            Inputs inputs = part(given, task);
            switch (task) {
                case UniterLosses.MASKED_WORDS -> masked(task, losses.words(pass, inputs), out);
                case UniterLosses.FEATURES -> masked(task, losses.features(pass, inputs), out);
                case UniterLosses.CLASSES -> masked(task, losses.classes(pass, inputs), out);
                case UniterLosses.SOFT_CLASSES -> masked(task, losses.softClasses(pass, inputs), out);
                default -> matching(pass, inputs, out);
            }
            tell(points, out);
        }
        out.put("text_embeddings", out.get(UniterLosses.MASKED_WORDS + ".text_embeddings")); // the epsilon probe knows one pass only
        return out;
    }

    private void one(Pass pass, Inputs inputs, Map<String, NDArray> out) {
        UniterConfig facts = model.facts();
        if (facts.pair() != UniterConfig.Pair.NONE) {
            out.put("scores", model.pairLogits(pass, inputs));
        } else if (facts.answers() > 0) {
            out.put("scores", model.answerLogits(pass, inputs));
        } else if (facts.ranks()) {
            NDArray scores = model.rankLogits(model.pooled(pass, model.states(pass, inputs)));
            out.put("rank_scores", scores);
            out.put("rank_loss_each", new UniterLosses(model).rank(scores));
        } else {
            model.pooled(pass, model.states(pass, inputs));
        }
    }

    private static void masked(String task, UniterLosses.Masked masked, Map<String, NDArray> out) {
        out.put(task + ".scores", masked.scores());
        masked.items().ifPresent(items -> out.put(task + ".loss_per_item", items));
    }

    private void matching(Pass pass, Inputs inputs, Map<String, NDArray> out) {
        NDArray states = model.states(pass, inputs);
        NDArray logits = model.matchLogits(model.pooled(pass, states));
        out.put("itm.scores", logits);
        out.put("itm.loss_per_example", Losses.crossEntropyRows(logits, inputs.get("targets"), -1));
        Transport.Aligned aligned = UniterLosses.align(states, inputs);
        out.put("itm.ot_cost", aligned.cost());
        out.put("itm.ot_plan_T", aligned.plan());
        out.put("itm.ot_dist_pos", chosen(aligned, inputs, 1));
        out.put("itm.ot_dist_neg", chosen(aligned, inputs, 0));
    }

    private static NDArray chosen(Transport.Aligned aligned, Inputs inputs, int label) {
        NDArray distance = aligned.distance();
        return Rows.where(distance.reshape(1, -1, 1), inputs.get("targets").eq(label)).squeeze(1);
    }

    Map<String, NDArray> losses(Map<String, NDArray> given) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        UniterLosses losses = new UniterLosses(model);
        boolean apart = given.keySet().stream().anyMatch(n -> n.startsWith(UniterLosses.MASKED_WORDS + "."));
        Inputs all = new Inputs(given, List.of());
        if (!apart) {
            String task = model.facts().pair() != UniterConfig.Pair.NONE
                    ? UniterLosses.PAIR
                    : model.facts().answers() > 0 ? UniterLosses.ANSWER : UniterLosses.RANK;
            out.put(task, losses.loss(task, Pass.READABLE, all));
            if (task.equals(UniterLosses.ANSWER)) {
                out.put("bce_mean", out.get(task).div(model.facts().answers()));
            }
            return out;
        }
        Map<String, NDArray> each = new LinkedHashMap<>();
        for (String task : TASKS) {
            each.put(task, losses.loss(task, Pass.READABLE, part(given, task)));
        }
        Inputs pairs = part(given, UniterLosses.MATCHING);
        Transport.Aligned aligned = UniterLosses.align(model.states(Pass.READABLE, pairs), pairs);
        NDArray alignment = UniterLosses.alignment(aligned, pairs);
        NDArray weighted = Scalars.times(alignment, UniterLosses.ALIGNMENT_WEIGHT);
        NDArray sum = weighted;
        for (NDArray loss : each.values()) {
            sum = sum.add(loss);
        }
        out.put("sum", sum);
        out.putAll(each);
        out.put("wra_ot", alignment);
        out.put("itm_total", each.get(UniterLosses.MATCHING).add(weighted));
        out.put("ot_pos_mean", chosen(aligned, pairs, 1).mean());
        out.put("ot_neg_mean", chosen(aligned, pairs, 0).mean());
        out.put("mrfr_sum_per_region", each.get(UniterLosses.FEATURES).mul((float) model.facts().feature()));
        out.put("mrckl_sum_per_region", each.get(UniterLosses.SOFT_CLASSES).mul((float) model.facts().classes()));
        return out;
    }
}
