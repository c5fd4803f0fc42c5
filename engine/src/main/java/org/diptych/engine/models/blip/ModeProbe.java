package org.diptych.engine.models.blip;

import ai.djl.ndarray.NDArray;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Probe;

/// Tells the text that reads alone from the same text that looks at the picture, which run through the same layers.
///
/// @param inner who listens
record ModeProbe(Probe inner) implements Probe {
    /// Stream and site of the text that reads alone.
    static final String ALONE = "text_alone";

    static Pass alone(Pass pass) {
        return pass.probe().listens() ? new Pass(pass.training(), pass.fused(), new ModeProbe(pass.probe())) : pass;
    }

    @Override
    public NDArray attention(String site, int layer, NDArray weights) {
        return inner.attention(named(site), layer, weights);
    }

    @Override
    public void hidden(String stream, int index, NDArray state) {
        inner.hidden(named(stream), index, state);
    }

    @Override
    public void value(String name, NDArray value) {
        inner.value(named(name), value);
    }

    private static String named(String name) {
        return name.replaceFirst("^text_encoder\\b", ALONE);
    }
}
