package org.diptych.engine.models.lxmert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Phase;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.EncoderNames;
import org.diptych.engine.tower.RegionEmbedding;

/// Both streams and where they cross (figure 1).
final class LxmertStreams extends Module {
    static final String WORDS = "lang";
    static final String OBJECTS = "visn";
    private static final float HIDDEN = -Float.MAX_VALUE;

    private final LxmertWords embeddings;
    private final RegionEmbedding regions;
    private final Encoder language;
    private final Encoder objects;
    private final List<CrossLayer> crossing = new ArrayList<>();
    private final Linear pooler;

    LxmertStreams(LxmertConfig config) {
        embeddings = child("embeddings", new LxmertWords(config));
        regions = child("encoder.visn_fc", new RegionEmbedding(
                new RegionEmbedding.Facts(config.feature(), config.place(), config.width(), config.epsilon(), 0.5,
                        config.dropout()),
                new RegionEmbedding.Names("visn_fc", "box_fc", Optional.of("visn_layer_norm"),
                        Optional.of("box_layer_norm"), Optional.empty())));
        language = child("encoder", encoder(config, config.language(), "layer", WORDS));
        objects = child("", encoder(config, config.objects(), "encoder.r_layers", OBJECTS));
        for (int i = 0; i < config.crossing(); i++) {
            crossing.add(child("encoder.x_layers." + i, new CrossLayer(config)));
        }
        pooler = child("pooler.dense", new Linear(config.width(), config.width()));
    }

    private static Encoder encoder(LxmertConfig config, int layers, String prefix, String stream) {
        return new Encoder(new EncoderFacts(config.width(), layers, config.heads(), config.mlp(), config.epsilon(),
                config.activation(), false, false).with(config.dropout()), EncoderNames.BERT, prefix, stream);
    }

    /// @param words   (B, T, D)
    /// @param objects (B, N, D)
    /// @param pooled  (B, D) the words' first position, through a tanh
    record States(NDArray words, NDArray objects, NDArray pooled) {
    }

    States apply(Pass pass, Inputs inputs) {
        NDArray ids = inputs.get("input_ids");
        NDArray types = inputs.has("token_type_ids") ? inputs.get("token_type_ids") : ids.zerosLike();
        pass.probe().phase(Phase.TEXT);
        NDArray w = embeddings.apply(pass, ids, types);
        pass.probe().phase(Phase.PICTURE);
        NDArray o = regions.apply(pass, inputs.get("visual_feats"), inputs.get("visual_pos"), Optional.empty());
        pass.probe().value("lang_embeddings", w);
        pass.probe().value("visn_embeddings", o);
        Optional<NDArray> wordMask = mask(inputs, "attention_mask");
        Optional<NDArray> objectMask = mask(inputs, "visual_attention_mask");
        NDArray seen = objects.apply(pass, o, objectMask);
        pass.probe().phase(Phase.TEXT);
        CrossLayer.Both both = new CrossLayer.Both(language.apply(pass, w, wordMask), seen);
        pass.probe().phase(Phase.TOGETHER);
        for (int i = 0; i < crossing.size(); i++) {
            pass.probe().ran(CrossLayer.WORDS, 1.0 / crossing.size());
            pass.probe().ran(CrossLayer.OBJECTS, 1.0 / crossing.size());
            both = crossing.get(i).apply(pass, both, wordMask, objectMask, i);
        }
        NDArray pooled = pooler.apply(both.words().get(new NDIndex(":, 0"))).tanh();
        pass.probe().value("pooled", pooled);
        return new States(both.words(), both.objects(), pooled);
    }

    private static Optional<NDArray> mask(Inputs inputs, String name) {
        return inputs.has(name) ? Optional.of(Masks.padding(inputs.get(name), HIDDEN)) : Optional.empty();
    }

    Weight wordTable() {
        return embeddings.table();
    }
}
