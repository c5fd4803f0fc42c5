package org.diptych.app.inspect;

import java.util.List;
import javafx.scene.control.ChoiceBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Named;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Score;

/// Which score the map explains: the match, one of the likeliest answers, or the chosen word when it is masked. Hidden where there is no choice.
final class ScoreChooser extends ChoiceBox<Score> {
    private final I18n i18n;
    private final InspectModel model;
    private final InspectController controller;
    private boolean filling;

    ScoreChooser(I18n i18n, InspectModel model, InspectController controller) {
        this.i18n = i18n;
        this.model = model;
        this.controller = controller;
        setId("inspect-score");
        setMinWidth(200);
        setTooltip(i18n.tooltip("inspect.explain.why"));
        setConverter(new Named<>(this::name));
        setOnAction(e -> {
            if (!filling && getValue() != null) {
                model.score.set(getValue());
            }
        });
        model.result.subscribe(r -> fill());
        model.words.subscribe(w -> fill());
        model.score.subscribe(s -> fill());
        i18n.textsProperty().subscribe(t -> fill());
    }

    private void fill() {
        filling = true;
        List<Score> offered = controller.scores();
        getItems().setAll(offered);
        setValue(controller.score().orElse(null));
        filling = false;
        Ui.show(this, offered.size() > 1);
    }

    private String name(Score score) {
        return switch (score) {
            case Score.Match match -> i18n.get("inspect.explain.match");
            case Score.Similarity similarity -> i18n.get("inspect.explain.similarity");
            case Score.Answer answer -> i18n.get("inspect.explain.answer", answer.name());
            case Score.Next next -> i18n.get("inspect.explain.next", next.word());
            case Score.Word word -> i18n.get("inspect.explain.word",
                    model.result.get().map(r -> r.tokens().tokens().get(word.token()).string()).orElse(""));
        };
    }
}
