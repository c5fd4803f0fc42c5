package org.diptych.app.inspect;

import java.io.File;
import java.nio.file.Path;
import java.util.Optional;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressIndicator;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.SplitPane;
import javafx.scene.input.Clipboard;
import javafx.scene.input.ClipboardContent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.stage.FileChooser;
import javafx.util.StringConverter;
import org.diptych.app.canvas.HeadGrid;
import org.diptych.app.canvas.Range;
import org.diptych.app.chart.Snapshots;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Tokens;

/// The view: two panels and a hinge, and every layer and head below.
final class InspectView extends VBox {
    private final AppContext context;
    private final I18n i18n;
    private final InspectModel model;
    private final InspectController controller;
    private final PicturePanel picture;
    private final WordsPanel words;
    private final HeadGrid grid = new HeadGrid();
    private final ChoiceBox<String> sites = new ChoiceBox<>();
    private final ErrorBanner banner;
    private final SplitPane panels;

    InspectView(AppContext context) {
        super(12);
        this.context = context;
        this.i18n = context.i18n();
        this.model = new InspectModel();
        this.banner = new ErrorBanner(i18n);
        this.controller = new InspectController(context, model, error -> banner.show(error));
        this.picture = new PicturePanel(i18n, model);
        this.words = new WordsPanel(i18n, model, controller);
        getStyleClass().add("view");
        ScrollPane right = new ScrollPane(words);
        right.setFitToWidth(true);
        right.setFitToHeight(true);
        right.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        panels = new SplitPane(picture, right);
        panels.setDividerPositions(0.5);
        VBox.setVgrow(panels, Priority.ALWAYS);
        getChildren().addAll(toolbar(), banner, panels, heads());
        model.result.subscribe(r -> {
            banner.hide();
            fillSites();
            draw();
            drawGrid();
        });
        model.relevance.subscribe(r -> draw());
        model.method.subscribe(m -> draw());
        model.layer.subscribe(l -> draw());
        model.head.subscribe(h -> draw());
        model.site.subscribe(s -> {
            drawGrid();
            draw();
        });
        model.patch.subscribe(p -> {
            drawGrid();
            draw();
        });
        model.words.subscribe(w -> drawGrid());
        controller.looking().busyProperty().subscribe(busy -> {
            panels.getStyleClass().remove("stale");
            if (busy && model.result.get().isPresent()) {
                panels.getStyleClass().add("stale");
            }
        });
        i18n.textsProperty().subscribe(t -> {
            grid.setMeanLabel(i18n.get("inspect.head.mean"));
            fillSites();
        });
    }

    InspectModel model() {
        return model;
    }

    InspectController controller() {
        return controller;
    }

    private HBox toolbar() {
        ProgressIndicator busy = new ProgressIndicator();
        busy.setPrefSize(20, 20);
        busy.visibleProperty().bind(controller.looking().busyProperty().or(controller.asking().busyProperty()));
        return Ui.row(8, Ui.button(i18n, "inspect.open", this::choosePicture),
                Ui.button(i18n, "inspect.scene", controller::anotherScene), busy, Ui.spring(),
                Ui.iconButton(i18n, "mdi2c-console", "inspect.command", this::copyCommand),
                Ui.iconButton(i18n, "mdi2i-image-move", "inspect.export", this::export));
    }

    private VBox heads() {
        sites.setConverter(new StringConverter<>() {
            @Override
            public String toString(String name) {
                return name == null || name.isEmpty() ? "" : siteName(name);
            }

            @Override
            public String fromString(String text) {
                return text;
            }
        });
        sites.setMinWidth(150);
        sites.setOnAction(e -> {
            if (sites.getValue() != null) {
                model.site.set(sites.getValue());
            }
        });
        grid.setId("inspect-heads");
        grid.selectionProperty().subscribe(cell -> cell.ifPresent(c -> {
            model.layer.set(c.layer());
            model.head.set(c.head());
            model.method.set(Optional.empty());
        }));
        grid.setReadout(cell -> Optional.of(i18n.get("inspect.grid.readout", cell.layer() + 1,
                cell.head() == AttentionTrace.HEAD_MEAN
                        ? i18n.get("inspect.head.mean")
                        : Integer.toString(cell.head() + 1))));
        ScrollPane scroll = new ScrollPane(grid);
        scroll.setFitToWidth(true);
        scroll.setPrefHeight(210);
        scroll.setMinHeight(120);
        Label what = Ui.styled(new Label(), "muted", "small");
        what.textProperty()
                .bind(i18n.compute(
                        () -> i18n.get(model.patch.get().isPresent() ? "inspect.grid.patch" : "inspect.grid.summary"),
                        model.patch));
        return Ui.styled(Ui.column(8, Ui.row(12, Ui.styled(i18n.label("inspect.grid"), "strong"), sites, what), scroll),
                "panel");
    }

    private String siteName(String name) {
        String key = "inspect.site." + name.replace('.', '_');
        return i18n.texts().has(key) ? i18n.get(key) : name;
    }

    private void fillSites() {
        model.result.get().ifPresent(r -> {
            sites.getItems().setAll(r.trace().sites().stream().map(s -> s.site().name()).toList());
            sites.setValue(model.site.get());
        });
    }

