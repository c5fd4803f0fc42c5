package org.diptych.app.finetune;

import java.util.Optional;
import javafx.scene.Node;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Navigator;

/// Teach.
public final class TeachFeature implements Feature {
    private final AppContext context;
    private Optional<TeachView> view = Optional.empty();

    public TeachFeature(AppContext context) {
        this.context = context;
    }

    @Override
    public String id() {
        return Navigator.TEACH;
    }

    @Override
    public String icon() {
        return "mdi2s-school-outline";
    }

    @Override
    public String titleKey() {
        return "finetune.title";
    }

    @Override
    public Node view() {
        if (view.isEmpty()) {
            view = Optional.of(new TeachView(context));
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
