package org.diptych.app.shell;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import javafx.scene.control.ContentDisplay;
import javafx.scene.control.ToggleButton;
import javafx.scene.control.ToggleGroup;
import javafx.scene.layout.VBox;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;

/// The rail at the left: one button a view, the last at the bottom. In a narrow window only the icons stay, with their names on hover.
final class Rail extends VBox {
    private final ToggleGroup group = new ToggleGroup();
    private final Map<String, ToggleButton> buttons = new LinkedHashMap<>();

    /// @param go shows a view
    Rail(I18n i18n, List<Feature> features, Consumer<String> go) {
        super(4);
        getStyleClass().add("rail");
        for (Feature feature : features) {
            ToggleButton button = i18n.label(new ToggleButton(), feature.titleKey());
            button.setGraphic(Ui.icon(feature.icon()));
            button.getStyleClass().add("rail-button");
            button.setMaxWidth(Double.MAX_VALUE);
            button.setToggleGroup(group);
            button.setTooltip(i18n.tooltip(feature.titleKey()));
            button.accessibleTextProperty().bind(i18n.text(feature.titleKey()));
            button.setId("rail-" + feature.id());
            button.setOnAction(e -> {
                button.setSelected(true);
                go.accept(feature.id());
            });
            if (feature == features.getLast() && features.size() > 1) {
                getChildren().add(Ui.spring());
            }
            buttons.put(feature.id(), button);
            getChildren().add(button);
        }
        setNarrow(false);
    }

    void select(String id) {
        buttons.get(id).setSelected(true);
        buttons.get(id).requestFocus();
    }

    void setNarrow(boolean narrow) {
        setMinWidth(narrow ? 56 : 168);
        setPrefWidth(narrow ? 56 : 168);
        buttons.values()
                .forEach(b -> b.setContentDisplay(narrow ? ContentDisplay.GRAPHIC_ONLY : ContentDisplay.LEFT));
    }
}
