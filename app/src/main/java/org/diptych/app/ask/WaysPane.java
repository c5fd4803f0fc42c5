package org.diptych.app.ask;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.css.PseudoClass;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Label;
import javafx.scene.control.TextArea;
import javafx.scene.control.TextField;
import javafx.scene.control.TextInputControl;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.diptych.app.ask.Ways.Field;
import org.diptych.app.ask.Ways.Way;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Segments;
import org.diptych.app.fx.Ui;

/// How words are chosen. What counts for the chosen way is offered; a number that cannot be used is marked at once, and told when something is asked.
final class WaysPane extends VBox {
    private static final PseudoClass WRONG = PseudoClass.getPseudoClass("danger");
    private static final int SEEDS = 10_000;

    private final I18n i18n;
    private final AskModel model;
    private final ObjectProperty<Way> way = new SimpleObjectProperty<>(Way.LIKELIEST); // kept: the segments hold it weakly

    WaysPane(I18n i18n, AskModel model) {
        super(8);
        this.i18n = i18n;
        this.model = model;
        way.set(model.ways.get().way());
        way.subscribe(w -> model.ways.set(model.ways.get().with(w)));
        Segments<Way> ways = new Segments<>(way);
        ways.setId("ask-ways");
        ways.show(List.of(Way.values()), this::chip);
        getChildren().addAll(Ui.styled(i18n.label("ask.ways"), "strong"), ways);
        for (Field field : Field.values()) {
            getChildren().add(field == Field.STOP ? stops() : number(field));
        }
    }

    private ToggleButton chip(Way item) {
        ToggleButton button = Ui.toggle(i18n, item.key());
        button.setId("ask-way-" + item.name().toLowerCase(Locale.ROOT));
        button.setTooltip(i18n.tooltip(item.key() + ".why"));
        return button;
    }

    private HBox number(Field field) {
        TextField text = new TextField();
        text.setPrefColumnCount(6);
        text.setMaxWidth(96);
        text.setAlignment(Pos.CENTER_RIGHT);
        bind(text, field);
        Label name = i18n.label(field.key());
        name.setMinWidth(Region.USE_PREF_SIZE);
        name.setTooltip(i18n.tooltip(field.key() + ".why"));
        HBox row = Ui.row(8, name, Ui.spring(), text);
        if (field == Field.SEED) {
            Node dice = Ui.iconButton(i18n, "mdi2d-dice-5-outline", "ask.field.seed.other",
                    () -> text.setText(Integer.toString(ThreadLocalRandom.current().nextInt(SEEDS))));
            row.getChildren().add(2, dice);
        }
        model.ways.subscribe(w -> {
            Ui.show(row, field.of(w.way()));
            text.pseudoClassStateChanged(WRONG, w.number(field).isEmpty());
        });
        return row;
    }

    private VBox stops() {
        TextArea text = new TextArea();
        text.setPrefRowCount(2);
        text.setMinHeight(56);
        bind(text, Field.STOP);
        VBox.setVgrow(text, Priority.NEVER);
        return Ui.column(4, Ui.wrapped(i18n.label(Field.STOP.key())), text);
    }

    private void bind(TextInputControl text, Field field) {
        text.setId("ask-field-" + field.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        text.setTooltip(i18n.tooltip(field.key() + ".why"));
        text.accessibleTextProperty().bind(i18n.text(field.key()));
        text.setText(model.ways.get().text(field));
        text.textProperty().subscribe(t -> model.ways.set(model.ways.get().with(field, t)));
    }
}
