package org.diptych.app.data;

import java.nio.file.Path;
import java.util.Optional;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.ScrollPane;
import javafx.scene.control.TextArea;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
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

/// The chosen row: its picture, its caption to be changed or its turns to be read, and where all that stands.
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
    private final TextArea caption = new TextArea();
    private final Button revert;
    private final Label refused;
    private final VBox turns = new VBox(8);
    private final ScrollPane talk = new ScrollPane(turns);
    private final VBox editor;
    private final Label facts = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
    private final LatestTask<Path, Picture> look;
    private Optional<Shown> shown = Optional.empty();
    /// The caption that the text began with.
    private String loaded = "";

    RowPane(AppContext context, DataModel model, DataController controller) {
        super(12);
        this.i18n = context.i18n();
        this.model = model;
        this.controller = controller;
        boxes = new RowBoxes(context, picture);
        look = new LatestTask<>(Duration.millis(60), context.engine()::readPicture,
                this::picture, error -> {
                    picture.pictureProperty().set(Optional.empty());
                    context.notices().error(error);
                });
        caption.setId("data-caption");
        caption.setWrapText(true);
        caption.setPrefHeight(TEXT);
        caption.setMinHeight(TEXT);
        caption.accessibleTextProperty().bind(i18n.text("sets.caption"));
        caption.focusedProperty().subscribe(focused -> {
            if (!focused) {
                take();
            }
        });
        caption.addEventFilter(KeyEvent.KEY_PRESSED, this::key);
        revert = Ui.button(i18n, "sets.revert", this::revert);
        revert.setId("data-revert");
        refused = Ui.styled(Ui.wrapped(i18n.label("sets.refused")), "badge", "bad");
        Label keys = Ui.styled(Ui.wrapped(i18n.label("sets.keys")), "muted", "small");
        HBox head = Ui.row(8, Ui.styled(i18n.label("sets.caption"), "strong"), Ui.spring(), revert);
        head.setMinHeight(HEAD); // as high without its button
        editor = new VBox(6, head, caption,
                refused, keys);
        talk.setFitToWidth(true);
        talk.setPrefHeight(2 * TEXT);
        talk.setMinHeight(TEXT);
        picture.setPrefHeight(320);
        picture.setMinHeight(120);
        VBox.setVgrow(picture, Priority.ALWAYS);
        getChildren().addAll(picture, boxes, editor, talk, facts);
        model.reading.subscribe(r -> take());
        model.selected.subscribe(now -> {
            take();
            shown = model.sheet.get().flatMap(s -> now.map(n -> new Shown(s, n)));
            boxes.begin(shown.map(Shown::row));
            shown.ifPresent(s -> look.ask(s.row().picture()));
            reset();
        });
        i18n.textsProperty().subscribe(t -> show());
    }

    private void picture(Picture read) {
        picture.pictureProperty().set(Optional.of(read));
        boxes.picture(read);
    }

    /// A caption is a line as a rule: Enter ends it, and Shift+Enter breaks it.
    private void key(KeyEvent event) {
        if (event.getCode() == KeyCode.ENTER && !event.isShiftDown()) {
            take();
            event.consume();
        } else if (event.getCode() == KeyCode.ENTER) {
            caption.replaceSelection("\n");
            event.consume();
        } else if (event.getCode() == KeyCode.ESCAPE) {
            reset();
            event.consume();
        }
    }

    /// Shows the row as it is, without what was typed.
    private void reset() {
        loaded = shown.map(s -> s.row().caption()).orElse("");
        caption.setText(loaded);
        show();
    }

    /// Shows the row again, after something was changed. What is being typed stays.
    void show() {
        Ui.show(this, here().isPresent());
        here().ifPresent(s -> {
            DataRow now = s.row();
            if (!now.caption().equals(loaded)) {
                loaded = now.caption();
                int caret = caption.getCaretPosition();
                caption.setText(loaded);
                caption.positionCaret(Math.min(caret, loaded.length()));
            }
            Ui.show(refused, false);
            Ui.show(editor, now.captioned());
            Ui.show(talk, !now.captioned());
            Ui.show(revert, s.sheet.now().edited(s.number));
            turns(now);
            facts.setText(i18n.get("sets.where", now.at(), RowCell.part(i18n, now), now.picture())
                    + (now.right() ? "" : "\n" + i18n.get("sets.wrong")));
        });
    }

    private void turns(DataRow now) {
        turns.getChildren().clear();
        for (Conversation.Turn turn : now.turns()) {
            turns.getChildren().add(new VBox(2, Ui.styled(Ui.wrapped(new Label(turn.question())), "strong"),
                    Ui.wrapped(new Label(turn.answer()))));
        }
    }

    /// @return the row, while the sheet that it is of is the open one
    private Optional<Shown> here() {
        return shown.filter(s -> model.sheet.get().filter(open -> open == s.sheet).isPresent());
    }

    /// Keeps what was typed.
    void take() {
        here().filter(s -> s.row().captioned()).ifPresent(s -> {
            if (!caption.getText().equals(loaded)) {
                Ui.show(refused, !controller.edit(s.number, caption.getText()));
            }
        });
    }

    private void revert() {
        here().ifPresent(s -> {
            reset();
            controller.edit(s.number, s.sheet.set().rows().get(s.number).caption());
        });
    }
}
