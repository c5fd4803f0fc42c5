package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.diptych.engine.kernel.Recorded;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Segments;
import org.diptych.engine.objective.Seeds;

/// Gradient checkpointing of one forward pass (Chen et al. 2016, section 3): a segment runs without being recorded, and on the way back once more, recorded, to be gone back through at once, the last one
/// first. Between segments lie ordinary recorded graphs, which begin at segments' outputs as leaves. Where a graph ends at segments, the gradients that they give for its array are gathered, and sent on
/// through it when the earliest of them has given its own. Lane thread only.
final class Tape implements Segments {
    /// @param inputs  as it was given them
    /// @param carries for each of them, whether a gradient goes on behind it
    /// @param outputs as it gave them
    /// @param ends    those of its inputs that no earlier segment reads
    private record Segment(int number, UnaryOperator<NDList> piece, NDList inputs, List<Boolean> carries,
            NDList outputs, List<NDArray> ends) {
    }

    private final long seed;
    private final List<Segment> segments = new ArrayList<>();
    private final Set<NDArray> read = identities();
    private final Set<NDArray> given = identities();
    /// Array that segments read -> what they have given for it so far.
    private final Map<NDArray, NDArray> gathered = new IdentityHashMap<>();

    /// @param seed of all that is drawn within segments and behind them: a segment must draw the same when it runs again
    Tape(long seed) {
        this.seed = seed;
    }

    private static Set<NDArray> identities() { // arrays are equal when their numbers are
        return Collections.newSetFromMap(new IdentityHashMap<>());
    }

    @Override
    public NDList run(Module learns, UnaryOperator<NDList> piece, NDList inputs) {
        List<Boolean> carries = inputs.stream().map(Recorded::in).toList();
        boolean held = carries.contains(true)
                || learns.weights().values().stream().anyMatch(w -> JniUtils.requiresGrad((PtNDArray) w.get()));
        if (!JniUtils.isGradMode() || !held) {
            return piece.apply(inputs); // no graph is made in any case
        }
        Segment segment = new Segment(segments.size(), piece, inputs, carries, new NDList(),
                IntStream.range(0, inputs.size()).filter(carries::get).mapToObj(inputs::get).filter(read::add)
                        .toList());
        NDManager scope = inputs.head().getManager();
        JniUtils.setGradMode(false);
        try (NDManager inner = scope.newSubManager()) {
            compute(segment, copies(segment, inner)).forEach(o -> segment.outputs.add(o.duplicate())); // a script's own tensors can be no leaves
            segment.outputs.attach(scope);
        } finally {
            JniUtils.setGradMode(true);
            JniUtils.setSeed(Seeds.mix(seed, 2L * segment.number + 1));
        }
        segment.outputs.forEach(o -> o.setRequiresGradient(true));
        given.addAll(segment.outputs);
        segments.add(segment);
        return segment.outputs;
    }

    /// @param inner owns the copies, and so all that is computed from them
    /// @return a segment's inputs, of the same memory, where no graph reaches them
    private static NDList copies(Segment segment, NDManager inner) {
        NDList copies = new NDList();
        for (int i = 0; i < segment.inputs.size(); i++) {
            NDArray copy = segment.inputs.get(i).stopGradient();
            copy.attach(inner);
            copy.setRequiresGradient(segment.carries.get(i));
            copies.add(copy);
        }
        return copies;
    }

    private NDList compute(Segment segment, NDList inputs) {
        JniUtils.setSeed(Seeds.mix(seed, 2L * segment.number));
        return segment.piece.apply(inputs);
    }

    /// Goes the whole way back; gradients are added to those that lie on the weights.
    ///
    /// @param loss a scalar of this pass
    void backward(NDArray loss) {
        send(loss, loss.onesLike());
        for (Segment segment : segments.reversed()) {
            back(segment);
            for (NDArray end : segment.ends) {
                if (!given.contains(end) && gathered.containsKey(end)) {
                    try (NDArray gradient = gathered.remove(end)) {
                        send(end, gradient);
                    }
                }
            }
        }
        JniUtils.setSeed(Seeds.mix(seed, 2L * segments.size()));
    }

    /// Through an ordinary graph, which others may have to go through too.
    private static void send(NDArray array, NDArray gradient) {
        JniUtils.backward((PtNDArray) array, (PtNDArray) gradient, true, false);
    }

    private void back(Segment segment) {
        try (NDManager inner = segment.inputs.head().getManager().newSubManager()) {
            List<Optional<NDArray>> wanted = segment.outputs.stream().map(o -> gradient(o, inner)).toList();
            if (wanted.stream().allMatch(Optional::isEmpty)) {
                return; // no loss reads it
            }
            NDList copies = copies(segment, inner);
            NDList outputs = compute(segment, copies);
            NDArray product = null;
            for (int i = 0; i < outputs.size(); i++) {
                if (wanted.get(i).isPresent()) {
                    NDArray share = outputs.get(i).mul(wanted.get(i).get()).sum();
                    product = product == null ? share : product.add(share);
                }
            }
            if (!Recorded.in(product)) {
                return; // what learns in it was not used
            }
            JniUtils.backward((PtNDArray) product, (PtNDArray) product.onesLike(), false, false);
            for (int i = 0; i < copies.size(); i++) {
                NDArray gradient = segment.carries.get(i) ? JniUtils.getGradient((PtNDArray) copies.get(i)) : null;
                if (gradient != null) {
                    gather(segment.inputs.get(i), gradient);
                }
            }
        }
    }

    /// @return what all who read a segment's output have given for it
    private Optional<NDArray> gradient(NDArray output, NDManager inner) {
        Optional<NDArray> graphs = Optional.ofNullable(JniUtils.getGradient((PtNDArray) output));
        graphs.ifPresent(g -> g.attach(inner));
        Optional<NDArray> behind = Optional.ofNullable(gathered.remove(output));
        behind.ifPresent(g -> g.attach(inner));
        return behind.map(b -> graphs.map(b::add).orElse(b)).or(() -> graphs);
    }

    private void gather(NDArray array, NDArray gradient) {
        NDArray before = gathered.get(array);
        if (before == null) {
            gradient.attach(array.getManager());
            gathered.put(array, gradient);
        } else {
            before.addi(gradient);
            gradient.close();
        }
    }

    /// Runs each segment once more as the way back does, going back through none.
    ///
    /// @param allocated bytes that are allocated
    /// @return bytes that one of them holds at most
    long most(LongSupplier allocated) {
        long most = 0;
        for (Segment segment : segments) {
            try (NDManager inner = segment.inputs.head().getManager().newSubManager()) {
                long before = allocated.getAsLong();
                compute(segment, copies(segment, inner));
                most = Math.max(most, allocated.getAsLong() - before);
            }
        }
        return most;
    }
}
