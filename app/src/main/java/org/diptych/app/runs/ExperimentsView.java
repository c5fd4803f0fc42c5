package org.diptych.app.runs;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.collections.MapChangeListener;
import javafx.geometry.Insets;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.layout.BorderPane;
import javafx.scene.layout.Region;
import javafx.util.Duration;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.ErrorBanner;
import org.diptych.engine.api.Experiment;

/// The view: the experiments at the left, the chosen one beside them.
final class ExperimentsView extends BorderPane {
    private static final Duration GLANCE = Duration.millis(500);
    private static final double LIST = 232;

    private final AppContext context;
    private final I18n i18n;
    private final ExperimentsModel model = new ExperimentsModel();
    private final ExperimentsController controller;
    private final ListView<Experiment> list = new ListView<>(model.experiments);
    private final Map<String, ExperimentPage> pages = new HashMap<>();
    private final Timeline pulse = new Timeline();

    ExperimentsView(AppContext context) {
        this.context = context;
        this.i18n = context.i18n();
        ErrorBanner banner = new ErrorBanner(i18n);
        banner.setId("experiment-error");
        controller = new ExperimentsController(context, model, banner::show);
        getStyleClass().add("view");
        list.setId("experiments");
        list.setPrefWidth(LIST);
        list.setMinWidth(LIST);
        list.accessibleTextProperty().bind(i18n.text("experiments.list"));
        list.setCellFactory(l -> Ui.styled(new Cell(), "experiment"));
        list.setPlaceholder(Ui.styled(new Region(), "skeleton"));
        BorderPane.setMargin(list, new Insets(0, 16, 0, 0));
        BorderPane.setMargin(banner, new Insets(0, 0, 12, 0));
        setTop(banner);
        setLeft(list);
        list.getSelectionModel().selectedItemProperty().subscribe(e -> {
            if (e != null) {
                model.chosen.set(Optional.of(e));
            }
        });
        model.chosen.subscribe(chosen -> {
            chosen.ifPresent(list.getSelectionModel()::select);
            chosen.ifPresent(this::show);
        });
        model.going.subscribe(g -> {
            list.refresh();
            pages.values().forEach(ExperimentPage::changed);
            banner.hide();
        });
        model.measured.addListener((MapChangeListener<String, Object>) change -> Optional
                .ofNullable(pages.get(change.getKey())).ifPresent(ExperimentPage::changed));
        i18n.textsProperty().subscribe(t -> list.refresh());
        pulse.getKeyFrames().setAll(new KeyFrame(GLANCE, e -> page().ifPresent(ExperimentPage::tick)));
        pulse.setCycleCount(Timeline.INDEFINITE);
    }

    private Optional<ExperimentPage> page() {
        return model.chosen.get().map(e -> pages.get(e.id()));
    }

    private void show(Experiment experiment) {
        controller.look(experiment);
        setCenter(pages.computeIfAbsent(experiment.id(),
                id -> new ExperimentPage(context, model, controller, experiment)));
        page().ifPresent(ExperimentPage::tick);
    }

    void shown(boolean inSight) {
        if (inSight) {
            controller.read();
            pulse.play();
        } else {
            pulse.stop();
        }
    }

    void run() {
        page().ifPresent(ExperimentPage::run);
    }

    void cancel() {
        controller.cancel();
    }

    /// An experiment's name; a mark says that it goes on.
    private final class Cell extends ListCell<Experiment> {
        private final Label name = Ui.wrapped(new Label());

        @Override
        protected void updateItem(Experiment experiment, boolean none) {
            super.updateItem(experiment, none);
            setText(null);
            if (none || experiment == null) {
                setGraphic(null);
                return;
            }
            name.setText(i18n.texts().get(experiment.title()));
            name.setGraphic(model.goesOn(experiment) ? Ui.icon("mdi2p-play") : null);
            name.setPrefWidth(LIST - 18); // as wide as the cell leaves it, so that its height is asked for at that width
            setGraphic(name);
        }
    }
}
