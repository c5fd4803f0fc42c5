package org.diptych.engine.models.roberta;

import static org.diptych.engine.checkpoint.NameMap.numbers;
import static org.diptych.engine.checkpoint.NameMap.again;
import static org.diptych.engine.checkpoint.NameMap.drop;
import static org.diptych.engine.checkpoint.NameMap.rename;
import static org.diptych.engine.checkpoint.NameMap.split;
import static org.diptych.engine.checkpoint.NameMap.tie;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.VisionLanguageModel;

/// RoBERTa's file layouts: Hugging Face's, and fairseq's archives with the names of 2019 and of today.
public final class RobertaFamily implements Family {
    private static final String OLD = "decoder.sentence_encoder.";
    private static final String NEW = "encoder.sentence_encoder.";

    @Override
    public String id() {
        return "roberta";
    }

    @Override
    public List<Layout> layouts() {
        return List.of(
                new Layout("Hugging Face", names -> names.contains("roberta.embeddings.word_embeddings.weight"),
                        config -> NameMap.of(huggingFace(RobertaConfig.tied(config))),
                        (shapes, config) -> RobertaConfig.complete(shapes, config, "roberta.")),
                new Layout("fairseq 2019", names -> names.contains(OLD + "embed_tokens.weight"),
                        _ -> NameMap.of(fairseq(OLD)),
                        (shapes, config) -> RobertaConfig.fromFairseq(shapes, config, OLD)),
                new Layout("fairseq", names -> names.contains(NEW + "embed_tokens.weight"),
                        _ -> NameMap.of(fairseq(NEW)),
                        (shapes, config) -> RobertaConfig.fromFairseq(shapes, config, NEW)));
    }

    private static List<NameMap.Rule> huggingFace(boolean tied) {
        List<NameMap.Rule> rules = new ArrayList<>();
        rules.add(drop("roberta\\.embeddings\\.position_ids", "checkpoint.drop.positions"));
        rules.add(rename("(.*LayerNorm)\\.gamma", "$1.weight"));
        rules.add(rename("(.*LayerNorm)\\.beta", "$1.bias"));
        if (tied) {
            rules.add(tie("lm_head\\.decoder\\.weight", "roberta.embeddings.word_embeddings.weight"));
        }
        rules.add(tie("lm_head\\.decoder\\.bias", "lm_head.bias"));
        return rules;
    }

    /// The 2019 names call the encoder `decoder` (fairseq `models/roberta/model.py`, `upgrade_state_dict_named`).
    private static List<NameMap.Rule> fairseq(String prefix) {
        String side = prefix.substring(0, prefix.indexOf('.') + 1).replace(".", "\\.");
        String from = prefix.replace(".", "\\.");
        String layer = from + "layers\\.(\\d+)\\.";
        String to = "roberta.encoder.layer.$1.";
        List<NameMap.Rule> rules = new ArrayList<>();
        rules.add(drop(from + "version|" + from + "embed_positions\\._float_tensor", "checkpoint.drop.training"));
        rules.add(rename(from + "embed_tokens\\.weight", "roberta.embeddings.word_embeddings.weight"));
        rules.add(rename(from + "embed_positions\\.weight", "roberta.embeddings.position_embeddings.weight"));
        rules.add(rename(from + "(?:emb_layer_norm|layernorm_embedding)\\.(.*)", "roberta.embeddings.LayerNorm.$1"));
        for (String kind : List.of("weight", "bias")) {
            rules.add(split(layer + "self_attn\\.in_proj_" + kind, 0, to + "attention.self.query." + kind,
                    to + "attention.self.key." + kind, to + "attention.self.value." + kind));
        }
        rules.add(rename(layer + "self_attn\\.q_proj\\.(.*)", to + "attention.self.query.$2"));
        rules.add(rename(layer + "self_attn\\.k_proj\\.(.*)", to + "attention.self.key.$2"));
        rules.add(rename(layer + "self_attn\\.v_proj\\.(.*)", to + "attention.self.value.$2"));
        rules.add(rename(layer + "self_attn\\.out_proj\\.(.*)", to + "attention.output.dense.$2"));
        rules.add(rename(layer + "self_attn_layer_norm\\.(.*)", to + "attention.output.LayerNorm.$2"));
        rules.add(rename(layer + "fc1\\.(.*)", to + "intermediate.dense.$2"));
        rules.add(rename(layer + "fc2\\.(.*)", to + "output.dense.$2"));
        rules.add(rename(layer + "final_layer_norm\\.(.*)", to + "output.LayerNorm.$2"));
        rules.add(tie(side + "lm_head\\.weight", "roberta.embeddings.word_embeddings.weight"));
        rules.add(rename(side + "lm_head\\.(.*)", "lm_head.$1"));
        rules.add(rename("classification_heads\\.[^.]+\\.(.*)", "classifier.$1"));
        return rules;
    }

    @Override
    public NameMap outward(JsonObject config) throws EngineException {
        List<NameMap.Rule> rules = new ArrayList<>(List.of(numbers()));
        if (RobertaConfig.of(config).fills()) {
            rules.add(again("lm_head\\.bias", "lm_head.decoder.bias"));
            if (RobertaConfig.tied(config)) {
                rules.add(again("roberta\\.embeddings\\.word_embeddings\\.weight", "lm_head.decoder.weight"));
            }
        }
        return NameMap.of(rules);
    }

    @Override
    public VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException {
        return new RobertaModel(config, RobertaConfig.of(config), files);
    }
}
