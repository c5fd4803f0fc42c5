package org.diptych.app.contrast;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.scene.Node;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Navigator;

/// Contrast.
public final class ContrastFeature implements Feature {
    private static final List<String> PICTURES = List.of(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp");
    private static final int FIRST = 8;

    private final AppContext context;
    private Optional<ContrastView> view = Optional.empty();

    public ContrastFeature(AppContext context) {
        this.context = context;
    }

    @Override
    public String id() {
        return Navigator.CONTRAST;
    }

    @Override
    public String icon() {
        return "mdi2g-grid";
    }

    @Override
    public String titleKey() {
        return "contrast.title";
    }

    @Override
    public Node view() {
        if (view.isEmpty()) {
            view = Optional.of(new ContrastView(context));
            view.get().controller().toybox(FIRST);
        }
        return view.get();
    }

    @Override
    public boolean open(List<Path> files) {
        List<Path> pictures = files.stream()
                .filter(f -> PICTURES.stream().anyMatch(f.toString().toLowerCase(Locale.ROOT)::endsWith)).toList();
        if (!pictures.isEmpty()) {
            view();
            view.ifPresent(v -> v.controller().add(pictures));
        }
        return !pictures.isEmpty();
    }
}
