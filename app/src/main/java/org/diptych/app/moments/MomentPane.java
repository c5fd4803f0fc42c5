package org.diptych.app.moments;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.Range;
import org.diptych.app.canvas.ScaleBar;
import org.diptych.app.chart.MatrixChart;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.Moment;
import org.diptych.engine.api.Moments;
import org.diptych.engine.api.RunLog;

/// What the model saw at the step that is looked at: the matrix of the probe set, and of one pinned pair its map, its text and its place among the others.
public final class MomentPane extends VBox {
    private final I18n i18n;
    private final Rewind rewind;
    private final MatrixChart matrix;
    private final ImageCanvas picture = new ImageCanvas();
    private final HeatOverlay heat = new HeatOverlay();
    private final Segments<Integer> pairs;
    private final Segments<String> words;
    private final Label step = Ui.styled(new Label(), "strong");
    private final Label temperature = Ui.styled(new Label(), "muted", "small");
    private final Label matrixNone = Ui.styled(Ui.wrapped(new Label()), "hint");
    private final Label caption = Ui.styled(Ui.wrapped(new Label()), "small");
    private final Label written = Ui.styled(Ui.wrapped(new Label()), "small");
    private final Label ranks = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final Label mapNone = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final ScaleBar bar = new ScaleBar();

    /// @param id of the pane; the matrix, the picture and the texts have it with an ending
    public MomentPane(AppContext context, Rewind rewind, String id) {
        super(8);
        this.i18n = context.i18n();
        this.rewind = rewind;
        setId(id);
        matrix = new MatrixChart(context.theme());
        matrix.setId(id + "-matrix");
        matrix.showProperty().set(MatrixChart.Show.ROWS);
        matrix.setReadout(c -> Optional.of(i18n.get("moments.cell", c.row() + 1, c.col() + 1,
                String.format(Locale.ROOT, "%.2f", c.value()))));
        StackPane square = new StackPane(matrix, matrixNone);
        square.setPrefSize(232, 232);
        square.setMinSize(136, 120);
        VBox.setVgrow(square, Priority.ALWAYS);
        picture.greyProperty().set(1);
        picture.overlays().add(heat);
        picture.setId(id + "-picture");
        picture.setPrefSize(220, 180);
        picture.setMinSize(120, 104);
        VBox.setVgrow(picture, Priority.ALWAYS);
        bar.follow(heat);
        pairs = new Segments<>(rewind.pairProperty());
        words = new Segments<>(rewind.wordProperty());
        step.setId(id + "-step");
        temperature.setId(id + "-temperature");
        written.setId(id + "-written");
        ranks.setId(id + "-ranks");
        getChildren().addAll(Ui.row(8, step, Ui.spring(), temperature), square, pairs, caption, picture, bar, mapNone,
                words, written, ranks);
        rewind.momentProperty().subscribe(m -> m.ifPresent(this::show));
        rewind.pairProperty().subscribe(p -> again());
        rewind.wordProperty().subscribe(w -> again());
        i18n.textsProperty().subscribe(t -> again());
    }

    private void again() {
        rewind.momentProperty().get().ifPresent(this::show);
    }

    private void show(Moment moment) {
        step.setText(i18n.get("moments.step", moment.step(),
                rewind.sourceProperty().get().map(Rewind.Source::steps).orElse(moment.step())));
        temperature.setText(moment.temperature().isPresent()
                ? i18n.get("moments.temperature", String.format(Locale.ROOT, "%.4f",
                        moment.temperature().getAsDouble()))
                : "");
        moment.matrix().ifPresent(m -> matrix.setValues(m.n(), m.n(), m.similarity()));
        matrix.setVisible(moment.matrix().isPresent());
        matrixNone.setText(moment.matrix().isPresent() ? "" : i18n.get("moments.matrix.none"));
        List<Integer> there = moment.pairs().stream().map(Moment.Seen::pair).toList();
        Ui.show(pairs, there.size() > 1);
        pairs.show(there, p -> {
            ToggleButton button = new ToggleButton();
            button.textProperty().bind(i18n.compute(() -> i18n.get("moments.pair", p + 1)));
            return button;
        });
        Optional<Moment.Seen> seen = moment.pair(rewind.pairProperty().get());
        if (seen.isEmpty() && !there.isEmpty()) {
            rewind.pairProperty().set(there.getFirst()); // comes back here
            return;
        }
        show(seen, moment.matrix().map(RunLog.Snapshot::n).orElse(0));
    }

    private void show(Optional<Moment.Seen> seen, int n) {
        Optional<Moments.Pair> pair = rewind.keptProperty().get().pairs().stream()
                .filter(p -> p.number() == rewind.pairProperty().get()).findFirst();
        Ui.show(picture, seen.isPresent() && pair.isPresent());
        pair.ifPresent(p -> picture.setPicture(p.picture()));
        String said = pair.map(Moments.Pair::caption).orElse("");
        caption.setText(said);
        offerWords(seen, said);
        Optional<Moment.Sight> sight = seen.flatMap(s -> sight(s, said));
        if (sight.isPresent()) {
            heat.show(heat(sight.get()), Range.of(sight.get().values()));
        } else {
            heat.clear();
        }
        Ui.show(bar, sight.isPresent());
        mapNone.setText(i18n.get("moments.map.none"));
        Ui.show(mapNone, seen.isPresent() && sight.isEmpty());
        written.setText(seen.map(s -> written(s, pair)).orElse(""));
        Ui.show(written, !written.getText().isEmpty());
        ranks.setText(seen.filter(s -> s.imageRank() > 0)
                .map(s -> i18n.get("moments.ranks", s.imageRank(), s.textRank(), n)).orElse(""));
        Ui.show(ranks, !ranks.getText().isEmpty());
    }

    private String written(Moment.Seen seen, Optional<Moments.Pair> pair) {
        return seen.written().map(w -> seen.asked()
                ? i18n.get("moments.answers", pair.map(Moments.Pair::question).orElse(""), w)
                : i18n.get("moments.writes", w)).orElse("");
    }

    private void offerWords(Optional<Moment.Seen> seen, String said) {
        List<String> all = new ArrayList<>(List.of(""));
        seen.ifPresent(s -> s.maps().stream().skip(1).map(m -> said.substring(m.start(), m.end())).distinct()
                .forEach(all::add));
        Ui.show(words, all.size() > 1);
        words.show(all, w -> {
            if (!w.isEmpty()) {
                return new ToggleButton(w);
            }
            return Ui.toggle(i18n, "moments.whole");
        });
    }

    /// The chosen word's map; the whole caption's where another pair is shown that does not have the word.
    private Optional<Moment.Sight> sight(Moment.Seen seen, String said) {
        return seen.maps().stream().skip(1)
                .filter(m -> said.substring(m.start(), m.end()).equals(rewind.wordProperty().get())).findFirst()
                .or(() -> {
                    rewind.wordProperty().set("");
                    return seen.maps().stream().findFirst();
                });
    }

    /// @return a kept look as the canvas draws it
    public static HeatOverlay.Heat heat(Moment.Sight sight) {
        return sight.rows() > 0
                ? new HeatOverlay.Heat(sight.view(), sight.rows(), sight.cols(), sight.values())
                : HeatOverlay.Heat.of(sight.boxes(), sight.values(), sight.view(), 1);
    }

    /// @return the map that is drawn
    public Optional<HeatOverlay.Heat> map() {
        return heat.heat();
    }
}
