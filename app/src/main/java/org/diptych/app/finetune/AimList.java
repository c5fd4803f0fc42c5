package org.diptych.app.finetune;

import java.util.Locale;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.image.ImageView;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.diptych.app.canvas.Pixels;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Targets;

/// A target as a list of those that are chosen among, three bars each: what the label says, what the model is to think, what it thinks now.
record AimList(I18n i18n) {
    private static final double PICTURE = 40;
    private static final String[] BARS = {"label", "target", "model"};

    FlowPane legend() {
        FlowPane row = new FlowPane(16, 4);
        for (String bar : BARS) {
            Region swatch = Ui.styled(new Region(), "share-swatch", "share-" + bar);
            row.getChildren().add(Ui.row(6, swatch, Ui.styled(i18n.label("targets.bar." + bar), "small")));
        }
        return row;
    }

    VBox aim(Targets.Aim aim) {
        VBox out = new VBox(10);
        String key = "targets.aim." + aim.side().name().toLowerCase(Locale.ROOT);
        out.getChildren().add(Ui.styled(Ui.wrapped(new Label(i18n.get(key, aim.asked(), aim.of()))), "strong"));
        aim.candidates().forEach(c -> out.getChildren().add(candidate(aim.side(), c)));
        double rest = 1 - aim.candidates().stream().mapToDouble(Targets.Candidate::target).sum();
        int others = aim.of() - aim.candidates().size();
        if (others > 0) {
            out.getChildren().add(Ui.styled(Ui.wrapped(new Label(
                    i18n.get("targets.others", others, ShareBar.percent(Math.max(0, rest))))), "muted", "small"));
        }
        return out;
    }

    private HBox candidate(Targets.Side side, Targets.Candidate c) {
        Label text = Ui.styled(Ui.wrapped(new Label(c.text().orElseGet(() -> i18n.get(c.age().isPresent()
                ? "targets.unknown.before"
                : "targets.unknown.start")))), "small");
        if (c.label() > 0) {
            text.getStyleClass().add("strong");
        }
        Label from = Ui.styled(Ui.wrapped(new Label(from(side, c))), "muted", "small");
        VBox words = new VBox(2, text);
        if (!from.getText().isEmpty()) {
            words.getChildren().add(from);
        }
        double[] values = {c.label(), c.target(), c.model()};
        for (int i = 0; i < BARS.length; i++) {
            ShareBar bar = new ShareBar(values[i], "share-" + BARS[i]);
            bar.getStyleClass().add("share-bar");
            String says = i18n.get("targets.tip." + BARS[i], ShareBar.percent(values[i]), ShareBar.percent(c.copy()));
            Tooltip.install(bar, new Tooltip(says));
            bar.setAccessibleText(says);
            words.getChildren().add(bar);
        }
        HBox.setHgrow(words, Priority.ALWAYS);
        HBox row = new HBox(10);
        if (side == Targets.Side.PICTURES) {
            ImageView seen = new ImageView();
            seen.setFitWidth(PICTURE);
            seen.setFitHeight(PICTURE);
            seen.setPreserveRatio(true);
            c.picture().map(Pixels::image).ifPresent(seen::setImage);
            VBox place = new VBox(seen);
            place.setMinWidth(PICTURE);
            row.getChildren().add(place);
        }
        row.getChildren().add(words);
        return row;
    }

    private String from(Targets.Side side, Targets.Candidate c) {
        if (side == Targets.Side.WORDS) {
            return c.label() > 0 ? i18n.get("targets.from.word") : "";
        }
        if (c.label() > 0) {
            return i18n.get("targets.from.own");
        }
        return c.age().isPresent()
                ? i18n.get("targets.from.queue", c.age().getAsInt())
                : c.text().isPresent() ? i18n.get("targets.from.batch") : "";
    }
}
