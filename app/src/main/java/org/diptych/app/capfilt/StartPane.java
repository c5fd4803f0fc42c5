package org.diptych.app.capfilt;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import javafx.beans.Observable;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Progress;

/// Start, or why it cannot be; and while work goes on its stage, rate, time left and Cancel.
final class StartPane extends VBox {
    private final I18n i18n;
    private final CapFiltModel model;
    private final CapFiltController controller;
    private final Button start;
    private final Button cancel;
    private final Label state = Ui.styled(Ui.wrapped(new Label()), "small", "muted");
    private final ProgressBar bar = new ProgressBar();

    StartPane(I18n i18n, CapFiltModel model, CapFiltController controller) {
        super(8);
        this.i18n = i18n;
        this.model = model;
        this.controller = controller;
        start = Ui.primary(i18n, "capfilt.start", controller::start);
        start.setId("capfilt-start");
        cancel = Ui.button(i18n, "capfilt.cancel", controller::cancel);
        cancel.setId("capfilt-cancel");
        state.setId("capfilt-state");
        bar.setMaxWidth(Double.MAX_VALUE);
        getChildren().addAll(bar, state, Ui.row(8, start, cancel));
        for (Observable each : model.settings()) {
            each.addListener(o -> tick());
        }
        for (Observable each : new Observable[]{model.going, model.board, i18n.textsProperty()}) {
            each.addListener(o -> tick());
        }
        tick();
    }

    /// Follows what is going on.
    void tick() {
        Optional<Stages.Going> going = model.going.get();
        Optional<Message> why = controller.why();
        start.textProperty().bind(i18n.text(controller.begun() ? "capfilt.resume" : "capfilt.start"));
        start.setDisable(why.isPresent());
        cancel.setDisable(going.isEmpty());
        Ui.show(bar, going.isPresent());
        state.setText(going.map(this::progress).orElseGet(() -> why.map(m -> i18n.texts().get(m)).orElse("")));
        Ui.show(state, !state.getText().isEmpty());
        start.setAccessibleHelp(start.isDisabled() ? state.getText() : "");
        going.ifPresent(g -> bar.setProgress(g.job().progress().fraction()));
    }

    private String progress(Stages.Going going) {
        Progress now = going.job().progress();
        StringBuilder text = new StringBuilder(i18n.get("capfilt.stage", going.number(), going.all().size(),
                i18n.get("capfilt.stage." + going.stage().name().toLowerCase(Locale.ROOT))));
        if (now.total() > 0) {
            text.append(" · ").append(now.done()).append(" / ").append(now.total());
        }
        if (now.rate() > 0) {
            text.append(" · ").append(i18n.get("shell.status.rate", Math.round(now.rate() * 10) / 10.0));
        }
        now.eta().ifPresent(eta -> text.append(" · ").append(left(eta)));
        return text.toString();
    }

    private String left(Duration eta) {
        return eta.toSeconds() < 90
                ? i18n.get("shell.status.left.seconds", Math.max(1, eta.toSeconds()))
                : i18n.get("shell.status.left.minutes", Math.round(eta.toSeconds() / 60.0));
    }
}
