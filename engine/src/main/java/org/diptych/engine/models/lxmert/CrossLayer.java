package org.diptych.engine.models.lxmert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Optional;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.RunsInSegments;
import org.diptych.engine.nn.Attention;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;

/// A cross-modality layer (section 2.2): words look at objects and objects at words through one and the same attention, both at the layer's inputs; then each side
/// looks at itself and goes through an MLP of its own.
final class CrossLayer extends Module implements RunsInSegments {
    static final String TO_OBJECTS = "cross.lang_to_visn";
    static final String TO_WORDS = "cross.visn_to_lang";
    static final String WORDS = "cross.lang";
    static final String OBJECTS = "cross.visn";

    /// The two streams.
    record Both(NDArray words, NDArray objects) {
    }

    private final Activations activation;
    private final double dropout;
    private final Attention cross;
    private final LayerNorm crossNorm;
    private final Side words;
    private final Side objects;

    CrossLayer(LxmertConfig config) {
        activation = config.activation();
        dropout = config.dropout();
        cross = child("visual_attention", new Attention(config.width(), config.width(), config.heads(), dropout,
                new Attention.Names("att.query", "att.key", "att.value", "output.dense")));
        crossNorm = child("visual_attention.output.LayerNorm", new LayerNorm(config.width(), config.epsilon()));
        words = new Side(config, "lang");
        objects = new Side(config, "visn");
    }

    /// What one modality does with itself.
    private final class Side {
        private final String name;
        private final Attention self;
        private final LayerNorm selfNorm;
        private final Linear inner;
        private final Linear outer;
        private final LayerNorm norm;

        Side(LxmertConfig config, String name) {
            this.name = name;
            int width = config.width();
            self = child(name + "_self_att",
                    new Attention(width, width, config.heads(), dropout, Attention.Names.BERT));
            selfNorm = child(name + "_self_att.output.LayerNorm", new LayerNorm(width, config.epsilon()));
            inner = child(name + "_inter.dense", new Linear(width, config.mlp()));
            outer = child(name + "_output.dense", new Linear(config.mlp(), width));
            norm = child(name + "_output.LayerNorm", new LayerNorm(width, config.epsilon()));
        }

        NDArray apply(Pass pass, NDArray x, Optional<NDArray> mask, int layer) {
            NDArray y = selfNorm
                    .apply(x.add(drop(pass, self.apply(pass, x, x, mask, "cross." + name, layer))));
            NDArray z = norm.apply(y.add(drop(pass, outer.apply(activation.apply(inner.apply(y))))));
            pass.probe().value("x." + layer + "." + name + "_out", z);
            return z;
        }
    }

    private NDArray drop(Pass pass, NDArray x) {
        return Dropout.apply(pass, x, dropout);
    }

    /// @param wordMask   added to scores over words
    /// @param objectMask added to scores over objects
    Both apply(Pass pass, Both in, Optional<NDArray> wordMask, Optional<NDArray> objectMask, int layer) {
        NDList out = pass.segment(this, x -> run(pass, x.get(0), x.get(1), wordMask, objectMask, layer),
                new NDList(in.words(), in.objects()));
        return new Both(out.get(0), out.get(1));
    }

    private NDList run(Pass pass, NDArray inWords, NDArray inObjects, Optional<NDArray> wordMask,
            Optional<NDArray> objectMask, int layer) {
        NDArray w = crossed(pass, inWords, inObjects, objectMask, TO_OBJECTS, layer);
        NDArray o = crossed(pass, inObjects, inWords, wordMask, TO_WORDS, layer);
        pass.probe().value("x." + layer + ".after_cross.lang", w);
        pass.probe().value("x." + layer + ".after_cross.visn", o);
        return new NDList(words.apply(pass, w, wordMask, layer), objects.apply(pass, o, objectMask, layer));
    }

    private NDArray crossed(Pass pass, NDArray asks, NDArray seen, Optional<NDArray> mask, String site, int layer) {
        return crossNorm.apply(asks.add(drop(pass, cross.apply(pass, asks, seen, mask, site, layer))));
    }
}
