package org.diptych.app.catalog;

import java.util.function.Consumer;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.ModelCard;

/// A model on the timeline: name, drawing, idea, and whether this version opens it.
final class Tile extends Button {
    private final ModelCard card;

    Tile(I18n i18n, ModelCard card, boolean opens, Consumer<ModelCard> open) {
        this.card = card;
        getStyleClass().setAll("tile");
        setId("tile-" + card.id());
        Label name = Ui.styled(new Label(card.title()), "strong");
        name.setMinWidth(Region.USE_PREF_SIZE);
        Label date = Ui.styled(new Label(card.date().substring(5)), "small", "muted");
        date.setMinWidth(0);
        HBox head = Ui.row(4, name, Ui.spring(), date);
        Label idea = Ui.styled(new Label(), "small", "tile-idea");
        idea.textProperty().bind(i18n.text(card.idea()));
        idea.setWrapText(true);
        idea.setAlignment(Pos.TOP_LEFT);
        idea.setMaxHeight(Double.MAX_VALUE);
        VBox.setVgrow(idea, Priority.ALWAYS);
        Label badge = Ui.styled(i18n.label(opens ? "catalog.opens" : "catalog.later"), "badge",
                opens ? "good" : "plain", "slim");
        badge.setMinWidth(Region.USE_PREF_SIZE);
        FlowDrawing drawing = new FlowDrawing(card.flow(), 6);
        Region room = Ui.row(0, drawing);
        room.setMinWidth(Region.USE_PREF_SIZE);
        room.setMinHeight(34);
        room.setPrefHeight(34);
        VBox body = Ui.column(4, head, Ui.row(4, room, Ui.spring(), badge), idea);
        setGraphic(body);
        body.prefWidthProperty().bind(widthProperty().subtract(20));
        body.prefHeightProperty().bind(heightProperty().subtract(16));
        setContentDisplay(ContentDisplay.GRAPHIC_ONLY);
        setAlignment(Pos.TOP_LEFT);
        accessibleTextProperty()
                .bind(i18n.compute(() -> card.title() + ", " + card.date() + ". " + card.idea().in(i18n.locale())));
        setOnAction(e -> open.accept(card));
    }

    ModelCard card() {
        return card;
    }
}
