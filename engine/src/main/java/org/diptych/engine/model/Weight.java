package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/// A named place for one tensor of a [Module]. Two modules that hold the same `Weight` are tied.
public final class Weight {
    private final Shape shape;
    private final boolean trainable;
    private NDArray array;

    Weight(Shape shape, boolean trainable) {
        this.shape = shape;
        this.trainable = trainable;
    }

    public Shape shape() {
        return shape;
    }

    /// @return false for running statistics and other tensors that no gradient moves
    public boolean trainable() {
        return trainable;
    }

    public boolean isSet() {
        return array != null;
    }

    /// @return the tensor; activation first, weight second in every operation, else the result is attached to the weights' scope
    public NDArray get() {
        if (array == null) {
            throw new IllegalStateException("weight of shape " + shape + " was not loaded");
        }
        return array;
    }

    /// @return true when its numbers were left in half precision, as the file has them; whoever reads it widens them
    public boolean half() {
        DataType type = get().getDataType();
        return type == DataType.FLOAT16 || type == DataType.UNKNOWN; // DJL has no name for bf16
    }

    /// @param value of this weight's shape; who calls this owns and closes it
    public void set(NDArray value) {
        if (!value.getShape().equals(shape)) {
            throw new IllegalArgumentException("shape " + value.getShape() + " where " + shape + " is wanted");
        }
        array = value;
    }
}
