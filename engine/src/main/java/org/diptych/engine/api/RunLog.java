package org.diptych.engine.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The read side of a run's log: append-only, one writer, readers without locks.
public interface RunLog {
    Header header();

    /// @return rows in the log now
    int size();

    /// @param from index of the first row wanted
    /// @return the rows from there on, as they stand now
    List<Row> since(int from);

    /// @return the newest contrast matrix of the fixed probe set
    Optional<Snapshot> snapshot();

    /// What the run was made from.
    ///
    /// @param id       name of the run's folder
    /// @param started  ISO-8601
    /// @param plan     as it was started
    /// @param weights  sha-256 of the weights it began from
    /// @param device   for example `cpu`
    /// @param versions program, engine and library versions
    record Header(String id, String started, FineTunePlan plan, String weights, String device, int threads,
            Map<String, String> versions) {
    }

    /// @param step    optimiser steps done
    /// @param seconds wall time since the start, pauses left out
    /// @param values  `loss`, `loss.contrastive`, `rate`, `grad_norm`, `temperature`, `pairs_per_second`; on evaluations `validation.loss`, `validation.r1` ...
    record Row(int step, double seconds, Map<String, Double> values) {
    }

    /// @param similarity (n, n) row by row, cosine times scale
    record Snapshot(int step, int n, float[] similarity) {
    }
}
