package org.diptych.app.catalog;

import javafx.scene.Node;
import javafx.scene.control.Dialog;
import javafx.scene.control.Label;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.DialogFrame;
import org.diptych.engine.api.Bytes;
import org.diptych.engine.api.MemoryNeed;

/// Says what a large checkpoint will take of memory before anything of it is read, and asks whether to open it.
final class NeedDialog extends Dialog<Boolean> {
    private static final double WIDTH = 440;

    NeedDialog(AppContext context, MemoryNeed need) {
        I18n i18n = context.i18n();
        DialogFrame frame = new DialogFrame(context, this, "catalog.need.title", "catalog.need.open",
                "catalog.need.back");
        frame.usual(!need.tooLarge());
        Label what = Ui.wrapped(i18n.label(need.machine() > 0 ? "catalog.need" : "catalog.need.alone",
                Bytes.size(need.memory()), Bytes.size(need.machine()), Bytes.size(need.file())));
        what.setId("need-says");
        Node large = Ui.styled(Ui.wrapped(i18n.label("catalog.need.large")), "muted", "small");
        Ui.show(large, need.tooLarge());
        frame.fill(WIDTH, what, large);
        setResultConverter(frame::acts);
    }
}
