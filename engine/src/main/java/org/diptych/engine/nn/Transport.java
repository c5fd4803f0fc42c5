package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.kernel.Scalars;

/// Optimal transport between two sets of vectors by the inexact proximal point method (Xie et al. 2018, "A Fast Proximal Point Method for Computing Exact Wasserstein Distance", algorithm 1), as UNITER
/// and ViLT align words with regions or patches (ChenRocks/UNITER `model/ot.py`).
///
/// @param beta       the smaller, the sharper the plan
/// @param iterations proximal steps
/// @param inner      scalings a step
public record Transport(double beta, int iterations, int inner) {
    private static final float FAR = 1e4f;

    /// @param cost (B, M, N), 0 where either side is padding
    /// @param plan (B, N, M), without gradient
    /// @param distance (B)
    public record Aligned(NDArray cost, NDArray plan, NDArray distance) {
    }

    /// @param x    (B, M, D)
    /// @param y    (B, N, D)
    /// @param xPad (B, M) 1 for padding, 0 for what takes part, as floats
    /// @param yPad (B, N) the same
    /// @param epsilon least length by which a vector is divided
    public Aligned align(NDArray x, NDArray y, NDArray xPad, NDArray yPad, double epsilon) {
        NDArray cosine = unit(x, epsilon).matMul(unit(y, epsilon).transpose(0, 2, 1)); // (B, M, N)
        NDArray both = free(xPad).expandDims(2).mul(free(yPad).expandDims(1)); // (B, M, N) 1 where both take part
        NDArray cost = cosine.neg().add(1f).mul(both);
        NDArray plan = plan(cost.stopGradient(), xPad, yPad, both);
        NDArray distance = cost.transpose(0, 2, 1).mul(plan).sum(new int[]{1, 2});
        return new Aligned(cost, plan, distance);
    }

    private static NDArray unit(NDArray x, double epsilon) {
        return x.div(Scalars.atLeast(x.norm(new int[]{-1}, true), epsilon));
    }

    private static NDArray free(NDArray pad) {
        return pad.neg().add(1f);
    }

    /// @return (B, N, M) how much of each y goes to each x
    private NDArray plan(NDArray cost, NDArray xPad, NDArray yPad, NDArray both) {
        Shape shape = cost.getShape();
        long b = shape.get(0);
        long m = shape.get(1);
        long n = shape.get(2);
        NDArray open = both.transpose(0, 2, 1); // (B, N, M)
        NDArray a = cost.transpose(0, 2, 1).div(-beta).exp().mul(open);
        NDArray xCount = free(xPad).sum(new int[]{1}).reshape(b, 1, 1);
        NDArray yCount = free(yPad).sum(new int[]{1}).reshape(b, 1, 1);
        NDArray xFar = xPad.mul(FAR).expandDims(1); // (B, 1, M)
        NDArray yFar = yPad.mul(FAR).expandDims(1); // (B, 1, N)
        NDArray sigma = free(xPad).expandDims(1).div(xCount); // (B, 1, M)
        NDManager owner = cost.getManager();
        NDManager scope = owner.newSubManager(); // a thousand steps would otherwise leave thousands of tensors behind
        NDArray plan = open.duplicate();
        plan.attach(scope);
        for (int i = 0; i < iterations; i++) {
            NDArray q = plan.mul(a);
            NDArray delta = sigma;
            for (int k = 0; k < inner; k++) {
                delta = q.matMul(sigma.reshape(b, m, 1)).reshape(b, 1, n).mul(yCount).add(yFar).pow(-1);
                sigma = delta.matMul(q).mul(xCount).add(xFar).pow(-1);
            }
            plan = q.mul(delta.reshape(b, n, 1)).mul(sigma);
            NDManager next = owner.newSubManager();
            plan.attach(next);
            sigma.attach(next);
            scope.close();
            scope = next;
        }
        NDArray out = plan.mul(open);
        out.attach(owner);
        scope.close();
        return out;
    }

    /// @param mask (B, T) 1 for what is there, of any type
    /// @return (B, T) 1 for padding, as floats
    public static NDArray pads(NDArray mask) {
        return free(mask.toType(DataType.FLOAT32, false));
    }
}
