package org.diptych.app.catalog;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.stream.Stream;
import javafx.scene.Node;
import javafx.scene.control.ScrollPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.stage.DirectoryChooser;
import javafx.stage.FileChooser;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Command;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.app.shell.Feature;
import org.diptych.app.shell.Navigator;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.MemoryNeed;
import org.diptych.engine.api.ModelCard;

/// The view Models.
public final class CatalogFeature implements Feature {
    private static final int FIRST_YEAR = 2018;
    /// The family that is put together of two models, and a projector that is published apart from both.
    private static final String BY_HAND = "llava";
    private static final List<String> ENDINGS = List.of(".safetensors", ".bin", ".pt", ".pth", ".ckpt", ".th",
            ".index.json");

    private final AppContext context;
    private final I18n i18n;
    private final List<ModelCard> cards;
    private final Predicate<String> implemented;
    private final Predicate<String> bundled;
    private final ErrorBanner banner;
    private final VBox report = Ui.column(0);
    private final ScrollPane scroll = new ScrollPane();
    private final VBox page = Ui.styled(Ui.column(16), "view");
    private final Assembling assembling;

    /// @param cards       the families, oldest first
    /// @param implemented whether this version can load a family, by its id
    /// @param bundled     whether small weights of a family ship, by its id
    public CatalogFeature(AppContext context, List<ModelCard> cards, Predicate<String> implemented,
            Predicate<String> bundled) {
        this.bundled = bundled;
        this.context = context;
        this.cards = cards;
        this.implemented = implemented;
        i18n = context.i18n();
        banner = new ErrorBanner(i18n);
        assembling = new Assembling(context, banner, this::tell, folder -> load(folder.toString()));
        scroll.setFitToWidth(true);
        Ui.show(report, false);
    }

    @Override
    public String id() {
        return Navigator.MODELS;
    }

    @Override
    public String icon() {
        return "mdi2t-timeline-outline";
    }

    @Override
    public String titleKey() {
        return "catalog.title";
    }

    @Override
    public Node view() {
        VBox.setVgrow(scroll, Priority.ALWAYS);
        page.getChildren().addAll(banner, scroll);
        timeline();
        return page;
    }

    private void timeline() {
        Timeline timeline = new Timeline(i18n, cards, FIRST_YEAR, this::opens, this::show);
        HBox head = Ui.row(12, Ui.styled(Ui.wrapped(i18n.label("catalog.hint")), "muted"), Ui.spring(),
                Ui.button(i18n, "catalog.open.folder", this::chooseFolder),
                Ui.primary(i18n, "catalog.open", this::chooseFile));
        VBox.setVgrow(timeline, Priority.ALWAYS);
        scroll.setFitToHeight(true);
        put(Ui.column(16, head, timeline));
    }

    private void put(Region body) {
        VBox.setVgrow(body, Priority.ALWAYS);
        scroll.setContent(Ui.column(16, report, body));
    }

    private boolean opens(ModelCard card) {
        return implemented.test(card.id());
    }

    private void show(ModelCard card) {
        scroll.setFitToHeight(false);
        scroll.setVvalue(0);
        put(new CardPage(i18n, card, cards, opens(card), bundled.test(card.id()),
                new CardPage.Actions(this::timeline, this::show, () -> bundle(card), this::chooseFile,
                        card.id().equals(BY_HAND) ? Optional.of(assembling::ask) : Optional.empty())));
    }

    private void bundle(ModelCard card) {
        Optional<LoadedModel> there = context.loaded().stream()
                .filter(m -> m.card().id().equals(card.id()) && m.provenance() == LoadedModel.Provenance.TOYBOX)
                .findFirst();
        if (there.isPresent()) {
            context.model().set(there);
            context.navigator().show(Navigator.LOOK);
        } else {
            load(card.id());
        }
    }

