package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.diptych.engine.api.EngineException;

/// A stretch of an open file. Fp32 tensors and integers are wrapped where they lie, as read-only pages; only formats that must be widened or gathered are
/// copied.
record Bytes(Path file, FileChannel channel, long offset, long length) {

    ByteBuffer map(long from, long size) throws EngineException {
        if (size > Integer.MAX_VALUE) {
            throw new EngineException("checkpoint.huge", file, size);
        }
        try {
            return channel.map(FileChannel.MapMode.READ_ONLY, offset + from, size).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new EngineException(e, "checkpoint.unreadable", file, String.valueOf(e.getMessage()));
        }
    }

    /// @return the numbers of a tensor that lie one behind the other from `from` on
    NDArray read(long from, Entry entry, NDManager manager) throws EngineException {
        Shape shape = new Shape(entry.shape());
        long size = entry.size();
        if (size == 0) {
            return manager.create(shape, entry.type().memory());
        }
        ByteBuffer data = map(from, size * entry.type().bytes());
        return widen(data, (int) size, shape, entry.type(), manager);
    }

    /// As [#read], for a view whose numbers lie apart; strides in numbers.
    NDArray gather(long from, Entry entry, long[] stride, NDManager manager) throws EngineException {
        Shape shape = new Shape(entry.shape());
        int size = Math.toIntExact(entry.size());
        if (size == 0) {
            return manager.create(shape, entry.type().memory());
        }
        int width = entry.type().bytes();
        ByteBuffer source = map(from, length - from);
        ByteBuffer target = ByteBuffer.allocateDirect(size * width).order(ByteOrder.LITTLE_ENDIAN);
        long[] index = new long[stride.length];
        for (int i = 0; i < size; i++) {
            long at = 0;
            for (int d = 0; d < stride.length; d++) {
                at += index[d] * stride[d];
            }
            target.put(i * width, source, Math.toIntExact(at * width), width);
            for (int d = stride.length - 1; d >= 0 && ++index[d] == entry.shape()[d]; d--) {
                index[d] = 0;
            }
        }
        return widen(target, size, shape, entry.type(), manager);
    }

    private static NDArray widen(ByteBuffer data, int size, Shape shape, DType type, NDManager manager) {
        return switch (type) {
            case F32, F64, I64, I32, I8, U8, BOOL -> manager.create(data, shape, type.memory());
            case F16 -> {
                float[] wide = new float[size];
                for (int i = 0; i < size; i++) {
                    wide[i] = Float.float16ToFloat(data.getShort(2 * i));
                }
                yield manager.create(wide, shape);
            }
            case BF16 -> {
                float[] wide = new float[size];
                for (int i = 0; i < size; i++) {
                    wide[i] = Float.intBitsToFloat(data.getShort(2 * i) << 16);
                }
                yield manager.create(wide, shape);
            }
            case I16 -> {
                int[] wide = new int[size];
                for (int i = 0; i < size; i++) {
                    wide[i] = data.getShort(2 * i);
                }
                yield manager.create(wide, shape);
            }
        };
    }
}
