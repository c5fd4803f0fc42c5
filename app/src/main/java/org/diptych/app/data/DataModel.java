package org.diptych.app.data;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import javafx.collections.FXCollections;
import javafx.collections.ObservableList;
import javafx.util.Subscription;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.I18n;
import org.diptych.engine.api.BrokenRow;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.Texts;

/// The open set, and what of it is in sight. Large sets are searched beside the window's thread.
final class DataModel {
    final ObjectProperty<Optional<Sheet>> sheet = new SimpleObjectProperty<>(Optional.empty());
    final StringProperty query = new SimpleStringProperty("");
    final ObjectProperty<Filter> filter = new SimpleObjectProperty<>(Filter.ALL);
    /// Numbers of the rows that filter and query leave.
    final ObservableList<Integer> shown = FXCollections.observableArrayList();
    final ObservableList<BrokenRow> broken = FXCollections.observableArrayList();
    /// Number of the row that is looked at.
    final ObjectProperty<Optional<Integer>> selected = new SimpleObjectProperty<>(Optional.empty());
    final BooleanProperty reading = new SimpleBooleanProperty(false);
    private final I18n i18n;
    private final Consumer<Throwable> failed;
    private Subscription changes = Subscription.EMPTY;
    private long newest;
    private boolean filling;

    private record Hits(List<Integer> rows, List<BrokenRow> broken) {
    }

    /// @param failed gets what a search fails of
    DataModel(I18n i18n, Consumer<Throwable> failed) {
        this.i18n = i18n;
        this.failed = failed;
        sheet.subscribe(now -> {
            changes.unsubscribe();
            selected.set(Optional.empty());
            query.set("");
            filter.set(Filter.ALL);
            changes = now.map(s -> s.versionProperty().subscribe(v -> changed())).orElse(Subscription.EMPTY);
            find();
        });
        filter.subscribe(f -> find());
    }

    /// A row that was changed stays in sight, except where what is shown is what was changed.
    private void changed() {
        if (filter.get() != Filter.ALL) {
            find();
        }
    }

    /// @return true while the list of shown rows is changed: what a list view selects meanwhile was chosen by nobody
    boolean filling() {
        return filling;
    }

    /// Looks for what is to be shown.
    void find() {
        long mine = ++newest;
        Optional<Sheet.Now> now = sheet.get().map(Sheet::now);
        Filter kind = filter.get();
        String words = query.get().strip().toLowerCase(Locale.ROOT);
        Texts texts = i18n.texts();
        if (now.isEmpty()) {
            show(new Hits(List.of(), List.of()));
            return;
        }
        Fx.deliver(CompletableFuture.supplyAsync(() -> search(now.get(), kind, words, texts)), hits -> {
            if (mine == newest) {
                show(hits);
            }
        }, failed);
    }

    private void show(Hits hits) {
        if (!shown.equals(hits.rows)) {
            filling = true;
            shown.setAll(hits.rows);
            filling = false;
        }
        broken.setAll(hits.broken);
    }

    private static Hits search(Sheet.Now sheet, Filter kind, String words, Texts texts) {
        List<Integer> rows = IntStream.range(0, sheet.set().rows().size())
                .filter(i -> kind.takes(sheet, i) && (words.isEmpty() || says(sheet.row(i), words))).boxed().toList();
        return new Hits(rows, sheet.set().report().broken().stream()
                .filter(b -> has(texts.get(b.why()), words) || Integer.toString(b.row()).equals(words)).toList());
    }

    private static boolean says(DataRow row, String words) {
        return has(row.caption(), words) || has(row.picture().getFileName().toString(), words)
                || row.turns().stream().anyMatch(t -> turn(t, words));
    }

    private static boolean turn(Conversation.Turn turn, String words) {
        return has(turn.question(), words) || has(turn.answer(), words);
    }

    private static boolean has(String text, String words) {
        return text.toLowerCase(Locale.ROOT).contains(words);
    }
}
