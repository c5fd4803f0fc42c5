package org.diptych.app.shell;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;

/// What can be taken back, newest first; a hundred steps at most.
public final class UndoStack {
    private static final int MOST = 100;

    /// @param titleKey what was done
    /// @param undo     takes it back
    public record Step(String titleKey, Runnable undo) {
    }

    private final Deque<Step> steps = new ArrayDeque<>();
    private final ReadOnlyObjectWrapper<Optional<Step>> next = new ReadOnlyObjectWrapper<>(this, "next",
            Optional.empty());

    /// @return the step that [#undo] would take back
    public ReadOnlyObjectProperty<Optional<Step>> nextProperty() {
        return next.getReadOnlyProperty();
    }

    /// Remembers something that was just done.
    ///
    /// @return for [#undo(Step)]
    public Step push(String titleKey, Runnable undo) {
        Step step = new Step(titleKey, undo);
        steps.push(step);
        if (steps.size() > MOST) {
            steps.removeLast();
        }
        next.set(Optional.of(steps.peek()));
        return step;
    }

    /// Takes back one step, whatever was done since; nothing happens when it was taken back before.
    public void undo(Step step) {
        if (steps.removeIf(s -> s == step)) {
            next.set(Optional.ofNullable(steps.peek()));
            step.undo().run();
        }
    }

    /// Takes back the newest step.
    ///
    /// @return what was taken back
    public Optional<Step> undo() {
        Optional<Step> step = Optional.ofNullable(steps.poll());
        next.set(Optional.ofNullable(steps.peek()));
        step.ifPresent(s -> s.undo().run());
        return step;
    }
}
