package org.diptych.engine.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.diptych.engine.api.Message;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// How fast a job says that it goes, by a clock that a test moves.
@Tag("unit")
class JobTest {
    private static final Message LEARNS = Message.of("test.learns");
    private static final Message JUDGES = Message.of("test.judges");
    private static final long TOTAL = 100;

    private final AtomicLong now = new AtomicLong(7);
    private final Job<Boolean> job = new Job<>(Message.of("test.work"), now::get);
    private long done;

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /// @param each of how long
    private void steps(int count, Duration each) {
        for (int i = 0; i < count; i++) {
            pass(each);
            job.report(LEARNS, ++done, TOTAL);
        }
    }

    private void goesAt(double rate) {
        assertThat(job.progress().rate()).isCloseTo(rate, within(1e-3 * rate));
        assertThat(job.progress().eta().orElseThrow().toMillis() / 1000.0).isCloseTo((TOTAL - done) / rate,
                within(0.1));
    }

    @Test
    void anHourAsleepIsNoWork() {
        job.report(LEARNS, 0, TOTAL);
        steps(10, Duration.ofSeconds(2));
        goesAt(0.5);
        steps(1, Duration.ofHours(1));
        goesAt(0.5);
        steps(5, Duration.ofSeconds(2));
        steps(1, Duration.ofHours(8));
        goesAt(0.5);
    }

    @Test
    void whatAPersonHadItWaitIsNoWorkHoweverShort() {
        job.report(LEARNS, 0, TOTAL);
        steps(4, Duration.ofSeconds(2));
        pass(Duration.ofSeconds(30));
        job.rested();
        steps(4, Duration.ofSeconds(2));
        goesAt(0.5);
    }

    @Test
    void slowWorkIsWork() {
        job.report(LEARNS, 0, TOTAL);
        steps(4, Duration.ofMinutes(5));
        steps(1, Duration.ofMinutes(50)); // ten times as long as the others, and no more
        goesAt(5 / (70 * 60.0));
    }

    @Test
    void workThatBecomesSlowIsTakenForWorkInTheEnd() {
        Pace pace = new Pace();
        assertThat(pace.of(1_000_000_000L).whole()).isTrue();
        long slow = Duration.ofMinutes(10).toNanos();
        assertThat(pace.of(slow).worked()).isEqualTo(1_000_000_000L);
        assertThat(pace.of(slow).rested()).isEqualTo(slow - 1_000_000_000L);
        assertThat(pace.of(slow).whole()).isTrue();
        assertThat(pace.of(slow).whole()).isTrue();
        assertThat(pace.of(59_000_000_000L).whole()).isTrue();
    }

    /// Between two phases another one may come; each is measured by itself and remembers how fast it went.
    @Test
    void aPhaseThatComesAgainKnowsItsPace() {
        job.report(LEARNS, 0, TOTAL);
        steps(3, Duration.ofSeconds(2));
        job.report(JUDGES, done, TOTAL);
        pass(Duration.ofMillis(1));
        job.report(JUDGES, done, TOTAL);
        job.report(LEARNS, done, TOTAL);
        steps(1, Duration.ofHours(1));
        goesAt(0.5);
    }
}
