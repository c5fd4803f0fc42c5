package org.diptych.engine.models.lxmert;

import static org.diptych.engine.checkpoint.NameMap.again;
import static org.diptych.engine.checkpoint.NameMap.drop;
import static org.diptych.engine.checkpoint.NameMap.rename;
import static org.diptych.engine.checkpoint.NameMap.tie;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.checkpoint.Family;
import org.diptych.engine.checkpoint.Layout;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.checkpoint.NameMap;
import org.diptych.engine.model.VisionLanguageModel;

/// LXMERT's file layouts: Hugging Face's, the original's, and that of the original's fine-tuned snapshots.
public final class LxmertFamily implements Family {
    private static final String MARK = "encoder.visn_fc.visn_fc.weight";
    private static final String TUNED = "lxrt_encoder.model.bert.";

    @Override
    public String id() {
        return "lxmert";
    }

    @Override
    public List<Layout> layouts() {
        return List.of(layout("Hugging Face", "lxmert.", "answer_head."), layout("LXMERT", "bert.", "answer_head."),
                layout("LXMERT fine-tuned", TUNED, ""));
    }

    private static Layout layout(String name, String bert, String answer) {
        return new Layout(name, names -> names.contains(bert + MARK), _ -> NameMap.of(rules(bert, answer)),
                (shapes, config) -> LxmertConfig.complete(shapes, config, bert, answer));
    }

    private static List<NameMap.Rule> rules(String bert, String answer) {
        String from = bert.replace(".", "\\.");
        List<NameMap.Rule> rules = new ArrayList<>();
        rules.add(drop(".*\\.position_ids", "checkpoint.drop.positions"));
        rules.add(tie("cls\\.predictions\\.decoder\\.weight", "lxmert.embeddings.word_embeddings.weight"));
        for (String[] old : new String[][]{{"gamma", "weight"}, {"beta", "bias"}}) {
            rules.add(rename(from + "(.*LayerNorm)\\." + old[0], "lxmert.$1." + old[1]));
            rules.add(rename("(cls.*LayerNorm|obj.*LayerNorm)\\." + old[0], "$1." + old[1]));
        }
        rules.add(rename(from + "(.*)", "lxmert.$1"));
        if (answer.isEmpty()) {
            rules.add(rename("logit_fc\\.(.*)", "answer_head.logit_fc.$1"));
        }
        return rules;
    }

    @Override
    public NameMap outward(JsonObject config) throws EngineException {
        return new ModelConfig("LXMERT", config).flag("has_cls", false)
                ? NameMap.of(again("lxmert\\.embeddings\\.word_embeddings\\.weight", "cls.predictions.decoder.weight"))
                : NameMap.of();
    }

    @Override
    public VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException {
        return new LxmertModel(config, LxmertConfig.of(config), files);
    }
}
