package org.diptych.engine.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.work.Scopes;

/// The matrix products of a Transformer tower and nothing else: what no fusion can make faster.
///
/// @param batch  B
/// @param tokens T
/// @param width  D
/// @param heads  H
/// @param layers how often all of it is done
record Products(int batch, int tokens, int width, int heads, int layers) {
    /// @return milliseconds for all layers
    double time(Scopes scopes) {
        try (NDManager scope = scopes.call()) {
            long rows = (long) batch * tokens;
            NDArray x = ones(scope, rows, width); // (B*T, D)
            NDArray wide = ones(scope, rows, 4L * width); // (B*T, 4D)
            NDArray qkv = ones(scope, width, 3L * width);
            NDArray out = ones(scope, width, width);
            NDArray up = ones(scope, width, 4L * width);
            NDArray down = ones(scope, 4L * width, width);
            NDArray q = ones(scope, batch, heads, tokens, width / heads); // (B, H, T, D/H)
            NDArray k = ones(scope, batch, heads, width / heads, tokens); // (B, H, D/H, T)
            long start = System.nanoTime();
            for (int i = 0; i < layers; i++) {
                x.matMul(qkv).close();
                try (NDArray weights = q.matMul(k)) { // (B, H, T, T)
                    weights.matMul(q).close();
                }
                x.matMul(out).close();
                x.matMul(up).close();
                wide.matMul(down).close();
            }
            return (System.nanoTime() - start) / 1e6;
        }
    }

    private static NDArray ones(NDManager scope, long... shape) {
        return scope.ones(new Shape(shape), DataType.FLOAT32);
    }
}
