package org.diptych.app.runs;

import java.util.Optional;
import javafx.scene.Node;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Navigator;

/// Runs.
public final class RunsFeature implements Feature {
    private final AppContext context;
    private Optional<RunsView> view = Optional.empty();

    public RunsFeature(AppContext context) {
        this.context = context;
    }

    @Override
    public String id() {
        return Navigator.RUNS;
    }

    @Override
    public String icon() {
        return "mdi2c-chart-line";
    }

    @Override
    public String titleKey() {
        return "runs.title";
    }

    @Override
    public Node view() {
        if (view.isEmpty()) {
            view = Optional.of(new RunsView(context));
        }
        return view.get();
    }

    @Override
    public void onShow() {
        view.ifPresent(v -> v.shown(true));
    }

    @Override
    public void onHide() {
        view.ifPresent(v -> v.shown(false));
    }
}
