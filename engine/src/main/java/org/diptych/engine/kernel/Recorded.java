package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import java.util.List;

/// Asks whether a gradient goes on behind an array. The library's own answer is no for whatever was computed, even from weights that learn.
public final class Recorded {
    private static final String ASK = "  def ask(self: __torch__.Ops, x: Tensor) -> Tensor:\n"
            + "    if ops.prim.requires_grad(x):\n      n = 1\n    else:\n      n = 0\n    return torch.zeros([n])\n";

    private Recorded() {
    }

    /// Lane thread only.
    public static boolean in(NDArray array) {
        try (NDArray answer = Script.of(array, ASK).call("ask", array, List.of()).singletonOrThrow()) {
            return answer.getShape().get(0) > 0;
        }
    }
}
