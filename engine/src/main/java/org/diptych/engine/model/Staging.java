package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Brings plain numbers into tensors through one buffer that is used again and again: a direct buffer a batch would make the process grow by megabytes a step, since the
/// collector that frees them sees no need to run. Lane thread only.
public final class Staging {
    private static ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.nativeOrder());

    private Staging() {
    }

    /// @return a tensor with a memory of its own
    public static NDArray floats(NDManager manager, float[] values, Shape shape) {
        ByteBuffer bytes = room(4L * values.length);
        bytes.asFloatBuffer().put(values);
        return copy(manager, bytes, shape, DataType.FLOAT32);
    }

    /// @return a tensor with a memory of its own
    public static NDArray longs(NDManager manager, long[] values, Shape shape) {
        ByteBuffer bytes = room(8L * values.length);
        bytes.asLongBuffer().put(values);
        return copy(manager, bytes, shape, DataType.INT64);
    }

    private static ByteBuffer room(long bytes) {
        if (buffer.capacity() < bytes) {
            buffer = ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
        }
        return buffer.duplicate().order(ByteOrder.nativeOrder()).clear().limit((int) bytes);
    }

    private static NDArray copy(NDManager manager, ByteBuffer bytes, Shape shape, DataType type) {
        try (NDArray shared = manager.create(bytes, shape, type)) {
            return shared.duplicate();
        }
    }
}
