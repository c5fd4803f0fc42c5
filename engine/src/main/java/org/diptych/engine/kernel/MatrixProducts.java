package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/// The products of the readable path, in the precision that is asked for; see [Mixed]. Lane thread only.
public final class MatrixProducts {
    private static final String HEAD = "(self: __torch__.Ops, x: Tensor, p: List[Tensor]) -> Tensor:\n    return ";

    private MatrixProducts() {
    }

    /// @param x      (..., in)
    /// @param weight (out, in); where products are in bf16 it may be kept in half precision
    /// @param bias   (out), or null for none
    /// @return (..., out) in 32 bits
    public static NDArray linear(NDArray x, NDArray weight, NDArray bias) {
        if (!Mixed.on()) {
            return x.getNDArrayInternal().linear(x, weight, bias).singletonOrThrow();
        }
        return run("linear", ScriptText.linear("x", "p[0]", bias == null ? "None" : "p[1]", false), x,
                bias == null ? List.of(weight) : List.of(weight, bias));
    }

    /// @param x (..., n, k) an activation
    /// @param y (..., k, m)
    /// @return (..., n, m) in 32 bits
    public static NDArray matMul(NDArray x, NDArray y) {
        return Mixed.on()
                ? run("product", "torch.matmul(" + Mixed.factor("x") + ", " + Mixed.factor("p[0]") + ")", x, List.of(y))
                : x.matMul(y);
    }

    /// @param x      (B, in, H, W)
    /// @param weight (out, in, k, k)
    /// @param bias   (out), or null for none
    /// @return (B, out, H', W') in 32 bits
    public static NDArray convolution(NDArray x, NDArray weight, NDArray bias, Shape stride, Shape padding) {
        if (!Mixed.on()) {
            return x.getNDArrayInternal().convolution(x, weight, bias, stride, padding, new Shape(1, 1), 1)
                    .singletonOrThrow();
        }
        String call = "torch.conv2d(" + Mixed.factor("x") + ", " + Mixed.factor("p[0]") + ", "
                + (bias == null ? "None" : Mixed.factor("p[1]")) + ", " + pair(stride) + ", " + pair(padding)
                + ", [1, 1], 1)";
        return run("convolution", call, x, bias == null ? List.of(weight) : List.of(weight, bias));
    }

    private static String pair(Shape shape) {
        return "[" + shape.get(0) + ", " + shape.get(1) + "]";
    }

    private static NDArray run(String method, String product, NDArray x, List<NDArray> others) {
        return Script.of(x, "  def " + method + HEAD + Mixed.wide(product) + "\n").call(method, x, others)
                .singletonOrThrow();
    }
}
