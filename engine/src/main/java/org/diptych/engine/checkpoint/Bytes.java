package org.diptych.engine.checkpoint;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.kernel.Brain;

/// A stretch of an open file. Fp32 tensors and integers are wrapped where they lie, as read-only pages; only formats that must be widened or gathered, and
/// tensors that begin on an odd byte, are copied.
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

    /// As [#map], copied: for the few bytes of a directory, whose thousands of entries should not take a mapping each.
    ByteBuffer copy(long from, int size) throws EngineException {
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        try {
            while (bytes.hasRemaining() && channel.read(bytes, offset + from + bytes.position()) > 0) {
                // a read may give less than was asked for
            }
        } catch (IOException e) {
            throw new EngineException(e, "checkpoint.unreadable", file, String.valueOf(e.getMessage()));
        }
        if (bytes.hasRemaining()) {
            throw new EngineException("checkpoint.truncated", file, offset + length);
        }
        return bytes.flip();
    }

    /// @return true when numbers of this type from `from` on can be used as they lie. Pages begin on multiples of any number's width.
    boolean mappable(long from, DType type) {
        return switch (type) {
            case F32, F64, I64, I32, I8, U8, BOOL -> (offset + from) % type.bytes() == 0;
            case F16, BF16, I16 -> false;
        };
    }

    /// @return the numbers of a tensor that lie one behind the other from `from` on
    NDArray read(long from, Entry entry, NDManager manager) throws EngineException {
        Shape shape = new Shape(entry.shape());
        if (entry.size() == 0) {
            return manager.create(shape, entry.type().memory());
        }
        return widen(map(from, bytes(entry)), entry, manager);
    }

    /// @return fp16 numbers as they lie, or a copy of bf16 ones, without widening them
    NDArray half(long from, Entry entry, NDManager manager) throws EngineException {
        ByteBuffer data = map(from, bytes(entry));
        ByteBuffer even = data.alignmentOffset(0, entry.type().bytes()) == 0
                ? data
                : direct(data.remaining()).put(data).flip();
        NDArray bits = manager.create(even, new Shape(entry.shape()), DataType.FLOAT16);
        if (entry.type() == DType.F16) {
            return bits;
        }
        try (bits) {
            return Brain.of(bits);
        }
    }

    /// As [#read], for a view whose numbers lie apart; strides in numbers.
    NDArray gather(long from, Entry entry, long[] stride, NDManager manager) throws EngineException {
        long[] shape = entry.shape();
        if (entry.size() == 0) {
            return manager.create(new Shape(shape), entry.type().memory());
        }
        int width = entry.type().bytes();
        int size = (int) (bytes(entry) / width);
        long last = 0;
        for (int d = 0; d < shape.length; d++) {
            last += (shape[d] - 1) * stride[d];
        }
        ByteBuffer source = map(from, (last + 1) * width);
        ByteBuffer target = direct(size * width);
        long[] index = new long[stride.length];
        for (int i = 0; i < size; i++) {
            long at = 0;
            for (int d = 0; d < stride.length; d++) {
                at += index[d] * stride[d];
            }
            target.put(i * width, source, (int) (at * width), width);
            for (int d = stride.length - 1; d >= 0 && ++index[d] == shape[d]; d--) {
                index[d] = 0;
            }
        }
        return widen(target, entry, manager);
    }

    /// @return bytes the tensor takes, and takes in memory, both under the limit of one buffer
    private long bytes(Entry entry) throws EngineException {
        long widest = Math.max(entry.type().bytes(), entry.type().memory().getNumOfBytes());
        if (entry.size() > Integer.MAX_VALUE / widest) {
            throw new EngineException("checkpoint.huge", file,
                    Math.multiplyHigh(entry.size(), widest) == 0 ? entry.size() * widest : Long.MAX_VALUE);
        }
        return entry.size() * entry.type().bytes();
    }

    private static ByteBuffer direct(int size) {
        return ByteBuffer.allocateDirect(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static NDArray widen(ByteBuffer data, Entry entry, NDManager manager) {
        Shape shape = new Shape(entry.shape());
        int size = (int) entry.size();
        boolean aligned = data.alignmentOffset(0, entry.type().bytes()) == 0;
        return switch (entry.type()) {
            case F32, F64, I64, I32, I8, U8, BOOL ->
                aligned
                        ? manager.create(data, shape, entry.type().memory())
                        : filled(shape, entry.type().memory(), manager, even -> even.put(data));
            case F16 -> {
                ByteBuffer even = aligned ? data : direct(data.remaining()).put(data).flip();
                try (NDArray half = manager.create(even, shape, DataType.FLOAT16)) {
                    yield half.toType(DataType.FLOAT32, true);
                }
            }
            case BF16 -> filled(shape, DataType.FLOAT32, manager, wide -> {
                for (int i = 0; i < size; i++) { // a bf16 number is the upper half of an fp32 one
                    wide.putInt(4 * i, data.getShort(2 * i) << 16);
                }
            });
            case I16 -> filled(shape, DataType.INT32, manager, wide -> {
                for (int i = 0; i < size; i++) {
                    wide.putInt(4 * i, data.getShort(2 * i));
                }
            });
        };
    }

    /// Written straight into native memory: the virtual machine bounds its own direct buffers, which would stop a large model.
    private static NDArray filled(Shape shape, DataType type, NDManager manager, Consumer<ByteBuffer> content) {
        NDArray made = manager.create(shape, type, Device.cpu());
        content.accept(made.toByteBuffer(true).order(ByteOrder.LITTLE_ENDIAN));
        if (!manager.getDevice().isGpu()) {
            return made;
        }
        try (made) {
            return made.toDevice(manager.getDevice(), true);
        }
    }
}
