package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.List;

/// Arrays of bf16, "brain floating point". DJL has no name for the format and can neither make nor print such an array, but passes one from script to script; its bits go in and out as those of
/// fp16, which are as wide. Lane thread only.
public final class Brain {
    private static final int HALF = 5;
    private static final int BRAIN = 15;

    private Brain() {
    }

    /// @return true for an array of bf16
    public static boolean is(NDArray array) {
        return array.getDataType() == DataType.UNKNOWN;
    }

    /// @param wide fp32
    /// @return rounded to bf16
    public static NDArray rounded(NDArray wide) {
        return run("rounded", "torch.to(x, " + BRAIN + ")", wide);
    }

    /// @param bits bf16 numbers whose bits are called fp16
    /// @return the numbers, in memory of their own
    public static NDArray of(NDArray bits) {
        return seen(bits, BRAIN);
    }

    /// @return the bits of bf16 numbers, called fp16
    public static NDArray bits(NDArray brain) {
        return seen(brain, HALF);
    }

    private static NDArray seen(NDArray array, int type) {
        return run("seen" + type, "torch.view_copy(x, dtype=" + type + ")", array);
    }

    private static NDArray run(String name, String expression, NDArray x) {
        return Script
                .of(x, "  def " + name + "(self: __torch__.Ops, x: Tensor) -> Tensor:\n    return " + expression + "\n")
                .call(name, x, List.of()).singletonOrThrow();
    }
}
