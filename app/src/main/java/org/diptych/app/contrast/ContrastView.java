package org.diptych.app.contrast;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import javafx.geometry.Insets;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.ChoiceBox;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.Slider;
import javafx.scene.control.TextArea;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.Tooltip;
import javafx.scene.image.ImageView;
import javafx.scene.input.Clipboard;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.canvas.Pixels;
import org.diptych.app.canvas.Range;
import org.diptych.app.canvas.ScaleBar;
import org.diptych.app.chart.MatrixChart;
import org.diptych.app.fx.Drops;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Named;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.fx.Waiting;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.app.shell.PictureDialog;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.PairScore;
import org.diptych.engine.api.Picture;

/// The view: the matrix, what is done with it, and the cell that was clicked.
final class ContrastView extends BorderPane {
    static final String TABLE = "csv";
    static final String PICTURE = "png";
    private static final int[] SIZES = {8, 16, 64, 256};
    private static final double THUMB = 44;
    private static final double SKELETON = 384;

    private final AppContext context;
    private final I18n i18n;
    private final ContrastModel model = new ContrastModel();
    private final ContrastController controller;
    private final ErrorBanner banner;
    private final MatrixChart matrix;
    private final Label figures = Ui.wrapped(new Label());
    private final Label recall = Ui.wrapped(new Label());
    private final CellDetail detail;
    private final TextArea sentences = new TextArea();

    ContrastView(AppContext context) {
        this.context = context;
        this.i18n = context.i18n();
        banner = new ErrorBanner(i18n);
        controller = new ContrastController(context, model, this::failed);
        matrix = new MatrixChart(context.theme());
        detail = new CellDetail(i18n, model);
        matrix.setId("contrast-matrix");
        getStyleClass().add("view");
        StackPane centre = centre();
        setTop(new VBox(8, toolbar(), banner));
        setCenter(Ui.styled(centre, "panel"));
        BorderPane.setMargin(centre, new Insets(12, 12, 0, 0));
        Node right = side();
        BorderPane.setMargin(right, new Insets(12, 0, 0, 0));
        setRight(right);
        matrix.temperatureProperty().bind(model.temperature);
        matrix.setReadout(cell -> Optional.of(i18n.get("contrast.cell", cell.row() + 1, cell.col() + 1,
                String.format(Locale.ROOT, "%.3f", cell.value()))));
        matrix.selectionProperty().subscribe(cell -> cell.filter(c -> model.result.get().filter(this::current)
                .filter(r -> c.row() < r.rows() && c.col() < r.cols()).isPresent())
                .ifPresent(c -> explain(c.row(), c.col())));
        model.items.subscribe(items -> sentences.setText(String.join("\n", items.texts())));
        model.result.subscribe(this::show);
        model.order.subscribe(o -> order());
        model.temperature.subscribe(t -> figures());
        i18n.textsProperty().subscribe(t -> {
            figures();
            recall();
        });
    }

    /// The matrix; before there is one its outline, or what to do; and dimmed while another is computed.
    private StackPane centre() {
        Label hint = Ui.styled(Ui.wrapped(i18n.label("contrast.empty")), "hint");
        hint.setMaxWidth(360);
        VBox empty = new VBox(16, hint,
                Ui.primary(i18n, "contrast.empty.go", () -> controller.toybox(SIZES[0])));
        empty.setAlignment(Pos.CENTER);
        empty.setId("contrast-empty");
        Region skeleton = Ui.styled(new Region(), "skeleton");
        skeleton.setMaxSize(SKELETON, SKELETON);
        skeleton.setId("contrast-skeleton");
        Runnable follow = () -> {
            boolean there = model.result.get().isPresent();
            boolean busy = controller.comparing().busyProperty().get();
            Ui.show(matrix, there);
            Ui.show(skeleton, !there && busy);
            Ui.show(empty, !there && !busy);
            matrix.setMouseTransparent(busy); // its cells are of other items than those that are shown beside it
            matrix.getStyleClass().remove("stale");
            if (there && busy) {
                matrix.getStyleClass().add("stale");
            }
        };
        model.result.subscribe(r -> follow.run());
        controller.comparing().busyProperty().subscribe(busy -> follow.run());
        StackPane centre = new StackPane(matrix, skeleton, empty);
        centre.setMinSize(200, 200);
        Drops.onto(this, this::take);
        return centre;
    }

    /// Takes a picture or sentences that are dragged here from another program.
    ///
    /// @return true when there was something of use
    boolean take(Clipboard from) {
        Optional<Picture> picture = from.hasImage()
                ? Optional.of(Pixels.picture(from.getImage(), "dropped.png"))
                : Optional.empty();
        List<String> texts = picture.isEmpty() && from.hasString()
                ? Dropped.sentences(from.getString())
                : List.of();
        controller.add(picture, texts);
        return picture.isPresent() || !texts.isEmpty();
    }

