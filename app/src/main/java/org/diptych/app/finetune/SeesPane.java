package org.diptych.app.finetune;

import java.util.Locale;
import java.util.Optional;
import javafx.scene.control.Label;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.canvas.HeatOverlay;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.canvas.Range;
import org.diptych.app.canvas.ScaleBar;
import org.diptych.app.chart.MatrixChart;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Score;
import org.diptych.engine.api.TrainingControl;

/// What the model sees now: the matrix of the fixed probe set, and where one pinned pair's score comes from, both with the weights of this moment.
final class SeesPane extends VBox {
    private static final long PINNED = (1L << 40) + 3;
    private static final int SHOWN = 256;

    private final AppContext context;
    private final I18n i18n;
    private final TeachModel model;
    private final MatrixChart matrix;
    private final Label title = Ui.styled(new Label(), "strong");
    private final Label hint = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final ImageCanvas picture = new ImageCanvas();
    private final HeatOverlay heat = new HeatOverlay();
    private final Label caption = Ui.styled(Ui.wrapped(new Label()), "small");
    private final LatestTask<RelevanceRequest, RelevanceResult> look;
    private int drawn = -1;

    SeesPane(AppContext context, TeachModel model) {
        super(8);
        this.context = context;
        this.i18n = context.i18n();
        this.model = model;
        matrix = new MatrixChart(context.theme());
        matrix.setId("teach-matrix");
        matrix.showProperty().set(MatrixChart.Show.ROWS);
        matrix.setReadout(c -> Optional.of(i18n.get("finetune.matrix.cell", c.row() + 1, c.col() + 1,
                String.format(Locale.ROOT, "%.2f", c.value()))));
        look = new LatestTask<>(Duration.millis(20), request -> context.engine().relevance(request), this::show,
                error -> heat.clear());
        picture.greyProperty().set(1);
        picture.overlays().add(heat);
        picture.setId("teach-pinned");
        picture.setPrefSize(220, 180);
        picture.setMinSize(120, 110);
        VBox.setVgrow(picture, Priority.ALWAYS);
        StackPane square = new StackPane(matrix);
        square.setPrefSize(248, 248);
        square.setMinSize(144, 144);
        VBox.setVgrow(square, Priority.ALWAYS);
        ScaleBar bar = new ScaleBar();
        bar.follow(heat);
        getChildren().addAll(title, hint, square, Ui.styled(Ui.wrapped(i18n.label("finetune.pinned")), "strong"),
                caption, picture, bar);
        getStyleClass().add("panel");
        setPrefWidth(280);
        setMinWidth(232);
        setMaxWidth(320);
        model.run.subscribe(run -> {
            drawn = -1;
            look.cancel();
            heat.clear();
            pin();
            tick();
        });
        model.language.subscribe(l -> pin());
        i18n.textsProperty().subscribe(t -> tick());
    }

    /// The pair that is watched, in the language that the run learns.
    private void pin() {
        Scene scene = scene(SHOWN);
        picture.setPicture(scene.picture());
        caption.setText(sentence(scene));
    }

    private Scene scene(int side) {
        String world = model.run.get().map(r -> r.log().header().plan().data().world()).orElse(model.world.get());
        return context.engine().scene(PINNED, side, world);
    }

    private String sentence(Scene scene) {
        String language = model.run.get().map(r -> r.log().header().plan().data()).map(FineTunePlan.Data::language)
                .orElse(model.language.get());
        return scene.captions().get(language).getFirst();
    }

    /// Draws what is new since the last time.
    void tick() {
        Optional<RunLog.Snapshot> shot = model.run.get().flatMap(r -> r.log().snapshot());
        title.setText(shot.map(s -> i18n.get("finetune.matrix", s.n())).orElse(i18n.get("finetune.matrix.none")));
        hint.setText(i18n.get("finetune.matrix.why")
                + shot.map(s -> " " + i18n.get("finetune.matrix.step", s.step())).orElse(""));
        Ui.show(matrix, shot.isPresent());
        shot.filter(s -> s.step() != drawn).ifPresent(s -> {
            drawn = s.step();
            matrix.setValues(s.n(), s.n(), s.similarity());
            model.run.get().ifPresent(this::lookAtPinned);
        });
    }

    /// The pinned pair's map is asked between two steps, like any person's question.
    private void lookAtPinned(TrainingControl run) {
        context.engine().loaded().stream().filter(m -> m.handle().equals(run.model()) && !m.methods().isEmpty())
                .findFirst().ifPresent(m -> {
                    Scene seen = scene(m.sceneSize());
                    look.askNow(new RelevanceRequest(m.handle(), seen.picture(), sentence(seen), 0, 0,
                            m.methods().getFirst(), new Score.Match(), Optional.of(RegionSource.Crops.of(seen))));
                });
    }

    private void show(RelevanceResult r) {
        int side = model.run.get().flatMap(
                run -> context.engine().loaded().stream().filter(m -> m.handle().equals(run.model())).findFirst())
                .map(LoadedModel::sceneSize).orElse(SHOWN);
        heat.show(HeatOverlay.Heat.of(r, (double) SHOWN / side), Range.of(r.values()));
    }

    /// @return true once the pinned pair's map was drawn
    boolean looked() {
        return heat.heat().isPresent();
    }
}
