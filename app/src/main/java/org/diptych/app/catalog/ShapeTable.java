package org.diptych.app.catalog;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javafx.geometry.HPos;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.AssemblyPreview.Check;
import org.diptych.engine.api.Message;

/// Where the parts of a LLaVA meet: both values, and in a sign and a word whether they agree.
final class ShapeTable extends GridPane {
    private static final int[] PERCENT = {28, 27, 26, 19};

    private final I18n i18n;

    ShapeTable(I18n i18n) {
        this.i18n = i18n;
        setId("assemble-table");
        setHgap(12);
        setVgap(4);
        for (int percent : PERCENT) {
            ColumnConstraints column = new ColumnConstraints();
            column.setPercentWidth(percent);
            getColumnConstraints().add(column);
        }
        getColumnConstraints().getLast().setHalignment(HPos.RIGHT);
    }

    void show(List<Check> checks) {
        getChildren().clear();
        for (Check check : checks) {
            Label name = Ui.wrapped(i18n.label(check.name().key(), check.name().args().toArray()));
            addRow(getRowCount(), Ui.styled(name, "strong", "small"), value(check.left()), value(check.right()),
                    verdict(check));
        }
    }

    private Label value(Optional<Message> value) {
        Label label = Ui.styled(Ui.wrapped(new Label("–")), "small");
        value.ifPresent(v -> i18n.label(label, v.key(), v.args().toArray()));
        return label;
    }

    private Label verdict(Check check) {
        String word = check.verdict().name().toLowerCase(Locale.ROOT);
        Label badge = Ui.styled(i18n.label("catalog.assemble.verdict." + word), "badge", switch (check.verdict()) {
            case AGREES -> "good";
            case WARNS -> "warn";
            case DIFFERS -> "bad";
            case OPEN -> "plain";
        });
        badge.setMinWidth(USE_PREF_SIZE);
        return badge;
    }
}
