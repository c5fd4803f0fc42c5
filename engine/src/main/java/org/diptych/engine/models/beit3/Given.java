package org.diptych.engine.models.beit3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.model.Inputs;

/// What a batch holds, under the reference's names or the common ones.
final class Given {
    private Given() {
    }

    static Optional<NDArray> first(Inputs inputs, String... names) {
        return Arrays.stream(names).filter(inputs::has).findFirst().map(inputs::get);
    }

    /// @return int64 (B, T)
    static Optional<NDArray> ids(Inputs inputs) {
        return first(inputs, "text_ids", "question", "input_ids");
    }

    /// @return (B, 3, H, W)
    static Optional<NDArray> pixels(Inputs inputs) {
        return first(inputs, "image", "pixel_values");
    }

    /// @return int64 (B, T) 1 for padding
    static Optional<NDArray> padding(Inputs inputs) {
        return first(inputs, "text_padding").or(() -> first(inputs, "attention_mask")
                .map(a -> a.toType(DataType.INT64, false).neg().add(1)));
    }

    /// @return (B, N) 1 for a hidden patch
    static Optional<NDArray> hidden(Inputs inputs) {
        return first(inputs, "vision_masked_position");
    }

    static Inputs with(Inputs inputs, String name, NDArray value) {
        Map<String, NDArray> all = new HashMap<>(inputs.tensors());
        all.put(name, value);
        return new Inputs(all, inputs.samples());
    }
}
