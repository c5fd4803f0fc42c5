package org.diptych.engine.models.lxmert;

import ai.djl.ndarray.NDArray;
import java.util.LinkedHashMap;
import java.util.Map;
import org.diptych.engine.model.Module;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;

/// Says what a masked region was: its class, its attribute, its feature (section 3.1.2).
final class ObjectHead extends Module {
    static final String OBJECT = "obj";
    static final String ATTRIBUTE = "attr";
    static final String FEATURE = "feat";

    private final LxmertConfig config;
    private final Linear dense;
    private final LayerNorm norm;
    private final Map<String, Linear> decoders = new LinkedHashMap<>();

    ObjectHead(LxmertConfig config) {
        this.config = config;
        dense = child("transform.dense", new Linear(config.width(), config.width()));
        norm = child("transform.LayerNorm", new LayerNorm(config.width(), config.epsilon()));
        decoder(OBJECT, config.classes());
        decoder(ATTRIBUTE, config.attributes());
        decoder(FEATURE, config.regresses() ? config.feature() : 0);
    }

    private void decoder(String name, int width) {
        if (width > 0) {
            decoders.put(name, child("decoder_dict." + name, new Linear(config.width(), width)));
        }
    }

    /// @param objects (B, N, D)
    /// @return name of the question -> (B, N, ...)
    Map<String, NDArray> apply(NDArray objects) {
        NDArray hidden = norm.apply(config.activation().apply(dense.apply(objects)));
        Map<String, NDArray> out = new LinkedHashMap<>();
        decoders.forEach((name, decoder) -> out.put(name, decoder.apply(hidden)));
        return out;
    }
}
