package org.diptych.app.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.control.Dialog;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.app.shell.DialogFrame;
import org.diptych.app.shell.PathField;
import org.diptych.engine.api.AssembleRequest;
import org.diptych.engine.api.AssembleRequest.Projector;
import org.diptych.engine.api.AssemblyPreview;
import org.diptych.engine.api.AssemblyPreview.Taken;
import org.diptych.engine.api.Bytes;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;

/// Puts a LLaVA together by hand: both models are chosen, the shapes that must agree are shown, and a folder is named for what comes of it.
final class AssembleDialog extends Dialog<AssembleRequest> {
    private static final Duration QUIET = Duration.millis(250);
    private static final double WIDTH = 840;
    private static final double HEIGHT = 470;
    private static final String REMEMBERED = "assemble.projector";
    private static final String NAME = "llava-assembled";
    private static final List<String> ENDINGS = List.of(".safetensors", ".bin", ".pt", ".index.json");

    /// Which projector stands between the two.
    private enum Kind {
        MLP, LINEAR, TRAINED
    }

    private final AppContext context;
    private final I18n i18n;
    private final DialogFrame frame;
    private final ObjectProperty<Kind> kind = new SimpleObjectProperty<>(Kind.MLP);
    private final PathField vision;
    private final PathField language;
    private final PathField trained;
    private final PathField out;
    private final ErrorBanner banner;
    private final ShapeTable table;
    private final VBox taken = Ui.column(2);
    private final ScrollPane scroll = new ScrollPane();
    private final Label size = Ui.styled(new Label(), "strong");
    private final LatestTask<AssembleRequest.Parts, AssemblyPreview> look;
    private Optional<AssemblyPreview> preview = Optional.empty();
    private boolean unreadable;
    private Optional<Path> proposed = Optional.empty();

    /// @param before what was asked for the last time, where that failed
    AssembleDialog(AppContext context, Optional<AssembleRequest> before) {
        this.context = context;
        i18n = context.i18n();
        frame = new DialogFrame(context, this, "catalog.assemble.title", "catalog.assemble.do", "shell.cancel");
        setResizable(true);
        banner = new ErrorBanner(i18n);
        banner.setId("assemble-error");
        table = new ShapeTable(i18n);
        vision = new PathField(i18n, "catalog.assemble.vision", "assemble-vision")
                .files("catalog.assemble.file", ENDINGS).folders("catalog.assemble.folder", Optional.empty());
        language = new PathField(i18n, "catalog.assemble.language", "assemble-language")
                .folders("catalog.assemble.folder", Optional.empty());
        trained = new PathField(i18n, "catalog.assemble.trained", "assemble-trained").files("catalog.assemble.file",
                ENDINGS);
        out = new PathField(i18n, "catalog.assemble.out", "assemble-out").folders("catalog.assemble.folder",
                Optional.of(NAME));
        look = new LatestTask<>(QUIET, context.engine()::assembly, this::show, this::failed);
        fill();
        begin(before);
        look.busyProperty().subscribe(b -> judge());
        vision.pathProperty().subscribe(p -> ask());
        trained.pathProperty().subscribe(p -> ask());
        language.pathProperty().subscribe(p -> {
            propose();
            ask();
        });
        kind.subscribe(k -> {
            Ui.show(trained, k == Kind.TRAINED);
            ask();
        });
        out.pathProperty().subscribe(p -> judge());
        frame.follow(this::told);
        setOnHidden(e -> look.cancel());
        setResultConverter(button -> frame.acts(button) ? request() : null);
    }

