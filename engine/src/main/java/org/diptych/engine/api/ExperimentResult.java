package org.diptych.engine.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What an experiment measured; stored as `result.json` beside its runs.
///
/// @param id    of the experiment
/// @param steps of an arm that says nothing else
/// @param seeds repetitions that were asked for
/// @param runs  those that are finished
public record ExperimentResult(String id, int steps, int seeds, List<Run> runs) {
    public ExperimentResult {
        runs = List.copyOf(runs);
    }

    /// A finished run.
    ///
    /// @param arm     of the experiment
    /// @param header  what it was made from
    /// @param seconds it took
    /// @param values  every measure: the last logged value, or the cost
    /// @param rows    its curves, thinned: the values that the experiment draws or measures, and their training losses
    public record Run(String arm, RunLog.Header header, double seconds, Map<String, Double> values,
            List<RunLog.Row> rows) {

        public long seed() {
            return header.plan().seed();
        }

        /// @return the curves as a log that has ended
        public RunLog log() {
            return new Ended(header, rows);
        }
    }

    /// @return true when every arm was run as often as was asked for
    public boolean complete(Experiment experiment) {
        return runs.size() >= experiment.arms().size() * seeds;
    }

    private record Ended(Header header, List<Row> rows) implements RunLog {
        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public List<Row> since(int from) {
            return rows.subList(Math.min(from, rows.size()), rows.size());
        }

        @Override
        public Optional<Snapshot> snapshot() {
            return Optional.empty();
        }
    }
}
