package org.diptych.app.fx;

import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.Label;
import javafx.scene.control.MenuItem;
import javafx.scene.control.ToggleButton;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.javafx.FontIcon;

/// Small makers of nodes in the house's measures (8 px grid; see `app.css` for the style classes).
public final class Ui {
    private Ui() {
    }

    /// @param code Material Design 2 icon, as `mdi2e-eye-outline`
    public static FontIcon icon(String code) {
        return new FontIcon(code);
    }

    /// @return a button that shows an icon and says what it does on hover and to a screen reader
    public static Button iconButton(I18n i18n, String icon, String key, Runnable action) {
        Button button = new Button(null, icon(icon));
        button.getStyleClass().addAll("button-icon", "flat");
        button.setTooltip(i18n.tooltip(key));
        button.accessibleTextProperty().bind(i18n.text(key));
        button.setOnAction(e -> action.run());
        return button;
    }

    /// @return an entry of a menu, whose text follows the language
    public static MenuItem item(I18n i18n, String key, Runnable action) {
        MenuItem item = new MenuItem();
        item.textProperty().bind(i18n.text(key));
        item.setOnAction(e -> action.run());
        return item;
    }

    public static Button button(I18n i18n, String key, Runnable action) {
        Button button = i18n.label(new Button(), key);
        button.setOnAction(e -> action.run());
        button.setMinWidth(Region.USE_PREF_SIZE);
        return button;
    }

    /// @return a view's one primary button
    public static Button primary(I18n i18n, String key, Runnable action) {
        Button button = button(i18n, key, action);
        button.getStyleClass().add("accent");
        return button;
    }

    public static ToggleButton toggle(I18n i18n, String key) {
        ToggleButton button = i18n.label(new ToggleButton(), key);
        button.setMinWidth(Region.USE_PREF_SIZE);
        return button;
    }

    public static <N extends Node> N styled(N node, String... classes) {
        node.getStyleClass().addAll(classes);
        return node;
    }

    /// @return a label that wraps
    public static Label wrapped(Label label) {
        label.setWrapText(true);
        label.setMinHeight(Region.USE_PREF_SIZE);
        return label;
    }

    public static HBox row(double gap, Node... children) {
        HBox row = new HBox(gap, children);
        row.setAlignment(javafx.geometry.Pos.CENTER_LEFT);
        return row;
    }

    public static VBox column(double gap, Node... children) {
        return new VBox(gap, children);
    }

    /// @return what takes the room that is left
    public static Region spring() {
        Region region = new Region();
        HBox.setHgrow(region, Priority.ALWAYS);
        VBox.setVgrow(region, Priority.ALWAYS);
        return region;
    }

    /// Shows a node, or takes it out of the layout.
    public static void show(Node node, boolean shown) {
        node.setVisible(shown);
        node.setManaged(shown);
    }
}
