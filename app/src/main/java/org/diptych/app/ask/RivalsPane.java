package org.diptych.app.ask;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.Tooltip;
import javafx.scene.layout.GridPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.Region;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.ask.AskModel.Place;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.GenerateResult.Alternative;
import org.diptych.engine.api.GenerateResult.Word;

/// The words that might have stood in the place of the chosen one, with their probabilities.
final class RivalsPane extends VBox {
    private final I18n i18n;
    private final Label title = Ui.wrapped(Ui.styled(new Label(), "strong"));
    private final GridPane rows = new GridPane(8, 6);

    RivalsPane(I18n i18n, AskModel model) {
        super(8);
        this.i18n = i18n;
        rows.setId("ask-rivals");
        ColumnConstraints name = new ColumnConstraints(48, Region.USE_COMPUTED_SIZE, 140);
        ColumnConstraints bar = new ColumnConstraints();
        bar.setHgrow(Priority.ALWAYS);
        rows.getColumnConstraints().addAll(name, bar);
        getChildren().addAll(title, rows);
        model.place.subscribe(this::show);
        i18n.textsProperty().subscribe(t -> show(model.place.get()));
    }

    private void show(Optional<Place> place) {
        rows.getChildren().clear();
        Optional<Place> word = place.filter(p -> p.word() < p.turn().words.size());
        title.setText(word.map(p -> i18n.get("ask.rivals", p.word() + 1, Turn.shown(p.turn().words, p.word())))
                .orElse(i18n.get("ask.rivals.none")));
        title.getStyleClass().setAll("label", word.isPresent() ? "strong" : "hint");
        word.ifPresent(p -> fill(p.turn().words.get(p.word())));
    }

    private void fill(Word chosen) {
        List<Alternative> all = chosen.alternatives();
        for (int i = 0; i < all.size(); i++) {
            add(i, all.get(i), all.get(i).id() == chosen.id());
        }
        if (all.stream().noneMatch(a -> a.id() == chosen.id())) {
            add(all.size(), new Alternative(chosen.id(), chosen.string(), chosen.probability()), true);
        }
    }

    private void add(int row, Alternative word, boolean chosen) {
        Label name = Ui.styled(new Label(word.string()), chosen ? "strong" : "muted", "elides");
        name.setTooltip(new Tooltip(word.string()));
        StackPane bar = bar(word.probability(), chosen);
        Label share = Ui.styled(new Label(percent(word.probability())), "small");
        share.setMinWidth(Region.USE_PREF_SIZE);
        HBox value = new HBox(share);
        value.setAlignment(Pos.CENTER_RIGHT);
        rows.addRow(row, name, bar, value);
    }

    /// A bar of a probability, as long as its share of the room there is.
    static StackPane bar(double share, boolean chosen) {
        Region fill = Ui.styled(new Region(), chosen ? "rival-bar-chosen" : "rival-bar");
        StackPane track = Ui.styled(new StackPane(fill), "rival-track");
        track.setAlignment(Pos.CENTER_LEFT);
        track.setMinWidth(24);
        fill.setMinHeight(8);
        fill.maxWidthProperty().bind(track.widthProperty().multiply(share));
        fill.minWidthProperty().bind(track.widthProperty().multiply(share));
        return track;
    }

    static String percent(double share) {
        double percent = 100 * share;
        return String.format(Locale.ROOT, percent >= 10 ? "%.0f %%" : percent >= 0.1 ? "%.1f %%" : "%.2f %%", percent);
    }
}
