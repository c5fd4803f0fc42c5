package org.diptych.engine.tower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Random;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.Targets;
import org.diptych.engine.model.Distils;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Targets in which a copy has a say, against plain arithmetic, and the ring of what earlier batches gave.
@Tag("invariant")
class MomentumContrastTest {
    private static final int WIDTH = 3;
    private static final float TEMPERATURE = 0.2f;

    private static final class Held extends Module {
        final Weight pictures;
        final Weight texts;
        final Weight pointer;

        Held(int size) {
            pictures = buffer("pictures", WIDTH, size);
            texts = buffer("texts", WIDTH, size);
            pointer = buffer("pointer", 1);
        }

        FeatureQueue queue() {
            return new FeatureQueue(pictures, texts, pointer);
        }
    }

    private static NDArray random(NDManager manager, Random random, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, new Shape(rows, columns));
    }

    /// @return softmax over texts of this batch and of the queue, for each picture
    private static double[][] softmax(float[] asked, float[] batch, float[] queue, int b, int q) {
        double[][] out = new double[b][b + q];
        for (int i = 0; i < b; i++) {
            double sum = 0;
            for (int j = 0; j < b + q; j++) {
                double dot = 0;
                for (int e = 0; e < WIDTH; e++) {
                    dot += asked[i * WIDTH + e] * (j < b ? batch[j * WIDTH + e] : queue[e * q + j - b]);
                }
                out[i][j] = Math.exp(dot / TEMPERATURE);
                sum += out[i][j];
            }
            for (int j = 0; j < b + q; j++) {
                out[i][j] /= sum;
            }
        }
        return out;
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.4, 1})
    void targetsAreTheLabelAndTheCopyByTheirShares(double alpha) throws Exception {
        int b = 4;
        int q = 5;
        TestLane.run(context -> {
            NDManager manager = context.scope();
            Random random = new Random(3);
            FeatureQueue queue = new Held(q).queue();
            queue.start(manager, 1);
            NDArray[] features = new NDArray[4];
            for (int i = 0; i < 4; i++) {
                features[i] = random(manager, random, b, WIDTH);
            }
            MomentumContrast contrast = new MomentumContrast(features[0], features[1], features[2], features[3],
                    manager.create(TEMPERATURE), queue);
            List<Distils.Soft> soft = contrast.soft(alpha);
            float[][] numbers = {features[0].toFloatArray(), features[1].toFloatArray(), features[2].toFloatArray(),
                    features[3].toFloatArray()};
            double loss = 0;
            for (int side = 0; side < 2; side++) {
                float[] kept = (side == 0 ? queue.texts() : queue.pictures()).get().toFloatArray();
                double[][] thought = softmax(numbers[side], numbers[3 - side], kept, b, q);
                double[][] copied = softmax(numbers[2 + side], numbers[3 - side], kept, b, q);
                float[] target = soft.get(side).target().toFloatArray();
                for (int i = 0; i < b; i++) {
                    for (int j = 0; j < b + q; j++) {
                        double wanted = alpha * copied[i][j] + (1 - alpha) * (i == j ? 1 : 0);
                        assertThat(target[i * (b + q) + j]).isCloseTo((float) wanted, within(1e-6f));
                        assertThat(soft.get(side).copy().toFloatArray()[i * (b + q) + j])
                                .isCloseTo((float) copied[i][j], within(1e-6f));
                        assertThat(soft.get(side).model().toFloatArray()[i * (b + q) + j])
                                .isCloseTo((float) thought[i][j], within(1e-6f));
                        loss -= wanted * Math.log(thought[i][j]) / b / 2;
                    }
                }
                assertThat(soft.get(side).labels()).containsExactly(0, 1, 2, 3);
            }
            assertThat(contrast.loss(alpha).toFloatArray()[0]).isCloseTo((float) loss, within(1e-4f));
            return true;
        });
    }

    /// Each feature carries the number of its step and row, so the ring itself says what stands where.
    @ParameterizedTest
    @CsvSource({"12, 4, 0", "12, 4, 7", "12, 5, 9", "5, 5, 0", "5, 7, 0"})
    void theRingKnowsWhatStandsWhereAndSinceWhen(int size, int batch, int steps) throws Exception {
        TestLane.run(context -> {
            NDManager manager = context.scope();
            FeatureQueue queue = new Held(size).queue();
            queue.start(manager, 1);
            for (int step = 1; step <= steps + 2; step++) {
                float[] values = new float[batch * WIDTH];
                for (int i = 0; i < values.length; i++) {
                    values[i] = 100 * step + i / WIDTH;
                }
                NDArray features = manager.create(values, new Shape(batch, WIDTH));
                FeatureQueue.After after = queue.after(features, features);
                queue.pictures().set(after.pictures());
                queue.texts().set(after.texts());
                queue.pointer().set(after.pointer());
                Distils.Queued now = queue.queued();
                assertThat(now).isEqualTo(new Distils.Queued(size, step * batch % size));
                Targets.Queue ring = new Targets.Queue(now.size(), now.pointer(), batch, step);
                float[] held = queue.texts().get().get(new NDIndex("0")).toType(DataType.FLOAT32, false)
                        .toFloatArray();
                int filled = 0;
                int oldest = 0;
                for (int place = 0; place < size; place++) {
                    if (ring.entry(place).isPresent()) {
                        Targets.Queue.Entry entry = ring.entry(place).get();
                        assertThat(held[place]).isEqualTo(100 * entry.step() + entry.row());
                        assertThat(ring.age(place)).hasValue(step + 1 - entry.step());
                        oldest = Math.max(oldest, ring.age(place).getAsInt());
                        filled++;
                    } else {
                        assertThat(held[place]).isLessThan(100);
                    }
                }
                assertThat(ring.filled()).isEqualTo(filled).isEqualTo(Math.min(size, step * batch));
                assertThat(ring.oldest()).isEqualTo(oldest);
            }
            return true;
        });
    }

    @Test
    void aRingThatNoStepHasWrittenToIsEmpty() {
        Targets.Queue ring = new Targets.Queue(8, 3, 4, 0);
        assertThat(ring.filled()).isZero();
        assertThat(ring.oldest()).isZero();
        assertThat(ring.entry(2)).isEmpty();
        assertThat(ring.age(2)).isEmpty();
    }
}
