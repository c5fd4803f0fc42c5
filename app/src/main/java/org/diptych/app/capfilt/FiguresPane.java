package org.diptych.app.capfilt;

import java.util.ArrayList;
import java.util.List;
import javafx.beans.Observable;
import javafx.scene.control.Label;
import javafx.scene.layout.FlowPane;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;

/// What became of the texts, in four plain figures, and below what is known beside them.
final class FiguresPane extends VBox {
    private final I18n i18n;
    private final CapFiltModel model;
    private final List<Label> figures = new ArrayList<>();
    private final Label more = Ui.styled(Ui.wrapped(new Label()), "small", "muted");

    FiguresPane(I18n i18n, CapFiltModel model) {
        super(6);
        this.i18n = i18n;
        this.model = model;
        FlowPane row = new FlowPane(28, 6);
        for (String name : List.of("web-kept", "web-dropped", "synthetic-kept", "synthetic-dropped")) {
            Label figure = Ui.styled(new Label(), "title");
            figure.setId("capfilt-" + name);
            figures.add(figure);
            row.getChildren().add(
                    new VBox(figure, Ui.styled(i18n.label("capfilt.figure." + name), "small", "muted")));
        }
        more.setId("capfilt-more");
        getChildren().addAll(row, more);
        for (Observable each : new Observable[]{model.rows, model.going, i18n.textsProperty()}) {
            each.addListener(o -> show());
        }
        show();
    }

    private void show() {
        Counts c = Counts.of(model.rows.get());
        int[] values = {c.webKept(), c.webDropped(), c.syntheticKept(), c.syntheticDropped()};
        for (int i = 0; i < values.length; i++) {
            figures.get(i).setText(String.format(i18n.locale(), "%,d", values[i]));
        }
        List<String> said = new ArrayList<>();
        if (c.wrong() > 0) {
            said.add(i18n.get("capfilt.truth", c.wrong(), c.caught(), c.letBy()));
        }
        if (c.overruled() > 0) {
            said.add(i18n.get("capfilt.overruled.count", c.overruled()));
        }
        model.board.get().ifPresent(b -> {
            int unread = b.work().images().size() - model.rows.get().size();
            if (unread > 0 && model.going.get().isEmpty()) {
                said.add(i18n.get(b.work().complete() ? "capfilt.unreadable" : "capfilt.partial", unread,
                        b.work().images().size()));
            }
        });
        more.setText(String.join("  ", said));
        Ui.show(more, !said.isEmpty());
    }
}
