package org.diptych.app.catalog;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Bytes;
import org.diptych.engine.api.LoadReport;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Message;

/// How a checkpoint was read, for a person: one sentence, then what was left out and why.
final class ReportPane extends VBox {
    private static final int MOST = 10;

    private final I18n i18n;

    /// @param look  goes to the model
    /// @param close takes the report away
    ReportPane(I18n i18n, LoadedModel model, Runnable look, Runnable close) {
        super(12);
        this.i18n = i18n;
        getStyleClass().addAll("panel", "report");
        setId("load-report");
        LoadReport report = model.report();
        Label title = Ui.styled(new Label(model.title()), "heading");
        Label badge = Ui.styled(i18n.label(report.complete() ? "catalog.report.whole" : "catalog.report.partly"),
                "badge",
                report.complete() ? "good" : "warn");
        HBox head = Ui.row(12, title, badge, Ui.spring(), Ui.primary(i18n, "catalog.report.look", look),
                Ui.iconButton(i18n, "mdi2c-close", "shell.close", close));
        Label sentence = Ui
                .wrapped(i18n.label("catalog.report.sentence", report.layout(), report.form(), report.loaded(),
                        String.format(Locale.ROOT, "%.1f", report.parameters() / 1e6), Bytes.size(report.bytes())));
        getChildren().addAll(head, sentence, Ui.styled(Ui.wrapped(new Label(model.origin())), "muted"));
        if (report.mapped()) {
            getChildren().add(Ui.styled(Ui.wrapped(i18n.label("catalog.report.mapped")), "muted"));
        }
        if (!report.path().isEmpty()) {
            add("catalog.report.path", List.of(String.join(" → ", report.path())));
        }
        add("catalog.report.lacking", model.lacking().stream()
                .map(c -> i18n.get("catalog.capability." + c.name().toLowerCase(Locale.ROOT))).toList());
        dropped(report.dropped());
        add("catalog.report.missing", report.missing());
        add("catalog.report.unexpected", report.unexpected());
        add("catalog.report.misshapen",
                report.misshapen().entrySet().stream().map(e -> e.getKey() + ": " + e.getValue()).toList());
        add("catalog.report.inert", report.inert());
    }

    /// Tensors left out for the same reason stand together.
    private void dropped(Map<String, Message> dropped) {
        Map<Message, List<String>> byReason = dropped.entrySet().stream().collect(Collectors.groupingBy(
                Map.Entry::getValue, LinkedHashMap::new, Collectors.mapping(Map.Entry::getKey, Collectors.toList())));
        byReason.forEach((why, names) -> add("catalog.report.dropped", why, names));
    }

    private void add(String key, List<String> names) {
        add(key, "", names);
    }

    private void add(String key, Object why, List<String> names) {
        if (names.isEmpty()) {
            return;
        }
        Label head = Ui.styled(Ui.wrapped(i18n.label(key, names.size(), why)), "strong");
        Label body = Ui.styled(Ui.wrapped(new Label(String.join("\n", names.subList(0, Math.min(MOST, names.size()))))),
                "small", "muted");
        Node more = names.size() > MOST
                ? Ui.styled(i18n.label("catalog.report.more", names.size() - MOST), "small", "muted")
                : Ui.column(0);
        getChildren().add(Ui.column(2, head, body, more));
    }
}
