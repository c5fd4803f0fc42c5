package org.diptych.engine.checkpoint;

import java.util.Arrays;

/// What a file says of one tensor.
public record Entry(DType type, long[] shape) {
    /// @return how many numbers it holds
    /// @throws ArithmeticException when the shape is absurd
    public long size() {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /// @return bytes that it takes in a file
    long bytes() {
        return size() * type.bytes();
    }

    @Override
    public String toString() {
        return type + Arrays.toString(shape);
    }
}
