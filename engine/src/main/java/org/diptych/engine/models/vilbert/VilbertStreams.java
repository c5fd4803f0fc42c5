package org.diptych.engine.models.vilbert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Phase;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Embedding;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.EncoderNames;
import org.diptych.engine.tower.RegionEmbedding;
import org.diptych.engine.tower.WordEmbeddings;

/// Both streams and the co-attention between them.
final class VilbertStreams extends Module {
    static final String TEXT = "t";
    static final String IMAGE = "v";
    /// x1, y1, x2, y2 as shares of the picture's sides, and the area.
    static final int PLACE = 5;
    private static final float HIDDEN = -10000;

    private final VilbertConfig config;
    private final WordEmbeddings words;
    private final Optional<Embedding> tasks;
    private final RegionEmbedding regions;
    private final Encoder text;
    private final Encoder image;
    private final List<CoAttention> bridges = new ArrayList<>();
    private final Linear textPooler;
    private final Linear imagePooler;

    VilbertStreams(VilbertConfig config) {
        this.config = config;
        words = child("embeddings", new WordEmbeddings(new WordEmbeddings.Facts(config.vocabulary(),
                config.positions(), config.types(), config.text().width(), VilbertConfig.EPSILON,
                config.text().dropout())));
        tasks = config.tasks() > 0
                ? Optional.of(
                        child("embeddings.task_embeddings", new Embedding(config.tasks(), config.text().width())))
                : Optional.empty();
        regions = child("v_embeddings", new RegionEmbedding(
                new RegionEmbedding.Facts(config.feature(), PLACE, config.image().width(), VilbertConfig.EPSILON, 1,
                        config.text().dropout()),
                new RegionEmbedding.Names("image_embeddings", "image_location_embeddings", Optional.empty(),
                        Optional.empty(), Optional.of("LayerNorm"))));
        text = child("encoder", encoder(config.text(), "layer", TEXT));
        image = child("", encoder(config.image(), "encoder.v_layer", IMAGE));
        for (int i = 0; i < config.textAt().size(); i++) {
            bridges.add(child("encoder.c_layer." + i, new CoAttention(config)));
        }
        textPooler = child("t_pooler.dense", new Linear(config.text().width(), config.bridge()));
        imagePooler = child("v_pooler.dense", new Linear(config.image().width(), config.bridge()));
    }

    private static Encoder encoder(VilbertConfig.Stream s, String prefix, String stream) {
        return new Encoder(new EncoderFacts(s.width(), s.layers(), s.heads(), s.mlp(), VilbertConfig.EPSILON,
                s.activation(), false, false).with(s.dropout()), EncoderNames.BERT, prefix, stream);
    }

    /// @param text   (B, T, D)
    /// @param image  (B, 1 + N, D') the whole picture first
    /// @param pooled (B, bridge) both first positions put together
    record States(NDArray text, NDArray image, NDArray pooled) {
    }

    States apply(Pass pass, Inputs inputs) {
        pass.probe().phase(Phase.TEXT);
        NDArray t = embedded(pass, inputs);
        pass.probe().phase(Phase.PICTURE);
        NDArray v = regions.apply(pass, inputs.get("image_feat"), inputs.get("image_loc"), Optional.empty());
        pass.probe().value("text_embeddings", t);
        pass.probe().value("image_embeddings", v);
        Optional<NDArray> textMask = textMask(inputs);
        Optional<NDArray> imageMask = inputs.has("image_attention_mask")
                ? Optional.of(Masks.padding(inputs.get("image_attention_mask"), HIDDEN))
                : Optional.empty();
        int textFrom = 0;
        int imageFrom = 0;
        for (int i = 0; i < bridges.size(); i++) {
            pass.probe().phase(Phase.TEXT);
            t = text.apply(pass, t, textMask, Optional.empty(), textFrom, config.textAt().get(i));
            pass.probe().phase(Phase.PICTURE);
            v = image.apply(pass, v, imageMask, Optional.empty(), imageFrom, config.imageAt().get(i));
            textFrom = config.textAt().get(i);
            imageFrom = config.imageAt().get(i);
            pass.probe().ran(CoAttention.TEXT_TO_IMAGE, 1.0 / bridges.size());
            pass.probe().ran(CoAttention.IMAGE_TO_TEXT, 1.0 / bridges.size());
            pass.probe().phase(Phase.TOGETHER);
            CoAttention.Both both = bridges.get(i).apply(pass, new CoAttention.Both(v, t), imageMask, textMask, i);
            t = both.text();
            v = both.image();
        }
        pass.probe().phase(Phase.TEXT);
        t = text.apply(pass, t, textMask, Optional.empty(), textFrom, config.text().layers());
        pass.probe().phase(Phase.PICTURE);
        v = image.apply(pass, v, imageMask, Optional.empty(), imageFrom, config.image().layers());
        pass.probe().phase(Phase.TOGETHER);
        NDArray pooledText = Activations.RELU.apply(textPooler.apply(t.get(new NDIndex(":, 0"))));
        NDArray pooledImage = Activations.RELU.apply(imagePooler.apply(v.get(new NDIndex(":, 0"))));
        pass.probe().value("pooled_t", pooledText);
        pass.probe().value("pooled_v", pooledImage);
        return new States(t, v, config.product() ? pooledText.mul(pooledImage) : pooledText.add(pooledImage));
    }

    /// A task's token stands behind `[CLS]`; positions were added before it came in between.
    private NDArray embedded(Pass pass, Inputs inputs) {
        NDArray ids = inputs.get("input_ids");
        NDArray sum = words.sum(ids, WordEmbeddings.places(ids),
                inputs.has("token_type_ids") ? Optional.of(inputs.get("token_type_ids")) : Optional.empty());
        if (tasked(inputs)) {
            sum = NDArrays.concat(new NDList(sum.get(new NDIndex(":, :1")),
                    tasks.orElseThrow().apply(inputs.get("task_ids")), sum.get(new NDIndex(":, 1:"))), 1);
        }
        return words.normed(pass, sum);
    }

    private boolean tasked(Inputs inputs) {
        return tasks.isPresent() && inputs.has("task_ids");
    }

    private Optional<NDArray> textMask(Inputs inputs) {
        if (!inputs.has("attention_mask")) {
            return Optional.empty();
        }
        NDArray mask = inputs.get("attention_mask");
        NDArray whole = tasked(inputs)
                ? NDArrays.concat(new NDList(inputs.get("task_ids").onesLike(), mask), 1)
                : mask;
        return Optional.of(Masks.padding(whole, HIDDEN));
    }

    Weight wordTable() {
        return words.table();
    }
}
