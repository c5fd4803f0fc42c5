package org.diptych.engine.models.uniter;

import ai.djl.ndarray.NDArray;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.kernel.MatrixProducts;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;

/// Says which feature a masked region had. Its last matrix is the input projection, used the other way round (section 3.2, "masked region feature regression").
final class RegionHead extends Module {
    private final Linear hidden;
    private final LayerNorm norm;
    private final Linear projection;
    private final Weight bias;

    RegionHead(UniterConfig config, Linear projection) {
        hidden = child("net.0", new Linear(config.width(), config.width()));
        norm = child("net.2", new LayerNorm(config.width(), UniterConfig.EPSILON));
        this.projection = projection;
        bias = weight("bias", config.feature());
    }

    /// @param x (n, D)
    /// @return (n, feature)
    NDArray apply(NDArray x) {
        NDArray h = norm.apply(Activations.GELU.apply(hidden.apply(x)));
        return MatrixProducts.matMul(h, projection.weight()).add(bias.get());
    }
}
