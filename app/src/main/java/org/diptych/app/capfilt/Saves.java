package org.diptych.app.capfilt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.diptych.app.capfilt.CapFiltModel.Board;
import org.diptych.app.fx.Fx;
import org.diptych.engine.Engine;
import org.diptych.engine.api.CapFiltResult;

/// Carries decisions to the disk, one state at a time, so that the last that was asked for is what stands there. JavaFX's thread.
final class Saves {
    private record Save(Board board, Consumer<CapFiltResult> then) {
    }

    private final Engine engine;
    private final Consumer<Throwable> failed;
    private final Deque<Save> waiting = new ArrayDeque<>();
    private final List<Runnable> afterwards = new ArrayList<>();
    private boolean busy;

    Saves(Engine engine, Consumer<Throwable> failed) {
        this.engine = engine;
        this.failed = failed;
    }

    /// Writes this state, in the place of any older one of the same folder that still waits.
    ///
    /// @param then gets what became of the texts
    void save(Board board, Consumer<CapFiltResult> then) {
        Consumer<CapFiltResult> all = then;
        for (Save older : List.copyOf(waiting)) {
            if (older.board().folder().equals(board.folder())) {
                waiting.remove(older);
                all = older.then().andThen(all);
            }
        }
        waiting.add(new Save(board, all));
        next();
    }

    /// Runs when nothing is left to be written.
    void afterwards(Runnable body) {
        if (!busy && waiting.isEmpty()) {
            body.run();
        } else {
            afterwards.add(body);
        }
    }

    private void next() {
        if (busy) {
            return;
        }
        if (waiting.isEmpty()) {
            List<Runnable> now = List.copyOf(afterwards);
            afterwards.clear();
            now.forEach(Runnable::run);
            return;
        }
        busy = true;
        Save save = waiting.poll();
        Board b = save.board();
        engine.cleaning().decide(b.folder(), b.threshold(), b.other()).result().whenCompleteAsync((result, error) -> {
            busy = false;
            if (error == null) {
                save.then().accept(result);
            } else {
                failed.accept(Fx.cause(error));
            }
            next();
        }, Fx.EXECUTOR);
    }
}
