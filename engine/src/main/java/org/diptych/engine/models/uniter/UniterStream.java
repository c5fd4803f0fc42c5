package org.diptych.engine.models.uniter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import java.util.Optional;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Phase;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.EncoderNames;
import org.diptych.engine.tower.RegionEmbedding;
import org.diptych.engine.tower.WordEmbeddings;

/// The one stream: both embedders and the BERT that reads what they give.
final class UniterStream extends Module {
    static final String STREAM = "joined";
    private static final int PLACE = 7;
    private static final float HIDDEN = -10000;

    private final WordEmbeddings words;
    private final RegionEmbedding regions;
    private final Weight masks;
    private final Encoder encoder;
    private final Linear pooler;

    UniterStream(UniterConfig config) {
        words = child("embeddings", new WordEmbeddings(new WordEmbeddings.Facts(config.vocabulary(),
                config.positions(), config.types(), config.width(), UniterConfig.EPSILON, config.dropout())));
        regions = child("img_embeddings", new RegionEmbedding(
                new RegionEmbedding.Facts(config.feature(), PLACE, config.width(), UniterConfig.EPSILON, 1,
                        config.dropout()),
                new RegionEmbedding.Names("img_linear", "pos_linear", Optional.of("img_layer_norm"),
                        Optional.of("pos_layer_norm"), Optional.of("LayerNorm"))));
        masks = weight("img_embeddings.mask_embedding.weight", 2, config.feature());
        encoder = child("encoder",
                new Encoder(new EncoderFacts(config.width(), config.layers(), config.heads(), config.mlp(),
                        UniterConfig.EPSILON, config.activation(), false, false).with(config.dropout()),
                        EncoderNames.BERT, "layer", STREAM));
        pooler = child("pooler.dense", new Linear(config.width(), config.width()));
    }

    /// @param inputs under the reference's names; the picture's or the text's side may be missing
    /// @return (B, L, D) each example without gaps: words, then regions, then padding
    NDArray apply(Pass pass, Inputs inputs) {
        NDList parts = new NDList();
        pass.probe().phase(Phase.TEXT);
        if (inputs.has("input_ids")) {
            NDArray ids = inputs.get("input_ids");
            NDArray places = inputs.has("position_ids") ? inputs.get("position_ids") : WordEmbeddings.places(ids);
            NDArray text = words.apply(pass, ids, places, Optional.empty());
            pass.probe().value("text_embeddings", text);
            parts.add(text);
        }
        pass.probe().phase(Phase.PICTURE);
        if (inputs.has("img_feat")) {
            NDArray picture = picture(pass, inputs);
            pass.probe().value("image_embeddings", picture);
            parts.add(picture);
        }
        pass.probe().phase(Phase.TOGETHER);
        NDArray all = parts.size() == 1 ? parts.getFirst() : NDArrays.concat(parts, 1);
        NDArray x = parts.size() == 2 && inputs.has("gather_index")
                ? Rows.gather(all, inputs.get("gather_index"))
                : all;
        pass.probe().value("embedding_output", x);
        Optional<NDArray> mask = inputs.has("attn_masks")
                ? Optional.of(inputs.get("attn_masks"))
                : inputs.has("attention_mask") && parts.size() == 1
                        ? Optional.of(inputs.get("attention_mask"))
                        : Optional.empty();
        return encoder.apply(pass, x, mask.map(m -> Masks.padding(m, HIDDEN)));
    }

    /// A masked region's feature is zero in the batch; a learned vector is added to it. Row 0 of that table stays zero in the reference, so that it never counts.
    private NDArray picture(Pass pass, Inputs inputs) {
        NDArray features = inputs.get("img_feat");
        if (inputs.has("img_masks")) {
            NDArray masked = inputs.get("img_masks").toType(DataType.FLOAT32, false).expandDims(2); // (B, N, 1)
            NDArray added = masked.getManager().zeros(masks.shape()).add(masks.get()).get(new NDIndex("1")); // (F)
            features = features.add(masked.mul(added));
        }
        NDArray types = inputs.has("img_type_ids")
                ? inputs.get("img_type_ids")
                : features.get(new NDIndex(":, :, 0")).onesLike().toType(DataType.INT64, false);
        return regions.apply(pass, features, inputs.get("img_pos_feat"), Optional.of(words.types().apply(types)));
    }

    /// @param states (B, L, D)
    /// @return (B, D) the first position, through a tanh
    NDArray pooled(Pass pass, NDArray states) {
        NDArray pooled = pooler.apply(states.get(new NDIndex(":, 0"))).tanh();
        pass.probe().value("pooled", pooled);
        return pooled;
    }

    Weight wordTable() {
        return words.table();
    }

    Linear featureProjection() {
        return regions.feature();
    }
}
