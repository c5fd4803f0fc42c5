package org.diptych.engine.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import java.util.stream.LongStream;
import org.diptych.engine.model.Staging;

/// Picks rows of states. A row look-up is done as an embedding: it is differentiable and leaves no index handle behind.
public final class Rows {
    private Rows() {
    }

    /// One under the other. The library's own way copies a single part out of the recorded graph, and with it goes every gradient.
    ///
    /// @param parts of the same shape behind the first axis
    public static NDArray under(NDList parts) {
        return parts.size() == 1 ? parts.getFirst() : NDArrays.concat(parts, 0);
    }

    /// @param flat  (R, D)
    /// @param index int64 (...) below R
    /// @return (..., D)
    public static NDArray at(NDArray flat, NDArray index) {
        return index.getNDArrayInternal().embedding(index, flat, SparseFormat.DENSE).singletonOrThrow();
    }

    /// As `torch.gather` along the second axis.
    ///
    /// @param states (B, T, D)
    /// @param index  int64 (B, S) below T
    /// @return (B, S, D)
    public static NDArray gather(NDArray states, NDArray index) {
        Shape shape = states.getShape();
        NDArray start = index.getManager().arange((int) shape.get(0)).toType(DataType.INT64, false).mul(shape.get(1))
                .expandDims(1);
        return at(states.reshape(shape.get(0) * shape.get(1), shape.get(2)), index.add(start));
    }

    /// @param states (B, T, D)
    /// @param numbers int64 (n) below B
    /// @return (n, T, D) the samples of these numbers
    public static NDArray samples(NDArray states, NDArray numbers) {
        Shape shape = states.getShape();
        NDArray flat = states.reshape(shape.get(0), shape.get(1) * shape.get(2));
        return at(flat, numbers).reshape(-1, shape.get(1), shape.get(2));
    }

    /// @param states (B, T, D)
    /// @param wanted (B, T) not 0 where a row is wanted, of any whole type
    /// @return (n, D) the wanted rows, in order
    public static NDArray where(NDArray states, NDArray wanted) {
        Shape shape = states.getShape();
        long[] index = places(wanted);
        return at(states.reshape(shape.get(0) * shape.get(1), shape.get(2)),
                Staging.longs(states.getManager(), index, new Shape(index.length)));
    }

    /// @return places of the values that are not 0 in the flattened array
    public static long[] places(NDArray wanted) {
        long[] flags = wanted.toType(DataType.INT64, false).toLongArray();
        return LongStream.range(0, flags.length).filter(i -> flags[(int) i] != 0).toArray();
    }
}
