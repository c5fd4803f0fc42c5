package org.diptych.engine.work;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
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
}
