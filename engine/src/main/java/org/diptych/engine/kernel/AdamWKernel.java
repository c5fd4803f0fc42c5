package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import java.util.Collections;
import java.util.List;

/// AdamW over many tensors in one call (Loshchilov and Hutter 2019, algorithm 2; epsilon is added after the bias correction, as PyTorch does).
///
/// @param beta1       decay of the first moment
/// @param beta2       decay of the second moment
/// @param epsilon     added to the root
/// @param weightDecay decoupled, times the rate
public record AdamWKernel(double beta1, double beta2, double epsilon, double weightDecay) {
    /// Changes `parameters` and both moments in place.
    ///
    /// @param step      the number of this step from 1, a scalar
    /// @param rate      the learning rate, a scalar
    public void step(NDArray step, NDArray rate, List<NDArray> parameters, List<NDArray> gradients, List<NDArray> first,
            List<NDArray> second) {
        List<NDArray> steps = Collections.nCopies(parameters.size(), step);
        Script.of(step, source()).callLists("update", rate, List.of(parameters, gradients, first, second, steps))
                .forEach(NDArray::close);
    }

    private String source() {
        return """
                  def update(self: __torch__.Ops, r: Tensor, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], s: List[Tensor]) -> Tensor:
                    x = annotate(List[Tensor], [])
                    u = torch._fused_adamw_(p, g, m, v, x, s, lr=r, beta1=%s, beta2=%s, weight_decay=%s, eps=%s, amsgrad=False, maximize=False)
                    return torch.add(r, 0)
                """
                .formatted(beta1, beta2, weightDecay, epsilon);
    }
}
