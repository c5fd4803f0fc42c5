package org.diptych.app.shell;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;

/// What can be taken back, newest first, a hundred steps at most; and what of it can be done again, until something new is done.
public final class UndoStack {
    private static final int MOST = 100;

    /// @param titleKey what was done
    /// @param undo     takes it back
    /// @param redo     does it again, where that is possible
    public record Step(String titleKey, Runnable undo, Optional<Runnable> redo) {
    }

    private final Deque<Step> steps = new ArrayDeque<>();
    /// Taken back, the last one first.
    private final Deque<Step> undone = new ArrayDeque<>();
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
        return push(new Step(titleKey, undo, Optional.empty()));
    }

    /// Remembers something that was just done, and how it is done again.
    ///
    /// @return for [#undo(Step)]
    public Step push(String titleKey, Runnable undo, Runnable redo) {
        return push(new Step(titleKey, undo, Optional.of(redo)));
    }

    private Step push(Step step) {
        undone.clear();
        return put(step);
    }

    private Step put(Step step) {
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
            takeBack(step);
        }
    }

    /// Takes back the newest step.
    ///
    /// @return what was taken back
    public Optional<Step> undo() {
        Optional<Step> step = Optional.ofNullable(steps.poll());
        next.set(Optional.ofNullable(steps.peek()));
        step.ifPresent(this::takeBack);
        return step;
    }

    /// What cannot be done again ends what could be done again before it: that may rest on it.
    private void takeBack(Step step) {
        if (step.redo().isPresent()) {
            undone.push(step);
        } else {
            undone.clear();
        }
        step.undo().run();
    }

    /// Does again what was taken back last.
    ///
    /// @return what was done again
    public Optional<Step> redo() {
        Optional<Step> step = Optional.ofNullable(undone.poll());
        step.ifPresent(s -> {
            s.redo().orElseThrow().run();
            put(s);
        });
        return step;
    }
}