    private void explain(int row, int col) {
        detail.show(row, col);
        controller.explain(row, col);
    }

    private void failed(Throwable error) {
        banner.show(error, "contrast.again", () -> {
            banner.hide();
            controller.ask();
        });
    }

    /// Puts the cursor where sentences are written.
    void write() {
        sentences.requestFocus();
        sentences.positionCaret(sentences.getLength());
    }

    ContrastController controller() {
        return controller;
    }

    ContrastModel model() {
        return model;
    }

    private HBox toolbar() {
        HBox row = Ui.row(8);
        for (int size : SIZES) {
            row.getChildren().add(i18nButton("contrast.pairs", size));
        }
        Waiting busy = new Waiting(i18n, controller.comparing().busyProperty());
        row.getChildren().addAll(Ui.button(i18n, "contrast.pictures.add", this::choose),
                Ui.button(i18n, "contrast.clear", controller::clear), busy, Ui.spring(),
                Ui.iconButton(i18n, "mdi2f-file-delimited-outline", "contrast.export.csv", () -> save(TABLE)),
                Ui.iconButton(i18n, "mdi2i-image-move", "contrast.export.png", () -> save(PICTURE)));
        return row;
    }

    private Node i18nButton(String key, int size) {
        javafx.scene.control.Button button = i18n.label(new javafx.scene.control.Button(), key, size);
        button.setId("contrast-pairs-" + size);
        button.setOnAction(e -> controller.toybox(size));
        return button;
    }

    private Node side() {
        Segments<MatrixChart.Show> shows = new Segments<>(matrix.showProperty());
        shows.setId("contrast-show");
        shows.show(List.of(MatrixChart.Show.values()), show -> {
            ToggleButton button = new ToggleButton();
            button.textProperty().bind(i18n.compute(() -> i18n.get(named(show)), model.result));
            button.setMinWidth(Region.USE_PREF_SIZE);
            button.setTooltip(new Tooltip());
            button.getTooltip().textProperty()
                    .bind(i18n.compute(() -> i18n.get(named(show) + ".why"), model.result));
            return button;
        });
        ScaleBar scale = new ScaleBar();
        scale.colorMapProperty().bind(matrix.colorMapProperty());
        scale.rangeProperty().bind(matrix.endsProperty().map(e -> new Range(e.low(), e.high())));
        // A logarithmic slider: 0.005 to 1.
        Slider temperature = new Slider(Math.log(0.005), 0, Math.log(0.07));
        temperature.setId("contrast-temperature");
        temperature.valueProperty().subscribe(v -> model.temperature.set(Math.exp(v.doubleValue())));
        model.temperature.subscribe(v -> {
            if (Math.abs(Math.exp(temperature.getValue()) - v.doubleValue()) > 1e-9) {
                temperature.setValue(Math.log(v.doubleValue()));
            }
        });
        HBox.setHgrow(temperature, Priority.ALWAYS);
        Label value = new Label();
        value.setMinWidth(56);
        value.textProperty().bind(model.temperature.map(t -> String.format(Locale.ROOT, "%.4f", t.doubleValue())));
        ChoiceBox<ContrastModel.Order> order = new ChoiceBox<>();
        order.getItems().setAll(ContrastModel.Order.values());
        order.setConverter(new Named<>(item -> i18n.get("contrast.sort." + item.name().toLowerCase(Locale.ROOT))));
        order.setValue(model.order.get());
        order.setMinWidth(150);
        order.valueProperty().subscribe(o -> {
            if (o != null) {
                model.order.set(o);
            }
        });
        i18n.textsProperty().subscribe(t -> {
            order.getItems().setAll(ContrastModel.Order.values());
            order.setValue(model.order.get());
        });
        sentences.setPrefRowCount(5);
        sentences.setWrapText(true);
        sentences.setId("contrast-sentences");
        sentences.promptTextProperty().bind(i18n.text("contrast.texts"));
        VBox.setVgrow(detail, Priority.ALWAYS);
        VBox side = new VBox(12, new ScorePane(i18n, model, controller), shows, scale,
                Ui.row(8, i18n.label("contrast.temperature"), temperature, value),
                Ui.button(i18n, "contrast.temperature.own",
                        () -> model.result.get().ifPresent(r -> model.temperature.set(1 / r.scale()))),
                figures, recall,
                Ui.row(8, i18n.label("contrast.sort"), order),
                Ui.styled(i18n.label("contrast.texts"), "muted", "small"), sentences,
                Ui.button(i18n, "contrast.texts.apply",
                        () -> controller.say(
                                sentences.getText().lines().map(String::strip).filter(l -> !l.isEmpty()).toList())),
                detail);
        // in a small window the cell's details are reached by scrolling
        ScrollPane scroll = new ScrollPane(side);
        scroll.setFitToWidth(true);
        scroll.setFitToHeight(true);
        scroll.setHbarPolicy(ScrollPane.ScrollBarPolicy.NEVER);
        StackPane panel = new StackPane(scroll);
        panel.setPrefWidth(396);
        panel.setMinWidth(356);
        return Ui.styled(panel, "panel");
    }

