package org.diptych.engine.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How one of a model's tensors is made from a file's.
///
/// @param sources the file's names; several only where they are joined
/// @param steps   what is done, in this order
public record Recipe(List<String> sources, List<Step> steps) {
    /// One change of a tensor.
    public sealed interface Step {
    }

    /// Several tensors stacked along an axis.
    public record Stack(int axis) implements Step {
    }

    /// One of `count` equal parts along an axis.
    public record Piece(int index, int count, int axis) implements Step {
    }

    /// A matrix turned over: (A, B) to (B, A).
    public record Turn() implements Step {
    }

    /// A table of positions brought to another grid, see [PositionGrid].
    public record Regrid(PositionGrid grid) implements Step {
    }

    /// A table of `from` rows with rows of zeros behind them, `to` in all.
    public record Longer(int from, int to) implements Step {
    }

    /// The numbers of a table's rows in its place: (1, rows) of whole numbers.
    public record Numbers() implements Step {
    }

    public Recipe {
        sources = List.copyOf(sources);
        steps = List.copyOf(steps);
    }

    /// @return the first of the sources, by which a person finds the tensor in the file
    public String source() {
        return sources.getFirst();
    }

    /// @return true when the file's tensor is the model's, unchanged
    public boolean asItIs() {
        return steps.isEmpty();
    }

    Recipe then(Step step) {
        List<Step> more = new ArrayList<>(steps);
        more.add(step);
        return new Recipe(sources, more);
    }

    /// @param from shapes of the sources, in their order
    /// @return the shape that comes out; nothing when the steps do not fit such shapes
    public Optional<long[]> shape(List<long[]> from) {
        List<long[]> now = from;
        for (Step step : steps) {
            Optional<long[]> made = switch (step) {
                case Stack(int axis) -> stacked(now, axis);
                case Piece(int _, int count, int axis) -> piece(now.getFirst(), count, axis);
                case Turn() -> turned(now.getFirst());
                case Regrid(PositionGrid grid) -> grid.shape(now.getFirst());
                case Longer(int had, int to) -> longer(now.getFirst(), had, to);
                case Numbers() -> Optional.of(new long[]{1, now.getFirst()[0]});
            };
            if (made.isEmpty()) {
                return made;
            }
            now = List.of(made.get());
        }
        return Optional.of(now.getFirst());
    }

    private static Optional<long[]> stacked(List<long[]> shapes, int axis) {
        long[] out = shapes.getFirst().clone();
        if (axis >= out.length) {
            return Optional.empty();
        }
        out[axis] = 0;
        for (long[] shape : shapes) {
            if (shape.length != out.length) {
                return Optional.empty();
            }
            for (int d = 0; d < shape.length; d++) {
                if (d == axis) {
                    out[d] += shape[d];
                } else if (shape[d] != out[d]) {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(out);
    }

    private static Optional<long[]> piece(long[] shape, int count, int axis) {
        if (axis >= shape.length || shape[axis] % count != 0) {
            return Optional.empty();
        }
        long[] out = shape.clone();
        out[axis] /= count;
        return Optional.of(out);
    }

    private static Optional<long[]> turned(long[] shape) {
        return shape.length == 2 ? Optional.of(new long[]{shape[1], shape[0]}) : Optional.empty();
    }

    private static Optional<long[]> longer(long[] shape, int from, int to) {
        if (shape.length == 0 || shape[0] != from || to < from) {
            return Optional.empty();
        }
        long[] out = shape.clone();
        out[0] = to;
        return Optional.of(out);
    }

    private static NDArray longer(NDArray table, int rows) {
        long[] more = table.getShape().getShape().clone();
        more[0] = rows;
        return table.concat(table.getManager().zeros(new Shape(more), table.getDataType()), 0);
    }

    /// @param from the sources' tensors, in their order, of shapes that fit
    /// @return the model's tensor, in the sources' scope; the very same array when nothing has to change
    public NDArray apply(List<NDArray> from) {
        NDArray now = from.getFirst();
        for (Step step : steps) {
            now = switch (step) {
                case Stack(int axis) -> NDArrays.concat(new NDList(from), axis);
                case Piece(int index, int count, int axis) -> now.split(count, axis).get(index);
                case Turn() -> now.transpose(1, 0);
                case Regrid(PositionGrid grid) -> grid.apply(now);
                case Longer(int had, int to) -> longer(now, to - had);
                case Numbers() -> now.getManager().arange((int) now.getShape().get(0))
                        .toType(DataType.INT64, false).expandDims(0);
            };
        }
        return now;
    }
}
