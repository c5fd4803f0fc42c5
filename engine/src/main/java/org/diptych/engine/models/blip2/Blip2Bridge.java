package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.LayerNorm;

/// From a picture to queries that have seen it: the frozen tower, the norm behind it, and the Q-Former with its queries (section 3.1). Both stages begin so.
final class Blip2Bridge extends Module {
    static final String PIXELS = "pixel_values";

    private final Blip2Config config;
    private final EvaTower tower;
    private final LayerNorm norm;
    private final Weight queries;
    private final QFormer former;

    Blip2Bridge(Blip2Config config) {
        this.config = config;
        Blip2Config.Former f = config.former();
        tower = child("visual_encoder", new EvaTower(config.vision()));
        norm = child("ln_vision", new LayerNorm(config.vision().width(), config.vision().lastEpsilon()));
        queries = weight("query_tokens", 1, f.queries(), f.width());
        former = child("Qformer.bert", new QFormer(f));
    }

    QFormer former() {
        return former;
    }

    /// @return true when there is a picture
    static boolean shows(Inputs inputs) {
        return inputs.has("image") || inputs.has(PIXELS);
    }

    /// @return (B, 1 + N, D') out of the picture tower
    NDArray vision(Pass pass, Inputs inputs) {
        return tower.apply(pass, inputs.has("image") ? inputs.get("image") : inputs.get(PIXELS));
    }

    NDArray normed(Pass pass, NDArray states) {
        NDArray seen = norm.apply(states);
        pass.probe().value("ln_vision", seen);
        return seen;
    }

    /// The same norm with the epsilon that LAVIS's code has.
    NDArray normedAsLavis(NDArray states) {
        return states.getNDArrayInternal().layerNorm(states, new Shape(config.vision().width()), norm.weight(),
                norm.bias(), (float) Blip2Config.LAVIS_EPSILON).singletonOrThrow();
    }

    /// @return (B, 1 + N, D') as the queries see it
    NDArray picture(Pass pass, Inputs inputs) {
        return normed(pass, vision(pass, inputs));
    }

    private NDArray queries(NDArray picture) {
        Blip2Config.Former f = config.former();
        return picture.getManager().zeros(new Shape(picture.getShape().get(0), f.queries(), f.width()))
                .add(queries.get());
    }

    /// @param picture (B, 1 + N, D') normed
    QFormer.Asked ask(Pass pass, NDArray picture) {
        return former.ask(pass, queries(picture), picture);
    }

    /// @param picture (B, 1 + N, D') normed
    /// @return (B, Q, D) queries that have seen picture and text
    NDArray together(Pass pass, NDArray picture, NDArray ids, NDArray attended) {
        return former.together(pass, queries(picture), ids, attended, picture)
                .get(new NDIndex(":, :{}", config.former().queries()));
    }

    /// @return (B, T, D) the text alone
    NDArray read(Pass pass, Inputs texts) {
        return former.read(pass, texts.get("input_ids"), Blip2Model.attended(texts));
    }
}
