package org.diptych.app.data;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import javafx.scene.control.ButtonBar;
import javafx.scene.control.ButtonType;
import javafx.scene.control.Dialog;
import javafx.scene.control.Label;
import javafx.scene.control.TextField;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.VBox;
import javafx.stage.DirectoryChooser;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;
import org.diptych.app.shell.AppContext;

/// Where a new set is to lie: a folder, in which its pictures are named and not copied. Nothing that is there is ever replaced.
final class SaveDialog extends Dialog<Path> {
    SaveDialog(AppContext context, Path proposed) {
        I18n i18n = context.i18n();
        initOwner(context.window().get());
        setTitle(i18n.get("sets.save.title"));
        ButtonType save = new ButtonType(i18n.get("sets.save.do"), ButtonBar.ButtonData.OK_DONE);
        getDialogPane().getButtonTypes().setAll(save,
                new ButtonType(i18n.get("shell.cancel"), ButtonBar.ButtonData.CANCEL_CLOSE));
        TextField folder = new TextField(proposed.toString());
        folder.setId("data-folder");
        folder.setPrefColumnCount(40);
        HBox.setHgrow(folder, Priority.ALWAYS);
        Label note = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
        folder.textProperty().subscribe(text -> {
            Optional<Path> path = path(text);
            boolean taken = path.filter(SaveDialog::taken).isPresent();
            getDialogPane().lookupButton(save).setDisable(path.isEmpty() || taken);
            note.setText(
                    i18n.get(path.isEmpty() ? "sets.save.bad" : taken ? "sets.save.taken" : "sets.save.note"));
        });
        getDialogPane().setContent(new VBox(8, i18n.label("sets.save.where"),
                Ui.row(8, folder, Ui.button(i18n, "sets.save.choose", () -> {
                    File chosen = new DirectoryChooser().showDialog(getDialogPane().getScene().getWindow());
                    if (chosen != null) {
                        folder.setText(chosen.toPath().resolve(proposed.getFileName()).toString());
                    }
                })), note));
        setResultConverter(button -> button == save ? path(folder.getText()).orElseThrow() : null);
    }

    private static boolean taken(Path folder) {
        return Files.exists(folder);
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(text.strip()).filter(t -> !t.isEmpty()).map(Path::of).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /// @return a folder beside the set's own that is not there yet
    static Path proposed(Path set) {
        Path at = set.toAbsolutePath().normalize();
        String name = at.getFileName() == null ? "set" : at.getFileName().toString().replaceFirst("\\.[A-Za-z]+$", "");
        Path out = at.resolveSibling(name + "-new");
        for (int i = 2; Files.exists(out); i++) {
            out = at.resolveSibling(name + "-new-" + i);
        }
        return out;
    }
}
