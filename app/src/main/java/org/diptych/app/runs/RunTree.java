package org.diptych.app.runs;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.diptych.engine.api.RunSummary;

/// Runs with their branches below them.
final class RunTree {
    private RunTree() {
    }

    /// @param runs newest first
    /// @return run -> how deep it stands, in the order to show them: each branch below the run it went off from. A branch whose parent is gone stands alone.
    static Map<RunSummary, Integer> of(List<RunSummary> runs) {
        Set<String> there = runs.stream().map(RunSummary::id).collect(Collectors.toSet());
        Map<RunSummary, Integer> out = new LinkedHashMap<>();
        runs.stream().filter(r -> !there.contains(r.header().parent())).forEach(r -> add(out, r, runs, 0));
        // two folders that name one another (copied by hand) have no root
        runs.forEach(r -> out.putIfAbsent(r, 0));
        return out;
    }

    private static void add(Map<RunSummary, Integer> out, RunSummary run, List<RunSummary> runs, int depth) {
        out.put(run, depth);
        List<RunSummary> branches = runs.stream()
                .filter(r -> r.header().parent().equals(run.id()) && !out.containsKey(r)).toList();
        branches.forEach(b -> add(out, b, runs, depth + 1));
    }
}
