package org.diptych.engine.models.vilbert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Optional;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.RunsInSegments;
import org.diptych.engine.nn.Attention;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;

/// A co-attentional layer (section 2.2, figure 2b): words ask with their own queries and are answered with the regions' keys and values, and the other way round; then
/// each side goes through an MLP. Side 1 is the picture, side 2 the text, as in the published names.
final class CoAttention extends Module implements RunsInSegments {
    static final String TEXT_TO_IMAGE = "co.text_to_image";
    static final String IMAGE_TO_TEXT = "co.image_to_text";

    /// Both streams.
    record Both(NDArray image, NDArray text) {
    }

    private final VilbertConfig config;
    private final Side image;
    private final Side text;

    CoAttention(VilbertConfig config) {
        this.config = config;
        image = new Side(config.image(), 1, "v");
        text = new Side(config.text(), 2, "t");
        // stored by the published files and read by no forward pass
        child("biOutput.q_dense1", new Linear(config.bridge(), config.image().width()));
        child("biOutput.q_dense2", new Linear(config.bridge(), config.text().width()));
    }

    /// What belongs to one modality.
    private final class Side {
        private final VilbertConfig.Stream facts;
        private final Linear query;
        private final Linear key;
        private final Linear value;
        private final Linear out;
        private final LayerNorm outNorm;
        private final Linear inner;
        private final Linear outer;
        private final LayerNorm norm;

        Side(VilbertConfig.Stream facts, int number, String letter) {
            this.facts = facts;
            query = child("biattention.query" + number, new Linear(facts.width(), config.bridge()));
            key = child("biattention.key" + number, new Linear(facts.width(), config.bridge()));
            value = child("biattention.value" + number, new Linear(facts.width(), config.bridge()));
            out = child("biOutput.dense" + number, new Linear(config.bridge(), facts.width()));
            outNorm = child("biOutput.LayerNorm" + number, new LayerNorm(facts.width(), VilbertConfig.EPSILON));
            inner = child(letter + "_intermediate.dense", new Linear(facts.width(), facts.mlp()));
            outer = child(letter + "_output.dense", new Linear(facts.mlp(), facts.width()));
            norm = child(letter + "_output.LayerNorm", new LayerNorm(facts.width(), VilbertConfig.EPSILON));
        }

        NDArray looked(Pass pass, NDArray own, Side other, NDArray seen, Optional<NDArray> mask, String site,
                int layer) {
            NDArray mixed = Attention.attend(pass, query.apply(own), other.key.apply(seen), other.value.apply(seen),
                    config.bridgeHeads(), mask, other.facts.dropout(), site, layer);
            return outNorm.apply(own.add(Dropout.apply(pass, out.apply(mixed), facts.dropout())));
        }

        NDArray thought(Pass pass, NDArray x) {
            NDArray y = outer.apply(facts.activation().apply(inner.apply(x)));
            return norm.apply(x.add(Dropout.apply(pass, y, facts.dropout())));
        }
    }

    /// @param imageMask added to scores over regions
    /// @param textMask  added to scores over words
    Both apply(Pass pass, Both in, Optional<NDArray> imageMask, Optional<NDArray> textMask, int layer) {
        NDList out = pass.segment(this, x -> run(pass, x.get(0), x.get(1), imageMask, textMask, layer),
                new NDList(in.image(), in.text()));
        return new Both(out.get(0), out.get(1));
    }

    private NDList run(Pass pass, NDArray inImage, NDArray inText, Optional<NDArray> imageMask,
            Optional<NDArray> textMask, int layer) {
        NDArray v = image.looked(pass, inImage, text, inText, textMask, IMAGE_TO_TEXT, layer);
        NDArray t = text.looked(pass, inText, image, inImage, imageMask, TEXT_TO_IMAGE, layer);
        NDArray vOut = image.thought(pass, v);
        NDArray tOut = text.thought(pass, t);
        String at = "c." + layer + ".";
        pass.probe().value(at + "image_after_attn", v);
        pass.probe().value(at + "text_after_attn", t);
        pass.probe().value(at + "image_out", vOut);
        pass.probe().value(at + "text_out", tOut);
        return new NDList(vOut, tOut);
    }
}
