package org.diptych.engine.checkpoint;

import ai.djl.ndarray.types.DataType;

/// Number formats of stored tensors.
public enum DType {
    F64(8, DataType.FLOAT64), F32(4, DataType.FLOAT32), F16(2, DataType.FLOAT32), BF16(2, DataType.FLOAT32), I64(8,
            DataType.INT64), I32(4,
                    DataType.INT32), I16(2,
                            DataType.INT32), I8(1, DataType.INT8), U8(1, DataType.UINT8), BOOL(1, DataType.BOOLEAN);

    private final int bytes;
    private final DataType memory;

    DType(int bytes, DataType memory) {
        this.bytes = bytes;
        this.memory = memory;
    }

    /// @return bytes a number in the file
    public int bytes() {
        return bytes;
    }

    /// @return the format it is read into: half formats are widened to 32 bits, 16-bit integers to 32
    public DataType memory() {
        return memory;
    }

    /// @return true for the floating formats of 16 bits
    public boolean half() {
        return this == F16 || this == BF16;
    }

    public boolean floating() {
        return this == F64 || this == F32 || this == F16 || this == BF16;
    }
}