    private void fill() {
        Segments<Kind> kinds = new Segments<>(kind);
        kinds.show(List.of(Kind.values()), this::button);
        taken.setId("assemble-taken");
        size.setId("assemble-size");
        VBox all = Ui.styled(new VBox(12, Ui.styled(Ui.wrapped(i18n.label("catalog.assemble.what")), "muted"), vision,
                language, Ui.column(4, i18n.label("catalog.assemble.projector"), kinds), trained,
                Ui.styled(Ui.column(10, table, taken, size), "panel-subtle")), "asked");
        scroll.setContent(all);
        scroll.setFitToWidth(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        scroll.setPrefHeight(HEIGHT);
        VBox.setVgrow(scroll, Priority.ALWAYS);
        frame.fill(WIDTH, scroll, banner, out);
    }

    private ToggleButton button(Kind kind) {
        String word = kind.name().toLowerCase(Locale.ROOT);
        ToggleButton button = Ui.toggle(i18n, "catalog.assemble.projector." + word);
        button.setId("assemble-" + word + "-projector");
        return button;
    }

    private void begin(Optional<AssembleRequest> before) {
        String last = context.settings().get().choices().getOrDefault(REMEMBERED, Kind.MLP.name());
        Arrays.stream(Kind.values()).filter(k -> k.name().equals(last)).findFirst().ifPresent(kind::set);
        before.ifPresent(b -> {
            vision.set(b.vision());
            language.set(b.language());
            b.projector().trained().ifPresent(trained::set);
            out.set(b.out());
        });
    }

    /// A folder beside the language model, as long as the person names none.
    private void propose() {
        if (!out.blank() && !out.pathProperty().get().equals(proposed)) {
            return;
        }
        language.pathProperty().get().ifPresent(l -> {
            Path free = l.resolveSibling(NAME);
            for (int i = 2; Files.exists(free); i++) {
                free = l.resolveSibling(NAME + "-" + i);
            }
            proposed = Optional.of(free);
            out.set(free);
        });
    }

    private Projector projector() {
        return switch (kind.get()) {
            case MLP -> Projector.fresh(Projector.PERCEPTRON);
            case LINEAR -> Projector.fresh(Projector.LINEAR);
            case TRAINED -> new Projector(trained.pathProperty().get(), Projector.PERCEPTRON);
        };
    }

    private AssembleRequest request() {
        context.settings().update(v -> v.withChoices(Map.of(REMEMBERED, kind.get().name())));
        return new AssembleRequest(vision.pathProperty().get().orElseThrow(),
                language.pathProperty().get().orElseThrow(), projector(), out.pathProperty().get().orElseThrow(), 0);
    }

    private void ask() {
        look.ask(new AssembleRequest.Parts(vision.pathProperty().get(), language.pathProperty().get(), projector()));
    }

    private void show(AssemblyPreview found) {
        preview = Optional.of(found);
        unreadable = false;
        found.fault().ifPresentOrElse(f -> banner.show(new EngineException(f.key(), f.args().toArray())),
                banner::hide);
        told();
        if (found.fault().isPresent()) {
            scroll.setVvalue(scroll.getVmax()); // the message takes room; the shapes that it speaks of stay in sight
        }
    }

    private void failed(Throwable error) {
        preview = Optional.empty();
        unreadable = true;
        banner.show(error);
        told();
    }

    /// Says what was found, in the language of this moment.
    private void told() {
        table.show(preview.map(AssemblyPreview::checks).orElse(List.of()));
        taken.getChildren().clear();
        preview.ifPresent(p -> p.taken().forEach(t -> taken.getChildren().add(line(t))));
        size.setText(preview.filter(p -> p.bytes() > 0 && p.whole())
                .map(p -> i18n.get("catalog.assemble.size", p.parameters() / 1e6, Bytes.size(p.bytes())))
                .orElse(""));
        Ui.show(taken, !taken.getChildren().isEmpty());
        Ui.show(size, !size.getText().isEmpty());
        judge();
    }

    private Label line(Taken part) {
        String what = i18n.texts().get(part.what());
        return Ui.styled(Ui.wrapped(new Label(part.from().map(f -> i18n.get("catalog.assemble.taken", what, f,
                Bytes.size(part.bytes()))).orElse(what))), "small");
    }

    private void judge() {
        frame.refuse(why());
    }

    private Optional<Message> why() {
        if (vision.pathProperty().get().isEmpty()) {
            return why("vision");
        }
        if (language.pathProperty().get().isEmpty()) {
            return why("language");
        }
        if (kind.get() == Kind.TRAINED && trained.pathProperty().get().isEmpty()) {
            return why("trained");
        }
        if (look.busyProperty().get()) {
            return why("reading");
        }
        if (unreadable || preview.isEmpty()) {
            return why("unreadable");
        }
        if (preview.get().fault().isPresent()) {
            return why("fault");
        }
        Optional<Path> to = out.pathProperty().get();
        if (to.isEmpty()) {
            return why("out");
        }
        if (Files.exists(to.get())) {
            return why("taken");
        }
        long free = free(to.get());
        return free < preview.get().bytes()
                ? Optional.of(Message.of("catalog.assemble.why.full", Bytes.size(preview.get().bytes()),
                        Bytes.size(free)))
                : Optional.empty();
    }

    private static Optional<Message> why(String word) {
        return Optional.of(Message.of("catalog.assemble.why." + word));
    }

    /// @return bytes that are free where a folder is to be made; where nobody can tell, the writing will
    private static long free(Path folder) {
        try {
            Path up = folder;
            while (up.getParent() != null && Files.notExists(up)) {
                up = up.getParent();
            }
            return Files.getFileStore(up).getUsableSpace();
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }
}
