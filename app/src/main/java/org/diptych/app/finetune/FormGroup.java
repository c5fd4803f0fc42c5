package org.diptych.app.finetune;

import java.util.Map;
import javafx.scene.Node;
import javafx.scene.control.TitledPane;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;

/// Settings under one name, folded away or not; which is remembered.
final class FormGroup extends TitledPane {
    private static final String OPEN = "open";
    private static final String CLOSED = "closed";

    /// @param name short, as in `finetune.group.NAME`
    FormGroup(AppContext context, String name, Node... rows) {
        String remembered = "teach.group." + name;
        VBox content = new VBox(8, rows);
        setContent(content);
        setId("finetune-group-" + name);
        setAnimated(false);
        setMinWidth(0); // its name never makes the form wider than its column
        setExpanded(context.settings().get().choices().getOrDefault(remembered, CLOSED).equals(OPEN));
        expandedProperty().subscribe((old, now) -> context.settings()
                .update(v -> v.withChoices(Map.of(remembered, now ? OPEN : CLOSED))));
        textProperty().bind(context.i18n().text("finetune.group." + name));
        Ui.styled(this, "form-group");
    }
}
