package org.diptych.app.shell;

import java.util.Optional;
import javafx.geometry.Pos;
import javafx.scene.control.Button;
import javafx.scene.control.ComboBox;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.LoadedModel;

/// The line at the top: the view's name, the model, and what is always at hand.
final class Header extends HBox {
    private final Label title = new Label();
    private final ComboBox<LoadedModel> models;
    private final I18n i18n;

    Header(AppContext context, Runnable palette) {
        super(12);
        i18n = context.i18n();
        getStyleClass().add("header");
        setAlignment(Pos.CENTER_LEFT);
        title.getStyleClass().add("view-title");
        title.setMinWidth(Region.USE_PREF_SIZE);
        models = chooser(context);
        Button find = i18n.label(new Button(), "shell.find");
        find.setGraphic(Ui.icon("mdi2m-magnify"));
        find.getStyleClass().addAll("find", "flat");
        find.setOnAction(e -> palette.run());
        find.setMinWidth(Region.USE_PREF_SIZE);
        find.setId("find");
        Button language = i18n.label(new Button(), "shell.language.other");
        language.getStyleClass().add("flat");
        language.setMinWidth(Region.USE_PREF_SIZE);
        language.setTooltip(i18n.tooltip("shell.language.switch"));
        language.setOnAction(e -> i18n.toggle());
        language.setId("language");
        Button theme = Ui.iconButton(i18n, "mdi2t-theme-light-dark", "shell.theme.switch",
                () -> context.theme().set(context.theme().get().other()));
        theme.setId("theme");
        getChildren().addAll(title, models, Ui.spring(), find, language, theme);
    }

    void setTitle(String key) {
        title.textProperty().bind(i18n.text(key));
    }

    private ComboBox<LoadedModel> chooser(AppContext context) {
        ComboBox<LoadedModel> box = new ComboBox<>(context.loaded());
        box.setId("model");
        box.setMinWidth(180);
        box.setPrefWidth(280);
        box.setVisibleRowCount(12);
        box.setCellFactory(list -> new ModelCell(i18n));
        // a cell's text belongs to its list, so another language needs another cell
        i18n.textsProperty().subscribe(t -> box.setButtonCell(new ModelCell(i18n)));
        box.promptTextProperty().bind(i18n.text("shell.model.none"));
        box.setTooltip(i18n.tooltip("shell.model.choose"));
        box.accessibleTextProperty().bind(i18n.text("shell.model.choose"));
        context.model().subscribe(m -> box.setValue(m.orElse(null)));
        box.valueProperty().subscribe(m -> {
            if (m != null) {
                context.model().set(Optional.of(m));
            }
        });
        return box;
    }

    /// A model by its title, or what to do when there is none.
    private static final class ModelCell extends ListCell<LoadedModel> {
        private final I18n i18n;

        ModelCell(I18n i18n) {
            this.i18n = i18n;
        }

        @Override
        protected void updateItem(LoadedModel model, boolean empty) {
            super.updateItem(model, empty);
            setText(empty || model == null ? i18n.get("shell.model.none") : model.title());
        }
    }
}
