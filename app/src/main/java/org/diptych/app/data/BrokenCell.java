package org.diptych.app.data;

import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.BrokenRow;

/// A row that cannot be used: where it stands, and why.
final class BrokenCell extends ListCell<BrokenRow> {
    private final I18n i18n;
    private final Label at = Ui.styled(new Label(), "muted", "small");
    private final Label why = Ui.wrapped(new Label());
    private final HBox line = Ui.row(12, at, why);

    BrokenCell(I18n i18n) {
        this.i18n = i18n;
        at.setMinWidth(88);
        why.setMinWidth(0);
        HBox.setHgrow(why, Priority.ALWAYS);
        setPrefWidth(0); // as wide as the list, whatever the text asks for
    }

    @Override
    protected void updateItem(BrokenRow row, boolean empty) {
        super.updateItem(row, empty);
        setGraphic(empty || row == null ? null : line);
        if (!empty && row != null) {
            at.setText(i18n.get("sets.at", row.row()));
            why.setText(i18n.get(row.why().key(), row.why().args().toArray()));
        }
    }
}
