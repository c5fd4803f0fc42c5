package org.diptych.app.contrast;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.PairScore;

/// Which number fills the matrix, what that costs, and why there is no choice where there is none. Hidden for a model that cannot compare.
final class ScorePane extends VBox {
    private static final List<PairScore> ALL = List.of(PairScore.SIMILARITY, PairScore.MATCH);

    private final I18n i18n;
    private final ContrastModel model;
    private final ContrastController controller;
    private final ObjectProperty<PairScore> chosen = new SimpleObjectProperty<>();
    private final Label cost = line("contrast-score-cost");
    private final Label only = line("contrast-score-only");
    private final VBox old;

    ScorePane(I18n i18n, ContrastModel model, ContrastController controller) {
        super(6);
        this.i18n = i18n;
        this.model = model;
        this.controller = controller;
        Segments<PairScore> scores = new Segments<>(chosen);
        scores.setId("contrast-score");
        scores.show(ALL, this::button);
        chosen.subscribe(score -> {
            if (score != null) {
                controller.choose(score);
            }
        });
        Button go = Ui.button(i18n, "contrast.score.go", controller::ask);
        go.setId("contrast-score-go");
        Label stopped = line("contrast-score-old");
        stopped.textProperty().bind(i18n.text("contrast.score.old"));
        old = new VBox(6, stopped, go);
        Label title = i18n.label("contrast.score");
        title.setMinWidth(USE_PREF_SIZE); // the segments ask for more than there is, since they can break
        getChildren().addAll(Ui.row(8, title, scores), cost, only, old);
        controller.scores().subscribe(able -> follow());
        model.score.subscribe(s -> follow());
        model.items.subscribe(items -> follow());
        model.result.subscribe(r -> follow());
        controller.comparing().busyProperty().subscribe(busy -> follow());
        i18n.textsProperty().subscribe(t -> follow());
    }

    private static Label line(String id) {
        Label label = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
        label.setId(id);
        return label;
    }

    private ToggleButton button(PairScore score) {
        String key = "contrast.score." + word(score);
        ToggleButton button = Ui.toggle(i18n, key);
        button.setId("contrast-score-" + word(score));
        button.setTooltip(i18n.tooltip(key + ".why"));
        button.disableProperty().bind(controller.scores().map(able -> !able.contains(score)));
        return button;
    }

    static String word(PairScore score) {
        return score.name().toLowerCase(Locale.ROOT);
    }

    private void follow() {
        Optional<PairScore> score = controller.score();
        Ui.show(this, score.isPresent());
        if (score.isEmpty()) {
            return;
        }
        chosen.set(score.get());
        int pictures = model.items.get().seen().size();
        int texts = model.items.get().texts().size();
        cost.setText(i18n.get("contrast.score.cost." + word(score.get()), pictures, texts,
                score.get() == PairScore.MATCH ? pictures * texts : pictures + texts));
        boolean alone = controller.scores().getValue().size() == 1;
        only.setText(alone ? i18n.get("contrast.score.only." + word(score.get())) : "");
        Ui.show(only, alone);
        Ui.show(old, !controller.comparing().busyProperty().get()
                && model.result.get().filter(r -> r.score() != score.get()).isPresent());
    }
}