    /// What a large checkpoint will take is asked about before anything of it is read.
    ///
    /// @param model a bundled model's id or a path
    private void load(String model) {
        banner.hide();
        if (bundled.test(model)) {
            read(model);
            return;
        }
        // later, also when the answer is there at once: no question is asked in the middle of a drop
        Fx.deliver(CompletableFuture.supplyAsync(() -> need(model)), need -> Fx.later(() -> {
            if (need.isEmpty() || new NeedDialog(context, need.get()).showAndWait().orElse(false)) {
                read(model);
            }
        }), error -> read(model));
    }

    /// @return nothing for a small one, and for one that is none: reading it says what is wrong with it
    private static Optional<MemoryNeed> need(String model) {
        try {
            return Optional.of(Engine.need(new LoadRequest(model))).filter(MemoryNeed::large);
        } catch (EngineException e) {
            return Optional.empty();
        }
    }

    private void read(String model) {
        context.jobs().run(context.engine().load(new LoadRequest(model)), this::loaded,
                error -> banner.show(error, "catalog.open.other", this::chooseFile));
    }

    private void loaded(LoadedModel model) {
        context.models().add(model);
        tell(Optional.of(new ReportPane(i18n, model, () -> {
            closeReport();
            context.navigator().show(Navigator.LOOK);
        }, this::closeReport)));
    }

    private void closeReport() {
        tell(Optional.empty());
    }

    private void tell(Optional<? extends Node> what) {
        report.getChildren().setAll(what.stream().toList());
        Ui.show(report, what.isPresent());
    }

    private void chooseFile() {
        FileChooser chooser = new FileChooser();
        chooser.setTitle(i18n.get("catalog.open"));
        chooser.getExtensionFilters()
                .add(new FileChooser.ExtensionFilter(i18n.get("catalog.open.kinds"),
                        ENDINGS.stream().map(e -> "*" + e).toList()));
        File file = chooser.showOpenDialog(context.window().get());
        if (file != null) {
            load(file.getPath());
        }
    }

    private void chooseFolder() {
        DirectoryChooser chooser = new DirectoryChooser();
        chooser.setTitle(i18n.get("catalog.open.folder"));
        File folder = chooser.showDialog(context.window().get());
        if (folder != null) {
            load(folder.getPath());
        }
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.of("catalog.open", "mdi2f-folder-open-outline", "Shortcut+O", this::chooseFile),
                Command.of("catalog.open.folder", "mdi2f-folder-outline", this::chooseFolder),
                Command.of("catalog.assemble.command", "mdi2p-puzzle-outline", () -> {
                    context.navigator().show(id());
                    assembling.ask();
                }),
                Command.of("catalog.unload", "mdi2e-eject-outline", this::unload));
    }

    /// Frees the memory of the model in use; it can be opened again with one step back.
    private void unload() {
        context.model().get().ifPresent(
                model -> context.jobs().run(context.engine().unload(model.handle()), handle -> {
                    context.models().remove(handle);
                    boolean bundle = model.provenance() == LoadedModel.Provenance.TOYBOX;
                    Runnable again = () -> load(bundle ? model.card().id() : model.origin());
                    context.undo().push("catalog.unload", again);
                    context.notices().undoable("catalog.unloaded", again, model.title());
                }));
    }

    @Override
    public boolean open(List<Path> files) {
        List<Path> checkpoints = files.stream().filter(CatalogFeature::checkpoint).toList();
        checkpoints.forEach(f -> load(f.toString()));
        return !checkpoints.isEmpty();
    }

    private static boolean checkpoint(Path file) {
        return Files.isDirectory(file)
                ? Files.isRegularFile(file.resolve("config.json")) || holdsWeights(file)
                : weights(file);
    }

    private static boolean weights(Path file) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString().toLowerCase(Locale.ROOT);
        return ENDINGS.stream().anyMatch(name::endsWith);
    }

    /// The original codes' folders have weights and a vocabulary, but no configuration.
    private static boolean holdsWeights(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(CatalogFeature::weights);
        } catch (IOException e) {
            return false; // what cannot be read is no checkpoint that could be opened
        }
    }
}
