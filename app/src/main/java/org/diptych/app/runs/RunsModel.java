package org.diptych.app.runs;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import org.diptych.engine.api.RunSummary;

/// The runs that are there, and whose curves are drawn.
final class RunsModel {
    private Map<String, Integer> depths = Map.of();
    final ObservableList<RunSummary> runs = FXCollections.observableArrayList();
    /// True once the list has been read, be it empty.
    final BooleanProperty known = new SimpleBooleanProperty(false);
    /// True while the list is being set anew: what the table selects meanwhile is no choice of the person.
    final BooleanProperty reading = new SimpleBooleanProperty(false);
    /// Run -> colour of its curve, for the ticked ones. A run keeps its colour while others come and go.
    final ObjectProperty<Map<String, Integer>> ticked = new SimpleObjectProperty<>(Map.of());

    /// @param next newest first
    void set(List<RunSummary> next) {
        known.set(true);
        Map<RunSummary, Integer> tree = RunTree.of(next);
        List<RunSummary> ordered = List.copyOf(tree.keySet());
        if (!runs.equals(ordered)) {
            depths = tree.entrySet().stream().collect(Collectors.toMap(e -> e.getKey().id(), Map.Entry::getValue));
            reading.set(true);
            runs.setAll(ordered);
            reading.set(false);
        }
    }

    /// @return how deep a run stands below the one it first came from
    int depth(String run) {
        return depths.getOrDefault(run, 0);
    }

    boolean isTicked(String run) {
        return ticked.get().containsKey(run);
    }

    void tick(String run, boolean on) {
        if (on == isTicked(run)) {
            return;
        }
        Map<String, Integer> next = new LinkedHashMap<>(ticked.get());
        if (on) {
            next.put(run, IntStream.iterate(0, i -> i + 1).filter(i -> !next.containsValue(i)).findFirst().orElse(0));
        } else {
            next.remove(run);
        }
        ticked.set(next);
    }

    /// @return ticked runs that are there, in the table's order
    List<RunSummary> chosen() {
        return runs.stream().filter(r -> isTicked(r.id())).toList();
    }

    static boolean live(RunSummary run) {
        return run.status() == RunSummary.Status.RUNNING || run.status() == RunSummary.Status.PAUSED;
    }
}
