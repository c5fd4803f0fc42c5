package org.diptych.engine.kernel;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;

/// Products of a few rows, as in writing word by word. They read each weight once, so memory bounds them. The usual product of a single row uses one thread, and a product of a few rows
/// takes a time for each; oneDNN's needs neither, where the library has it.
public final class FewRows {
    private static final long MOST = 8;
    /// Numbers from which reading a weight takes longer than starting a script.
    private static final long LARGE = 1 << 18;
    private static final String PROBE = "  def few(self: __torch__.Ops, x: Tensor, p: List[Tensor]) -> Tensor:\n    return "
            + Precision.FULL.few("x", "p[0]", "None") + "\n";
    private static Boolean available;

    private FewRows() {
    }

    /// Lane thread only.
    ///
    /// @param x         (..., D)
    /// @param precision of the weights
    /// @return true when [Precision#few] is the way to multiply it
    public static boolean suits(NDArray x, Precision precision) {
        long rows = x.size() / x.getShape().get(x.getShape().dimension() - 1);
        return precision != Precision.FULL ? rows == 1 && !Mixed.on() : suits(x, rows);
    }

    /// As the other, of a script's weights in 32 bits, before there is what they multiply.
    ///
    /// @param near    an activation
    /// @param numbers of the smallest weight
    static boolean suits(NDArray near, long rows, long numbers) {
        return worth(numbers) && suits(near, rows);
    }

    private static boolean suits(NDArray near, long rows) {
        return rows <= MOST && !Mixed.on() && !JniUtils.isGradMode() && near.getDevice().getDeviceType().equals("cpu")
                && has(near);
    }

    /// @return true for a weight that is worth a script of its own
    public static boolean worth(long numbers) {
        return numbers >= LARGE;
    }

    private static synchronized boolean has(NDArray x) {
        if (available == null) {
            try (NDArray weight = x.getManager().ones(new ai.djl.ndarray.types.Shape(1, x.getShape().tail()))) {
                Script.of(x, PROBE).call("few", x, List.of(weight)).close();
                available = true;
            } catch (EngineException e) {
                available = false; // a build of the library without oneDNN
            }
        }
        return available;
    }
}
