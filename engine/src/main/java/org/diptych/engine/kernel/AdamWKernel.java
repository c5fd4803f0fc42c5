package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
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
        int n = parameters.size();
        List<NDArray> all = new ArrayList<>(4 * n);
        all.addAll(parameters);
        all.addAll(gradients);
        all.addAll(first);
        all.addAll(second);
        Script.of(step, source(n)).call("update", step, all, rate).forEach(NDArray::close);
    }

    private String source(int n) {
        String part = "torch.slice(p, %d, %d, 1)";
        return """
                  def update(self: __torch__.Ops, s: Tensor, p: List[Tensor], r: Tensor) -> Tensor:
                    a = %s
                    g = %s
                    m = %s
                    v = %s
                    x = annotate(List[Tensor], [])
                    y = annotate(List[Tensor], [])
                    for i in range(%d):
                      u = torch.append(y, s)
                    w = torch._fused_adamw_(a, g, m, v, x, y, lr=r, beta1=%s, beta2=%s, weight_decay=%s, eps=%s, amsgrad=False, maximize=False)
                    return torch.add(s, 0)
                """
                .formatted(String.format(part, 0, n), String.format(part, n, 2 * n), String.format(part, 2 * n, 3 * n),
                        String.format(part, 3 * n, 4 * n), n, beta1, beta2, weightDecay, epsilon);
    }
}
