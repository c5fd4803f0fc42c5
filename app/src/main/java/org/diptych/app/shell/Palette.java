package org.diptych.app.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javafx.geometry.Bounds;
import javafx.scene.control.Label;
import javafx.scene.control.ListCell;
import javafx.scene.control.ListView;
import javafx.scene.control.TextField;
import javafx.scene.input.KeyCombination;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.stage.Popup;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.engine.api.Texts;

/// Ctrl+K: type a few letters of what you want, in either language, and press Enter.
public final class Palette {
    private final I18n i18n;
    private final List<Command> commands = new ArrayList<>();
    private final Popup popup = new Popup();
    private final TextField field = new TextField();
    private final ListView<Command> list = new ListView<>();

    public Palette(I18n i18n) {
        this.i18n = i18n;
        field.promptTextProperty().bind(i18n.text("shell.find.prompt"));
        field.setId("palette-field");
        list.setId("palette-list");
        list.setCellFactory(view -> new CommandCell(i18n));
        list.setPlaceholder(Ui.styled(i18n.label("shell.find.nothing"), "muted"));
        list.setFocusTraversable(false);
        VBox box = Ui.styled(Ui.column(8, field, list), "palette");
        box.setPrefSize(520, 380);
        popup.getContent().add(box);
        popup.setAutoHide(true);
        popup.setHideOnEscape(true);
        field.textProperty().subscribe(this::filter);
        field.addEventFilter(KeyEvent.KEY_PRESSED, this::key);
        list.setOnMouseClicked(e -> choose());
    }

    public void add(List<Command> more) {
        commands.addAll(more);
    }

    public List<Command> commands() {
        return List.copyOf(commands);
    }

    /// Opens over the top centre of `owner`.
    public void open(Region owner) {
        field.clear();
        filter("");
        Bounds bounds = owner.localToScreen(owner.getBoundsInLocal());
        popup.show(owner, bounds.getCenterX() - 260, bounds.getMinY() + 56);
        field.requestFocus();
    }

    public boolean isOpen() {
        return popup.isShowing();
    }

    private void key(KeyEvent event) {
        int step = switch (event.getCode()) {
            case DOWN -> 1;
            case UP -> -1;
            case PAGE_DOWN -> 8;
            case PAGE_UP -> -8;
            default -> 0;
        };
        if (step != 0) {
            int to = Math.clamp(list.getSelectionModel().getSelectedIndex() + step, 0,
                    Math.max(0, list.getItems().size() - 1));
            list.getSelectionModel().select(to);
            list.scrollTo(to);
            event.consume();
        } else if (event.getCode() == javafx.scene.input.KeyCode.ENTER) {
            choose();
            event.consume();
        }
    }

    private void choose() {
        Command command = list.getSelectionModel().getSelectedItem();
        if (command != null) {
            popup.hide();
            command.run().run();
        }
    }

    private void filter(String typed) {
        String wanted = Objects.requireNonNullElse(typed, "").strip().toLowerCase(Locale.ROOT);
        list.getItems().setAll(commands.stream().filter(c -> matches(c, wanted)).toList());
        list.getSelectionModel().selectFirst();
    }

    /// Both languages count, so that what a person remembers from the other one is found too.
    private static boolean matches(Command command, String wanted) {
        return wanted.isEmpty() || List.of(Texts.ENGLISH, Texts.CHINESE).stream()
                .map(t -> t.get(command.titleKey()).toLowerCase(Locale.ROOT)).anyMatch(t -> inOrder(t, wanted));
    }

    /// @return true when the letters of `wanted` stand in `text` in their order
    private static boolean inOrder(String text, String wanted) {
        int at = 0;
        for (int c : wanted.codePoints().filter(c -> c != ' ').toArray()) {
            at = text.indexOf(c, at) + 1;
            if (at == 0) {
                return false;
            }
        }
        return true;
    }

    private static final class CommandCell extends ListCell<Command> {
        private final I18n i18n;

        CommandCell(I18n i18n) {
            this.i18n = i18n;
        }

        @Override
        protected void updateItem(Command command, boolean empty) {
            super.updateItem(command, empty);
            if (empty || command == null) {
                setGraphic(null);
                return;
            }
            Label keys = Ui.styled(new Label(command.keys().map(KeyCombination::getDisplayText).orElse("")), "muted");
            HBox row = Ui.row(12, Ui.icon(command.icon()), i18n.label(command.titleKey()), Ui.spring(), keys);
            setGraphic(row);
        }
    }
}
