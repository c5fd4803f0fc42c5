package org.diptych.app.finetune;

import java.util.ArrayList;
import java.util.List;
import javafx.scene.control.ButtonBar;
import javafx.scene.control.ButtonType;
import javafx.scene.control.CheckBox;
import javafx.scene.control.Dialog;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.image.ImageView;
import javafx.scene.layout.TilePane;
import javafx.scene.layout.VBox;
import org.diptych.app.canvas.Pixels;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Moments;

/// The pairs of the probe set, to be pinned or let go.
final class PinDialog extends Dialog<List<Integer>> {
    private static final double THUMB = 88;
    private static final double CARD = 156;
    private static final int COLUMNS = 4;

    PinDialog(AppContext context, List<Moments.Pair> pairs, List<Integer> pinned) {
        I18n i18n = context.i18n();
        initOwner(context.window().get());
        setTitle(i18n.get("finetune.pins.title"));
        ButtonType take = new ButtonType(i18n.get("finetune.pins.take"), ButtonBar.ButtonData.OK_DONE);
        getDialogPane().getButtonTypes().setAll(take,
                new ButtonType(i18n.get("shell.cancel"), ButtonBar.ButtonData.CANCEL_CLOSE));
        List<CheckBox> boxes = new ArrayList<>();
        TilePane cards = new TilePane(12, 12);
        cards.setPrefColumns(COLUMNS);
        for (Moments.Pair pair : pairs) {
            CheckBox box = new CheckBox(i18n.get("moments.pair", pair.number() + 1));
            box.setId("pin-" + (pair.number() + 1));
            box.setSelected(pinned.contains(pair.number()));
            boxes.add(box);
            ImageView picture = new ImageView(Pixels.image(pair.picture(), 0));
            picture.setFitWidth(THUMB);
            picture.setFitHeight(THUMB);
            picture.setPreserveRatio(true);
            picture.setOnMouseClicked(e -> box.fire());
            Label caption = Ui.styled(Ui.wrapped(new Label(pair.caption())), "small");
            caption.setMaxWidth(CARD);
            VBox card = new VBox(4, box, picture, caption);
            card.setPrefWidth(CARD);
            cards.getChildren().add(card);
        }
        Label note = Ui.styled(Ui.wrapped(new Label(i18n.get("finetune.pins.most", FineTunePlan.Watch.MOST_PAIRS))),
                "muted", "small");
        Runnable count = () -> boxes.forEach(b -> b.setDisable(!b.isSelected()
                && boxes.stream().filter(CheckBox::isSelected).count() >= FineTunePlan.Watch.MOST_PAIRS));
        boxes.forEach(b -> b.selectedProperty().subscribe(on -> count.run()));
        ScrollPane scroll = new ScrollPane(cards);
        scroll.setFitToWidth(true);
        scroll.setPrefViewportHeight(420);
        scroll.setPrefViewportWidth(COLUMNS * (CARD + 12) + 12);
        getDialogPane().setContent(new VBox(12, note, scroll));
        setResultConverter(button -> button == take
                ? pairs.stream().map(Moments.Pair::number).filter(n -> boxes.get(n).isSelected()).toList()
                : null);
    }
}
