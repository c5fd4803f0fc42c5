package org.diptych.app.pairs;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.image.ImageView;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.geometry.Pos;
import org.diptych.app.canvas.Pixels;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.StepPairs;

/// A pair of a step: small picture, caption, what is known of it, and its value.
final class PairCell extends ListCell<StepPairs.Pair> {
    private static final double THUMB = 44;

    private final I18n i18n;
    private final Supplier<List<Integer>> requeued;
    private final ImageView picture = new ImageView();
    private final Label caption = Ui.styled(new Label(), "small");
    private final Label value = Ui.styled(new Label(), "small", "strong");
    private final FlowPane known = new FlowPane(4, 2);
    private final HBox row;

    /// @param requeued numbers of the pairs that a person put into the step
    PairCell(I18n i18n, Supplier<List<Integer>> requeued) {
        this.i18n = i18n;
        this.requeued = requeued;
        picture.setFitWidth(THUMB);
        picture.setFitHeight(THUMB);
        picture.setPreserveRatio(true);
        caption.setWrapText(true);
        caption.setMinWidth(0);
        value.setMinWidth(USE_PREF_SIZE);
        VBox words = new VBox(2, caption, known);
        words.setAlignment(Pos.CENTER_LEFT);
        words.setMinWidth(0);
        HBox.setHgrow(words, Priority.ALWAYS);
        row = Ui.row(8, picture, words, value);
        row.setPrefWidth(0); // the list's width, so that captions wrap
    }

    @Override
    protected void updateItem(StepPairs.Pair pair, boolean empty) {
        super.updateItem(pair, empty);
        setText(null);
        setGraphic(empty || pair == null ? null : row);
        if (empty || pair == null) {
            return;
        }
        picture.setImage(Pixels.image(pair.picture()));
        caption.setText(pair.present());
        value.setText(pair.value().isPresent()
                ? String.format(Locale.ROOT, "%.2f", pair.value().getAsDouble())
                : i18n.get("batch.value.none"));
        known.getChildren().clear();
        if (pair.corrected()) {
            badge("batch.corrected", "good");
        } else if (!pair.right()) {
            badge("batch.wrong", "warn");
        }
        if (requeued.get().contains(pair.index())) {
            badge("batch.requeued", "note");
        }
        Ui.show(known, !known.getChildren().isEmpty());
        setAccessibleText(value.getText() + " " + caption.getText());
    }

    private void badge(String key, String look) {
        known.getChildren().add(Ui.styled(new Label(i18n.get(key)), "badge", "slim", look));
    }
}
