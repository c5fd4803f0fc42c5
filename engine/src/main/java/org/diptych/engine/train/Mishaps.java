package org.diptych.engine.train;

import java.time.Duration;
import java.util.Map;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.work.Pace;

/// Notes in a run's log what it had to bear. Events and no rows, so that no curve has a point of them.
record Mishaps(RunLogFile log) {
    /// Notes where the run stood still.
    ///
    /// @param number of the step that was under way, or the last one done
    void rest(Pace.Span span, int number, double seconds) throws EngineException {
        if (!span.whole()) {
            log.append(new RunLog.Event(RunLog.Event.Kind.RESTED, number, seconds, RunLog.Event.NONE,
                    Duration.ofSeconds(Duration.ofNanos(span.rested()).toSeconds()).toString()));
        }
    }

    /// Notes each picture that could not be read, once.
    ///
    /// @param learnt whether it should have been learnt from; else it should have been judged by
    void skipped(Map<Integer, String> lost, boolean learnt, int number, double seconds) throws EngineException {
        for (Map.Entry<Integer, String> one : lost.entrySet()) {
            int index = learnt ? one.getKey() : RunLog.Event.NONE;
            if (log.events().stream().noneMatch(e -> e.event() == RunLog.Event.Kind.SKIPPED && e.index() == index
                    && e.text().equals(one.getValue()))) {
                log.append(new RunLog.Event(RunLog.Event.Kind.SKIPPED, number, seconds, index, one.getValue()));
            }
        }
    }
}