    /// @return key of what the cells show, which as they stand is one of two scores
    private String named(MatrixChart.Show show) {
        boolean match = show == MatrixChart.Show.RAW
                && model.result.get().filter(r -> r.score() == PairScore.MATCH).isPresent();
        return "contrast.show." + (match ? ScorePane.word(PairScore.MATCH) : show.name().toLowerCase(Locale.ROOT));
    }

    private void show(Optional<ContrastResult> result) {
        result.ifPresent(r -> {
            banner.hide();
            matrix.setValues(r.rows(), r.cols(), r.similarity());
            matrix.setHeaders(this::thumbnail, THUMB + 8, this::sentence, 84);
            order();
            // the same cell as another score, or another model, has it
            detail.shown().filter(cell -> current(r)).ifPresent(cell -> explain(cell[0], cell[1]));
        });
        figures();
        recall();
    }

    private Optional<Node> thumbnail(int row) {
        if (row >= model.items.get().shown().size()) {
            return Optional.empty();
        }
        ImageView view = new ImageView(Pixels.image(model.items.get().shown().get(row)));
        view.setPreserveRatio(true);
        view.setFitHeight(THUMB);
        view.setFitWidth(THUMB);
        return Optional.of(new StackPane(view));
    }

    private Optional<Node> sentence(int col) {
        if (col >= model.items.get().texts().size()) {
            return Optional.empty();
        }
        String text = model.items.get().texts().get(col);
        Label label = Ui.styled(new Label(text), "small", "elides");
        label.setWrapText(true);
        label.setTooltip(new Tooltip(text));
        return Optional.of(label);
    }

    private void order() {
        model.result.get().ifPresent(r -> {
            int[] rows = controller.order();
            matrix.setOrder(rows, model.items.get().paired() ? rows : IntStream.range(0, r.cols()).toArray());
        });
    }

    private void figures() {
        Optional<ContrastResult> result = model.result.get();
        if (result.isEmpty()) {
            figures.setText(controller.able() ? "" : i18n.get("contrast.model.none"));
            return;
        }
        ContrastResult r = result.get();
        List<String> parts = new ArrayList<>();
        parts.add(i18n.get("contrast.count", r.rows(), r.cols()));
        if (!r.truncated().isEmpty()) {
            parts.add(i18n.get("contrast.truncated", r.truncated().size()));
        }
        if (r.rows() == r.cols()) {
            double scale = 1 / model.temperature.get();
            parts.add(i18n.get("contrast.loss", number(MatrixMath.loss(r.similarity(), r.rows(), scale, true)),
                    number(MatrixMath.loss(r.similarity(), r.rows(), scale, false))));
        }
        figures.setText(String.join("\n", parts));
    }

    /// Recall knows no temperature, so that a drag need not count it again.
    private void recall() {
        recall.setText(model.result.get().map(r -> r.rows() == r.cols()
                ? i18n.get("contrast.recall", recalls(r, true), recalls(r, false))
                : i18n.get("contrast.recall.none")).orElse(""));
    }

    private static String recalls(ContrastResult r, boolean byRow) {
        return IntStream.of(1, 5, 10).mapToObj(
                k -> String.format(Locale.ROOT, "%.1f", 100 * MatrixMath.recall(r.similarity(), r.rows(), k, byRow)))
                .reduce((a, b) -> a + " / " + b).orElse("");
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    /// A matrix stays in sight until that of the next items comes.
    private boolean current(ContrastResult r) {
        return r.rows() == model.items.get().seen().size() && r.cols() == model.items.get().texts().size();
    }

    void choose() {
        List<Path> files = PictureDialog.several(context);
        if (!files.isEmpty()) {
            Dropped chosen = Dropped.of(files);
            controller.add(chosen.pictures(), chosen.texts());
        }
    }

    /// @param ending of the table's or the picture's file
    void save(String ending) {
        if (model.result.get().isPresent()) {
            context.places().file("matrix", ending).ifPresent(file -> save(file, ending.equals(TABLE)));
        }
    }

    /// Writes the matrix as it is shown.
    void save(Path file, boolean table) {
        try {
            if (table) {
                matrix.exportCsv(file, model.items.get().shown().stream().map(p -> p.name()).toList(),
                        model.items.get().texts());
            } else {
                matrix.exportPng(file);
            }
            context.notices().info("contrast.exported", file.getFileName());
        } catch (EngineException e) {
            context.notices().error(e);
        }
    }
}
