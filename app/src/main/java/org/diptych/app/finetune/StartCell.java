package org.diptych.app.finetune;

import java.util.function.Function;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;

/// A model in the list of what can be taught; one that cannot be says why under its name.
final class StartCell extends ListCell<Start> {
    private final I18n i18n;
    private final Function<Start, String> name;

    StartCell(I18n i18n, Function<Start, String> name) {
        this.i18n = i18n;
        this.name = name;
    }

    @Override
    protected void updateItem(Start item, boolean empty) {
        super.updateItem(item, empty);
        setText(null);
        setGraphic(null);
        setDisable(false);
        if (!empty && item != null) {
            Label title = new Label(name.apply(item));
            VBox lines = new VBox(title);
            item.why().ifPresent(why -> {
                title.getStyleClass().add("muted");
                lines.getChildren().add(Ui.styled(new Label(i18n.get(why)), "muted", "small"));
            });
            setDisable(item.why().isPresent());
            setGraphic(lines);
        }
    }
}
