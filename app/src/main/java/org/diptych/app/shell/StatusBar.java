package org.diptych.app.shell;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import javafx.animation.Animation;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ProgressBar;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.EngineStatus;
import org.diptych.engine.api.Progress;

/// The line at the bottom: what computes and how much memory it holds; the work under way with its phase, rate, time left, bar and Cancel.
/// It looks four times a second; nobody calls it.
public final class StatusBar extends HBox {
    /// Work shorter than this is not worth a bar.
    private static final long MOMENT = 700_000_000L;

    private final I18n i18n;
    private final Jobs jobs;
    private final Supplier<EngineStatus> status;
    private final Label device = new Label();
    private final Label work = new Label();
    private final ProgressBar bar = new ProgressBar();
    private final HBox job;
    private final Timeline clock;
    private int ticks;

    /// @param status quick to ask
    public StatusBar(I18n i18n, Jobs jobs, Supplier<EngineStatus> status) {
        super(16);
        this.i18n = i18n;
        this.jobs = jobs;
        this.status = status;
        getStyleClass().add("status-line");
        setAlignment(Pos.CENTER_LEFT);
        device.setId("status-device");
        device.setMinWidth(Region.USE_PREF_SIZE);
        work.setId("status-work");
        bar.setPrefWidth(120);
        bar.setMinWidth(80);
        Button cancel = Ui.iconButton(i18n, "mdi2c-close", "shell.cancel",
                () -> jobs.newest().ifPresent(e -> e.handle().cancel()));
        cancel.getStyleClass().add("small-button");
        cancel.setId("status-cancel");
        job = Ui.row(8, work, bar, cancel);
        Ui.show(job, false);
        getChildren().addAll(device, Ui.spring(), job);
        clock = new Timeline(new KeyFrame(javafx.util.Duration.millis(250), e -> tick()));
        clock.setCycleCount(Animation.INDEFINITE);
        i18n.textsProperty().subscribe(t -> refresh());
    }

    public void start() {
        clock.play();
    }

    public void stop() {
        clock.stop();
    }

    private void tick() {
        showWork();
        if (ticks++ % 4 == 0) {
            showDevice();
        }
    }

    private void refresh() {
        showWork();
        showDevice();
    }

    private void showDevice() {
        EngineStatus now = status.get();
        device.setText(now.resident() > 0
                ? i18n.get("shell.status.device", now.device(), now.threads(), now.resident() >> 20)
                : i18n.get("shell.status.device.plain", now.device(), now.threads()));
    }

    private void showWork() {
        Optional<Jobs.Entry> entry = jobs.newest().filter(e -> System.nanoTime() - e.started() > MOMENT);
        Ui.show(job, entry.isPresent());
        entry.ifPresent(e -> {
            Progress progress = e.progress();
            work.setText(describe(e, progress));
            bar.setProgress(progress.fraction());
        });
    }

    private String describe(Jobs.Entry entry, Progress progress) {
        String title = i18n.texts().get(entry.handle().title());
        String phase = i18n.texts().get(progress.phase());
        StringBuilder text = new StringBuilder(title);
        if (!phase.equals(title)) {
            text.append("   ").append(phase);
        }
        if (progress.total() > 0) {
            text.append(' ').append(progress.done()).append('/').append(progress.total());
        }
        if (progress.rate() > 0) {
            text.append(" · ")
                    .append(i18n.get("shell.status.rate", progress.rate() >= 10
                            ? Math.round(progress.rate())
                            : Math.round(progress.rate() * 10) / 10.0));
        }
        progress.eta().ifPresent(eta -> text.append(" · ").append(timeLeft(eta)));
        if (jobs.running().size() > 1) {
            text.append(" · ").append(i18n.get("shell.status.more", jobs.running().size() - 1));
        }
        return text.toString();
    }

    private String timeLeft(Duration eta) {
        return eta.toSeconds() < 90
                ? i18n.get("shell.status.left.seconds", Math.max(1, eta.toSeconds()))
                : i18n.get("shell.status.left.minutes", Math.round(eta.toSeconds() / 60.0));
    }
}
