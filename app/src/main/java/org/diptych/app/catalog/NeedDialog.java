package org.diptych.app.catalog;

import javafx.scene.control.Button;
import javafx.scene.control.ButtonBar;
import javafx.scene.control.ButtonType;
import javafx.scene.control.Dialog;
import javafx.scene.control.Label;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.Bytes;
import org.diptych.engine.api.MemoryNeed;

/// Says what a large checkpoint will take of memory before anything of it is read, and asks whether to open it.
final class NeedDialog extends Dialog<Boolean> {
    private static final double WIDTH = 440;

    NeedDialog(AppContext context, MemoryNeed need) {
        I18n i18n = context.i18n();
        initOwner(context.window().get());
        setTitle(i18n.get("catalog.need.title"));
        ButtonType open = new ButtonType(i18n.get("catalog.need.open"), ButtonBar.ButtonData.OK_DONE);
        ButtonType back = new ButtonType(i18n.get("catalog.need.back"), ButtonBar.ButtonData.CANCEL_CLOSE);
        getDialogPane().getButtonTypes().setAll(open, back);
        ((Button) getDialogPane().lookupButton(open)).setDefaultButton(!need.tooLarge());
        ((Button) getDialogPane().lookupButton(back)).setDefaultButton(need.tooLarge());
        Label what = Ui.wrapped(new Label(i18n.get(need.machine() > 0 ? "catalog.need" : "catalog.need.alone",
                Bytes.size(need.memory()), Bytes.size(need.machine()), Bytes.size(need.file()))));
        what.setId("need-says");
        VBox all = new VBox(8, what);
        if (need.tooLarge()) {
            all.getChildren().add(Ui.styled(Ui.wrapped(i18n.label("catalog.need.large")), "muted", "small"));
        }
        all.setPrefWidth(WIDTH);
        getDialogPane().setContent(all);
        setResultConverter(button -> button == open);
    }
}
