package org.diptych.app.finetune;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import javafx.geometry.VPos;
import javafx.scene.control.Label;
import javafx.scene.layout.ColumnConstraints;
import javafx.scene.layout.GridPane;
import org.diptych.app.finetune.BeforeAfter.Kind;
import org.diptych.app.finetune.BeforeAfter.Side;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.InspectResult;

/// What both models say as numbers and words, a row each, with what has changed.
final class BeforeAfterTable extends GridPane {
    private static final int[] WIDTHS = {22, 32, 32, 14};
    private static final String NONE = "\u2013";
    private static final String WAITS = "\u2026";

    private final I18n i18n;
    private final BeforeAfter asking;
    private int row;

    BeforeAfterTable(I18n i18n, BeforeAfter asking) {
        super(12, 6);
        this.i18n = i18n;
        this.asking = asking;
        setId("sides-table");
        for (int width : WIDTHS) {
            ColumnConstraints column = new ColumnConstraints();
            column.setPercentWidth(width);
            getColumnConstraints().add(column);
        }
    }

    void show() {
        Findings was = asking.found(Side.BEFORE).get();
        Findings is = asking.found(Side.AFTER).get();
        getChildren().clear();
        row = 0;
        add("", i18n.get("finetune.sides.column.before"), i18n.get("finetune.sides.column.after"),
                i18n.get("finetune.sides.column.change"), "muted", "");
        Map<String, Double> scores = is.look().or(was::look).map(InspectResult::scores).orElse(Map.of());
        for (String score : scores.keySet()) {
            number(i18n.named("finetune.sides.score.", score), score, score(was, score), score(is, score));
        }
        if (asking.model().talk().mask().isPresent()) {
            text(i18n.get("finetune.sides.gap", asking.chosen().isEmpty() ? WAITS : asking.chosen()), "gap", Kind.GAP,
                    Findings::gap);
        }
        if (asking.answers()) {
            text(i18n.get("finetune.sides.answer"), "answer", Kind.ANSWER, Findings::answer);
        }
        if (is.look().or(was::look).filter(l -> !l.next().isEmpty()).isPresent()) {
            text(i18n.get("finetune.sides.next"), "next", Kind.LOOK,
                    f -> f.look().map(l -> BeforeAfter.said(l.next())));
        }
        if (asking.model().talk().alone()) {
            text(i18n.get("finetune.sides.caption"), "caption", Kind.CAPTION, Findings::caption);
        }
    }

    private static Optional<Double> score(Findings of, String name) {
        return of.look().map(l -> l.scores().get(name));
    }

    private void number(String what, String id, Optional<Double> was, Optional<Double> is) {
        add(what, was.map(BeforeAfterTable::figure).orElse(WAITS), is.map(BeforeAfterTable::figure).orElse(WAITS),
                was.isPresent() && is.isPresent()
                        ? String.format(Locale.ROOT, "%+.3f", is.get() - was.get())
                        : "",
                "strong", id);
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private void text(String what, String id, Kind kind, Function<Findings, Optional<String>> of) {
        List<String> said = List.of(Side.BEFORE, Side.AFTER).stream()
                .map(side -> of.apply(asking.found(side).get()).filter(t -> !t.isBlank())
                        .orElse(asking.waits(kind, side) ? WAITS : NONE))
                .toList();
        boolean both = !said.contains(WAITS) && !said.contains(NONE);
        add(what, said.getFirst(), said.getLast(),
                both
                        ? i18n.get(
                                said.getFirst().equals(said.getLast()) ? "finetune.sides.same" : "finetune.sides.other")
                        : "",
                "strong", id);
    }

    private void add(String what, String was, String is, String change, String style, String id) {
        Label[] cells = {cell(what, "muted"), cell(was, style), cell(is, style), cell(change, "muted")};
        if (!id.isEmpty()) {
            cells[1].setId("sides-" + id + "-before");
            cells[2].setId("sides-" + id + "-after");
        }
        addRow(row++, cells);
    }

    private static Label cell(String text, String style) {
        Label cell = Ui.styled(Ui.wrapped(new Label(text)), "small", style);
        GridPane.setValignment(cell, VPos.TOP);
        return cell;
    }
}
