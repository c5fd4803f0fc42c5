package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import java.util.List;

/// The global norm of many tensors, and their scaling down to it, in one call.
public final class NormKernel {
    private static final String SOURCE = """
              def norm(self: __torch__.Ops, c: Tensor, p: List[Tensor]) -> Tensor:
                n = torch._foreach_norm(p, 2)
                return torch.linalg_vector_norm(torch.stack(n))
              def clip(self: __torch__.Ops, c: Tensor, p: List[Tensor]) -> Tensor:
                n = torch._foreach_norm(p, 2)
                t = torch.linalg_vector_norm(torch.stack(n))
                k = torch.clamp(torch.div(c, torch.add(t, 1e-06)), None, 1.)
                u = torch._foreach_mul_(p, k)
                return t
            """;

    private NormKernel() {
    }

    /// @param largest scalar: the norm that is left at most, as `clip_grad_norm_` of PyTorch
    /// @param tensors scaled in place
    /// @return the norm before clipping
    public static float clip(NDArray largest, List<NDArray> tensors) {
        try (NDArray norm = Script.of(largest, SOURCE).call("clip", largest, tensors).singletonOrThrow()) {
            return norm.toFloatArray()[0];
        }
    }

    /// @param near a scalar on the same device; its value is not used
    /// @return the norm
    public static float norm(NDArray near, List<NDArray> tensors) {
        try (NDArray norm = Script.of(near, SOURCE).call("norm", near, tensors).singletonOrThrow()) {
            return norm.toFloatArray()[0];
        }
    }
}
