package org.diptych.app.shell;

import java.io.File;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
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

/// Where something is to be written: a folder with a sensible name, and what that would mean there.
public final class FolderDialog extends Dialog<Path> {
    /// What is said of a place.
    ///
    /// @param key   of the text
    /// @param taken true when the place can be chosen
    public record Verdict(String key, boolean taken) {
    }

    /// @param texts what the keys of its texts begin with: `TEXTS.title`, `.do`, `.where`, `.choose`
    /// @param id    of the field
    /// @param judge gets a whole path, or nothing where what was typed is none
    public FolderDialog(AppContext context, String texts, String id, Path proposed,
            Function<Optional<Path>, Verdict> judge) {
        I18n i18n = context.i18n();
        initOwner(context.window().get());
        setTitle(i18n.get(texts + ".title"));
        ButtonType take = new ButtonType(i18n.get(texts + ".do"), ButtonBar.ButtonData.OK_DONE);
        getDialogPane().getButtonTypes().setAll(take,
                new ButtonType(i18n.get("shell.cancel"), ButtonBar.ButtonData.CANCEL_CLOSE));
        TextField folder = new TextField(proposed.toString());
        folder.setId(id);
        folder.setPrefColumnCount(40);
        HBox.setHgrow(folder, Priority.ALWAYS);
        Label note = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
        folder.textProperty().subscribe(text -> {
            Verdict verdict = judge.apply(path(text));
            getDialogPane().lookupButton(take).setDisable(!verdict.taken());
            note.setText(i18n.get(verdict.key()));
        });
        getDialogPane().setContent(new VBox(8, i18n.label(texts + ".where"),
                Ui.row(8, folder, Ui.button(i18n, texts + ".choose", () -> {
                    File chosen = new DirectoryChooser().showDialog(getDialogPane().getScene().getWindow());
                    if (chosen != null) {
                        folder.setText(chosen.toPath().resolve(proposed.getFileName()).toString());
                    }
                })), note));
        setResultConverter(button -> button == take ? path(folder.getText()).orElseThrow() : null);
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(text.strip()).filter(t -> !t.isEmpty()).map(Path::of).filter(Path::isAbsolute);
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
