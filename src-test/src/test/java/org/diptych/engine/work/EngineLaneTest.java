package org.diptych.engine.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.types.Shape;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.nn.Embedding;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.diptych.engine.TestLane;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EngineLaneTest {
    /// Who closes the window does not wait for a benchmark.
    @Test
    @Timeout(20)
    void closingEndsWhatCanBeCancelled() throws InterruptedException {
        TestLane.lane(); // loads the native library
        CountDownLatch runs = new CountDownLatch(1);
        JobHandle<Boolean> endless;
        try (EngineLane lane = new EngineLane(Device::cpu)) {
            endless = lane.submit(Message.of("test.work"), Priority.BULK, context -> {
                runs.countDown();
                while (!Thread.currentThread().isInterrupted()) {
                    context.checkCancelled();
                }
                return true;
            });
            assertThat(runs.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(endless.result().toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    void whatTheNativeLibrarySaysIsPutIntoWords() {
        assertThatThrownBy(() -> TestLane.run(context -> context.scope().zeros(new Shape(1L << 42))))
                .isInstanceOfSatisfying(EngineException.class, e -> {
                    assertThat(e.key()).isEqualTo("engine.memory");
                    assertThat(e.args()).containsExactly("17592 GB");
                });
        assertThatThrownBy(() -> TestLane.run(context -> {
            Embedding table = new Embedding(3, 2);
            table.weights().values().forEach(w -> w.set(context.scope().zeros(w.shape())));
            return table.apply(context.scope().create(new long[]{3}));
        })).isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.key()).isEqualTo("engine.row"));
    }

    /// A window that is closing may still ask for something.
    @Test
    void afterItsEndNothingIsDoneAndNothingThrown() {
        TestLane.lane();
        EngineLane lane = new EngineLane(Device::cpu);
        lane.close();
        assertThat(lane.submitOffLane(Message.of("test.work"), context -> true).result().toCompletableFuture())
                .isNotDone();
        assertThat(lane.submit(Message.of("test.work"), Priority.BULK, context -> true).result()
                .toCompletableFuture()).isNotDone();
    }
}
