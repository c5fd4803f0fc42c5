package org.diptych.app.runs;

import java.util.List;
import java.util.Optional;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.geometry.Insets;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.BorderPane;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;

/// Runs and experiments, one of them in sight.
final class RunsPages extends BorderPane {
    private enum Page {
        RUNS("experiments.runs"), EXPERIMENTS("experiments.title");

        private final String key;

        Page(String key) {
            this.key = key;
        }
    }

    private final AppContext context;
    private final RunsView runs;
    private final ObjectProperty<Page> page = new SimpleObjectProperty<>(Page.RUNS);
    /// Made when it is first asked for.
    private Optional<ExperimentsView> experiments = Optional.empty();
    private boolean inSight;

    RunsPages(AppContext context) {
        this.context = context;
        runs = new RunsView(context);
        Segments<Page> choice = new Segments<>(page);
        choice.show(List.of(Page.values()), p -> {
            ToggleButton button = Ui.toggle(context.i18n(), p.key);
            button.setId("page-" + p.name().toLowerCase(java.util.Locale.ROOT));
            return button;
        });
        BorderPane.setMargin(choice, new Insets(12, 16, 0, 16));
        setTop(choice);
        page.subscribe(p -> turn());
    }

    private void turn() {
        boolean asked = page.get() == Page.EXPERIMENTS;
        if (asked && experiments.isEmpty()) {
            experiments = Optional.of(new ExperimentsView(context));
        }
        setCenter(asked ? experiments.orElseThrow() : runs);
        follow();
    }

    private void follow() {
        runs.shown(inSight && page.get() == Page.RUNS);
        experiments.ifPresent(e -> e.shown(inSight && page.get() == Page.EXPERIMENTS));
    }

    void shown(boolean now) {
        inSight = now;
        follow();
    }

    RunsView runs() {
        page.set(Page.RUNS);
        return runs;
    }

    ExperimentsView experiments() {
        page.set(Page.EXPERIMENTS);
        return experiments.orElseThrow();
    }
}