    /// What the picture and the bars show now.
    private void draw() {
        Optional<InspectResult> result = model.result.get();
        if (result.isEmpty()) {
            picture.clear();
            words.bars(new float[0], "inspect.bar.relevance");
            return;
        }
        if (model.method.get().isPresent()) {
            model.relevance.get().ifPresent(r -> drawRelevance(result.get(), r));
        } else {
            drawAttention(result.get());
        }
    }

    private void drawRelevance(InspectResult result, RelevanceResult relevance) {
        picture.show(relevance.grid(), relevance.patches(), relevance.view(), Range.of(relevance.patches()));
        float[] bars = new float[relevance.tokens().length == 0 ? 0 : result.tokens().size()];
        if (bars.length > 0) {
            // The asked words were read on their own: their places in the sentence are found by their characters.
            int shift = controller.asked().map(words -> result.tokens().text().indexOf(words)).orElse(0);
            for (int i = 0; i < relevance.read().size() && i < relevance.tokens().length; i++) {
                Tokens.Token read = relevance.read().tokens().get(i);
                for (int t = 0; t < bars.length && !read.special(); t++) {
                    Tokens.Token token = result.tokens().tokens().get(t);
                    if (!token.special() && token.start() == read.start() + shift) {
                        bars[t] = Math.max(0, relevance.tokens()[i]);
                    }
                }
            }
        }
        words.bars(bars, "inspect.bar.relevance");
    }

    private void drawAttention(InspectResult result) {
        Optional<AttentionTrace.SiteTrace> chosen = model.chosenSite();
        result.trace().sites().stream().filter(s -> s.site().key() instanceof Axis.Patches)
                .filter(s -> chosen.isEmpty() || !InspectController.overPicture(chosen.get().site())
                        || s.site().name().equals(chosen.get().site().name()))
                .findFirst().ifPresent(s -> {
                    Axis.Patches axis = (Axis.Patches) s.site().key();
                    float[] row = row(s, Math.min(model.layer.get(), s.site().layers() - 1), model.head.get());
                    float[] patches = java.util.Arrays.copyOfRange(row, axis.prefix(), row.length);
                    picture.show(axis, patches, result.view(), Range.of(patches));
                });
        Optional<AttentionTrace.SiteTrace> text = result.trace().sites().stream()
                .filter(s -> s.site().key() instanceof Axis.Text).findFirst();
        text.ifPresent(s -> {
            int query = model.words.get().map(span -> span.last()).orElse(s.site().summary());
            int layer = Math.min(model.layer.get(), s.site().layers() - 1);
            int head = model.head.get() >= s.site().heads() ? AttentionTrace.HEAD_MEAN : model.head.get();
            words.bars(s.row(layer, head, Math.max(0, query)), "inspect.bar.attention");
        });
    }

    /// The row of the chosen patch, else of the position that sums the picture up.
    private float[] row(AttentionTrace.SiteTrace site, int layer, int head) {
        int query = site.site().query() instanceof Axis.Patches axis && model.patch.get().isPresent()
                ? axis.prefix() + model.patch.get().get()
                : Math.max(0, site.site().summary());
        return site.row(layer, head >= site.site().heads() ? AttentionTrace.HEAD_MEAN : head, query);
    }

    private void drawGrid() {
        model.chosenSite().ifPresent(site -> {
            int layers = site.site().layers();
            int heads = site.site().heads();
            float[][][] maps = new float[layers][heads + 1][];
            int rows = site.site().query().size();
            int cols = site.site().key().size();
            for (int l = 0; l < layers; l++) {
                for (int h = 0; h <= heads; h++) {
                    boolean mean = h == heads;
                    if (!mean && !site.hasHeads(l)) {
                        maps[l][h] = new float[0];
                    } else if (site.site().key() instanceof Axis.Patches axis) {
                        float[] row = row(site, l, mean ? AttentionTrace.HEAD_MEAN : h);
                        maps[l][h] = java.util.Arrays.copyOfRange(row, axis.prefix(), row.length);
                    } else {
                        maps[l][h] = site.map(l, mean ? AttentionTrace.HEAD_MEAN : h);
                    }
                }
            }
            if (site.site().key() instanceof Axis.Patches axis) {
                rows = axis.rows();
                cols = axis.cols();
            }
            grid.show(new HeadGrid.Maps(rows, cols, maps));
        });
    }

    private void choosePicture() {
        FileChooser chooser = new FileChooser();
        chooser.titleProperty().bind(i18n.text("inspect.open"));
        chooser.getExtensionFilters().add(new FileChooser.ExtensionFilter(i18n.get("inspect.pictures"), "*.png",
                "*.jpg", "*.jpeg", "*.webp", "*.gif", "*.bmp"));
        File file = chooser.showOpenDialog(context.window().get());
        if (file != null) {
            controller.open(file.toPath());
        }
    }

    void open(Path file) {
        controller.open(file);
    }

    private void copyCommand() {
        ClipboardContent content = new ClipboardContent();
        content.putString(controller.command());
        Clipboard.getSystemClipboard().setContent(content);
        context.notices().info("inspect.copied");
    }

    private void export() {
        FileChooser chooser = new FileChooser();
        chooser.setInitialFileName("diptych-look.png");
        File file = chooser.showSaveDialog(context.window().get());
        if (file != null) {
            try {
                Snapshots.png(panels, context.theme().get().background(), file.toPath());
                context.notices().info("inspect.exported", file.getName());
            } catch (EngineException e) {
                context.notices().error(e);
            }
        }
    }
}
