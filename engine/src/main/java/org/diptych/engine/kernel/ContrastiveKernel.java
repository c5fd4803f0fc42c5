package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;

/// InfoNCE of N pairs in one call: unit vectors, scaled cosines, cross-entropy along rows and columns.
public final class ContrastiveKernel {
    private static final String SOURCE = """
              def loss(self: __torch__.Ops, a: Tensor, p: List[Tensor]) -> List[Tensor]:
                l = torch.matmul(torch.mul(a, p[1]), torch.t(p[0]))
                y = torch.arange(torch.size(l, 0), dtype=4, layout=None, device=ops.prim.device(l), pin_memory=False)
                r = torch.cross_entropy_loss(l, y)
                c = torch.cross_entropy_loss(torch.t(l), y)
                return [torch.mul(torch.add(r, c), 0.5), l]
            """;

    private ContrastiveKernel() {
    }

    /// @param images (N, D) unit rows
    /// @param texts  (N, D) unit rows
    /// @param scale  scalar, what cosines are multiplied with
    /// @return the loss, and the (N, N) logits
    public static NDList loss(NDArray images, NDArray texts, NDArray scale) {
        return Script.of(images, SOURCE).call("loss", images, List.of(texts, scale));
    }
}
