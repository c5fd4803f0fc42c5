package org.diptych.app.data;

import java.util.Locale;
import java.util.Optional;
import javafx.geometry.Pos;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.Tooltip;
import javafx.scene.image.ImageView;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.Thumbs;
import org.diptych.engine.Engine;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.DataRow;

/// A row of the set: its picture, small, and what is said of it.
final class RowCell extends ListCell<Integer> {
    static final double HEIGHT = 84;
    static final double SIDE = 68;

    private final I18n i18n;
    private final DataModel model;
    private final Engine engine;
    private final Thumbs thumbs;
    private final ImageView picture = new ImageView();
    private final Label text = Ui.styled(new Label(), "elides");
    private final Label facts = Ui.styled(new Label(), "muted", "small", "elides");
    private final Label edited;
    private final HBox line;

    RowCell(I18n i18n, DataModel model, Engine engine, Thumbs thumbs) {
        this.i18n = i18n;
        this.model = model;
        this.engine = engine;
        this.thumbs = thumbs;
        picture.setFitWidth(SIDE);
        picture.setFitHeight(SIDE);
        picture.setPreserveRatio(true);
        StackPane frame = Ui.styled(new StackPane(picture), "set-picture");
        frame.setMinSize(SIDE, SIDE);
        frame.setMaxSize(SIDE, SIDE);
        whole(text);
        whole(facts);
        text.setWrapText(true);
        text.setMinHeight(0);
        text.setMaxHeight(44);
        facts.setMinWidth(0);
        HBox.setHgrow(facts, Priority.ALWAYS);
        edited = Ui.styled(i18n.label("sets.edited"), "badge", "note");
        edited.setMinWidth(USE_PREF_SIZE);
        VBox said = new VBox(4, text, Ui.row(8, edited, facts));
        said.setAlignment(Pos.CENTER_LEFT);
        said.setMinWidth(0);
        HBox.setHgrow(said, Priority.ALWAYS);
        line = Ui.row(12, frame, said);
        setPrefWidth(0); // as wide as the list, whatever the text asks for
    }

    /// What is shortened says all of itself on hover.
    static void whole(Label label) {
        Tooltip tooltip = new Tooltip();
        tooltip.setMaxWidth(480);
        tooltip.setWrapText(true);
        tooltip.textProperty().bind(label.textProperty());
        label.setTooltip(tooltip);
    }

    @Override
    protected void updateItem(Integer number, boolean empty) {
        super.updateItem(number, empty);
        Optional<Sheet.Now> sheet = model.sheet.get().map(Sheet::now);
        if (empty || number == null || sheet.isEmpty() || number >= sheet.get().set().rows().size()) {
            setGraphic(null);
            return;
        }
        DataRow row = sheet.get().row(number);
        text.setText(said(i18n, row));
        facts.setText(part(i18n, row) + " · " + row.picture().getFileName());
        Ui.show(edited, sheet.get().edited(number));
        picture.setImage(null);
        thumbs.ask(row.picture(), () -> engine.sets().picture(sheet.get().set(), row), image -> {
            boolean same = number.equals(getItem()) && model.sheet.get().map(Sheet::now)
                    .filter(s -> s.set() == sheet.get().set()).isPresent();
            if (same) {
                picture.setImage(image);
            }
        });
        setGraphic(line);
    }

    static String part(I18n i18n, DataRow row) {
        return i18n.get("sets.filter." + row.part().name().toLowerCase(Locale.ROOT));
    }

    /// @return the row in a line or two
    private static String said(I18n i18n, DataRow row) {
        if (row.captioned()) {
            return row.caption();
        }
        Conversation.Turn first = row.turns().getFirst();
        String turn = i18n.get("sets.turn", first.question(), first.answer());
        return row.turns().size() == 1 ? turn : turn + "  " + i18n.get("sets.turns", row.turns().size() - 1);
    }
}
