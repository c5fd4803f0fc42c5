package org.diptych.app.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.util.Duration;
import org.diptych.app.canvas.ImageCanvas;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.Picture;

/// The chosen row: its picture, its texts to be changed, and where all that stands.
final class RowPane extends VBox {
    private static final double TEXT = 84;
    private static final double HEAD = 36;

    /// @param sheet that the row is of
    private record Shown(Sheet sheet, int number) {
        DataRow row() {
            return sheet.now().row(number);
        }
    }

    private final I18n i18n;
    private final DataModel model;
    private final DataController controller;
    private final ImageCanvas picture = new ImageCanvas();
    private final RowBoxes boxes;
    private final TextEdit caption;
    private final TurnsPane turns;
    private final Button revert;
    private final Label title = Ui.styled(new Label(), "strong");
    private final Label facts = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final LatestTask<Shown, Picture> look;
    private Optional<Shown> shown = Optional.empty();

    RowPane(AppContext context, DataModel model, DataController controller) {
        super(12);
        this.i18n = context.i18n();
        this.model = model;
        this.controller = controller;
        boxes = new RowBoxes(context, picture);
        look = new LatestTask<>(Duration.millis(60), s -> context.engine().sets().picture(s.sheet.set(), s.row()),
                this::picture, error -> {
                    picture.pictureProperty().set(Optional.empty());
                    context.notices().error(error);
                });
        caption = new TextEdit(i18n, "data-caption", "sets.caption", TEXT,
                text -> here().ifPresent(s -> controller.edit(s.number, s.row().saying(text))));
        turns = new TurnsPane(i18n, (place, turn) -> here().ifPresent(s -> {
            List<Conversation.Turn> others = new ArrayList<>(s.row().turns());
            others.set(place, turn);
            controller.edit(s.number, s.row().telling(others));
        }));
        revert = Ui.button(i18n, "sets.revert", this::revert);
        revert.setId("data-revert");
        HBox head = Ui.row(8, title, Ui.spring(), revert);
        head.setMinHeight(HEAD); // as high without its button
        turns.setPrefHeight(4 * TEXT);
        turns.setMinHeight(2 * TEXT);
        picture.setId("data-picture");
        picture.setPrefHeight(320);
        picture.setMinHeight(120);
        VBox.setVgrow(picture, Priority.ALWAYS);
        getChildren().addAll(picture, boxes, new VBox(6, head, caption, turns,
                Ui.styled(Ui.wrapped(i18n.label("sets.keys")), "muted", "small")), facts);
        model.reading.subscribe(r -> take());
        model.selected.subscribe(now -> {
            take();
            shown = model.sheet.get().flatMap(s -> now.map(n -> new Shown(s, n)));
            boxes.begin(shown.map(Shown::row));
            shown.ifPresent(look::ask);
            reset();
        });
        i18n.textsProperty().subscribe(t -> show());
    }

    private void picture(Picture read) {
        picture.pictureProperty().set(Optional.of(read));
        boxes.picture(read);
    }

    /// Shows the row as it is, without what was typed.
    private void reset() {
        caption.reset(shown.map(s -> s.row().caption()).orElse(""));
        turns.reset(shown.map(s -> s.row().turns()).orElse(List.of()));
        show();
    }

    /// Shows the row again, after something was changed. What is being typed stays.
    void show() {
        Ui.show(this, here().isPresent());
        here().ifPresent(s -> {
            DataRow now = s.row();
            caption.show(now.caption());
            turns.show(now.turns());
            Ui.show(caption, now.captioned());
            Ui.show(turns, !now.captioned());
            title.setText(i18n.get(now.captioned() ? "sets.caption" : now.asks() ? "sets.questions" : "sets.talk"));
            Ui.show(revert, s.sheet.now().edited(s.number));
            String part = RowCell.part(i18n, now);
            facts.setText(s.sheet.set().drawn()
                    .map(d -> i18n.get("sets.where.drawn", now.at(), part, d.seed() + now.at() - 1))
                    .orElseGet(() -> i18n.get("sets.where", now.at(), part, now.picture()))
                    + (now.right() ? "" : "\n" + i18n.get("sets.wrong")));
        });
    }

    /// @return the row, while the sheet that it is of is the open one
    private Optional<Shown> here() {
        return shown.filter(s -> model.sheet.get().filter(open -> open == s.sheet).isPresent());
    }

    /// Keeps what was typed.
    void take() {
        here().ifPresent(s -> {
            if (s.row().captioned()) {
                caption.take();
            } else {
                turns.take();
            }
        });
    }

    private void revert() {
        here().ifPresent(s -> {
            reset();
            controller.edit(s.number, s.sheet.set().rows().get(s.number));
        });
    }
}
