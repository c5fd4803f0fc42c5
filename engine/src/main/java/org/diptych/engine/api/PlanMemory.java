package org.diptych.engine.api;

import java.util.OptionalInt;
import java.util.stream.IntStream;

/// What a plan will take of the device's memory at most, told before it is carried out: all of it in bytes. Numbers that learn take sixteen bytes each beside the weight they begin from,
/// as 32-bit training with Adam does everywhere (Rajbhandari et al. 2020, ZeRO, section 3.1): a copy, its gradient and two moments.
///
/// @param weights   all weights as they are read: pages of a file, or fresh ones
/// @param copies    of those that learn in any stage; the base is never written
/// @param follows   copies of what no gradient moves but every step does: momentum copies, queues
/// @param gradients of those that learn in any stage
/// @param optimiser AdamW's two moments
/// @param fixed     activations of a micro-batch that do not grow with it
/// @param example   activations of each example of a micro-batch
/// @param measured  false where activations are reckoned by formula and not measured
/// @param batch     examples a step
/// @param parts     micro-batches a step
/// @param free      bytes that the device has to give now, 0 when unknown
public record PlanMemory(long weights, long copies, long follows, long gradients, long optimiser, long fixed,
        long example, boolean measured, int batch, int parts, long free) {
    /// What is left over for the program itself and for what the backward pass holds for a moment.
    private static final double EASY = 0.8;

    /// Whether the device has as much to give.
    public enum Verdict {
        FITS, TIGHT, WONT_FIT, UNKNOWN
    }

    /// @return examples of a micro-batch
    public int microBatch() {
        return Math.ceilDiv(batch, parts);
    }

    /// @return bytes that a micro-batch's activations take
    public long activations() {
        return fixed + example * microBatch();
    }

    /// @return weights with all copies of them
    public long held() {
        return weights + copies + follows;
    }

    /// @return all bytes that do not depend on the batch
    public long standing() {
        return held() + gradients + optimiser + fixed;
    }

    public long total() {
        return standing() + example * microBatch();
    }

    public Verdict verdict() {
        if (free <= 0) {
            return Verdict.UNKNOWN;
        }
        return total() > free ? Verdict.WONT_FIT : total() > EASY * free ? Verdict.TIGHT : Verdict.FITS;
    }

    /// @return the most examples a step, in as many micro-batches of equal size, by which the plan fits with room to spare; 0 when even two examples do not
    public int largestBatch() {
        long room = (long) (EASY * free) - standing();
        long each = example > 0 ? room / example : room < 0 ? 0 : Integer.MAX_VALUE;
        return each < 2 ? 0 : (int) Math.min(Integer.MAX_VALUE, each * parts);
    }

    /// @return the fewest micro-batches of equal size, two examples in each at least, by which this batch fits with room to spare
    public OptionalInt partsThatFit() {
        return IntStream.rangeClosed(1, batch / 2).filter(p -> batch % p == 0)
                .filter(p -> dividing(batch, p).verdict() == Verdict.FITS).findFirst();
    }

    /// @return the same need on a device that has as much to give
    public PlanMemory on(long bytes) {
        return new PlanMemory(weights, copies, follows, gradients, optimiser, fixed, example, measured, batch, parts,
                bytes);
    }

    /// A plan that ran out of memory takes more than there was, whatever was reckoned: then activations, which alone are reckoned, count for all that was left for them.
    ///
    /// @param bytes that the device had for it
    public PlanMemory failedOn(long bytes) {
        long left = Math.max(0, bytes - standing());
        return new PlanMemory(weights, copies, follows, gradients, optimiser, fixed,
                Math.max(example, left / microBatch()), measured, batch, parts, bytes);
    }

    /// @param checkpointing whether the plan already computes activations again
    /// @return what a person could change for it to fit
    public Message advice(boolean checkpointing) {
        int most = largestBatch();
        if (most >= 2) {
            return partsThatFit().isPresent()
                    ? Message.of("train.full.parts", most, parts, batch, partsThatFit().getAsInt(),
                            checkpointing ? 1 : 0)
                    : Message.of("train.full.batch", most, parts, checkpointing ? 1 : 0);
        }
        return Message.of(checkpointing ? "train.full.fewer" : "train.full.checkpointing");
    }

    /// @return the same need with the batch in other parts
    public PlanMemory dividing(int examples, int into) {
        return new PlanMemory(weights, copies, follows, gradients, optimiser, fixed, example, measured, examples, into,
                free);
    }
}
