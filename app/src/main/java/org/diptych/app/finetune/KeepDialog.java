package org.diptych.app.finetune;

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

/// Where weights are to be kept: a folder with a sensible name, and what would be replaced there.
final class KeepDialog extends Dialog<Path> {
    KeepDialog(AppContext context, Path proposed) {
        I18n i18n = context.i18n();
        initOwner(context.window().get());
        setTitle(i18n.get("finetune.keep.title"));
        ButtonType keep = new ButtonType(i18n.get("finetune.keep.do"), ButtonBar.ButtonData.OK_DONE);
        getDialogPane().getButtonTypes().setAll(keep,
                new ButtonType(i18n.get("shell.cancel"), ButtonBar.ButtonData.CANCEL_CLOSE));
        TextField folder = new TextField(proposed.toString());
        folder.setId("keep-folder");
        folder.setPrefColumnCount(40);
        HBox.setHgrow(folder, Priority.ALWAYS);
        Label note = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
        folder.textProperty().subscribe(text -> {
            Optional<Path> path = path(text);
            getDialogPane().lookupButton(keep).setDisable(path.isEmpty());
            note.setText(i18n.get(path.isEmpty()
                    ? "finetune.keep.bad"
                    : path.filter(p -> Files.exists(p.resolve("model.safetensors"))).isPresent()
                            ? "finetune.keep.replace"
                            : "finetune.keep.note"));
        });
        getDialogPane().setContent(new VBox(8, i18n.label("finetune.keep.where"),
                Ui.row(8, folder, Ui.button(i18n, "finetune.keep.choose", () -> {
                    File chosen = new DirectoryChooser().showDialog(getDialogPane().getScene().getWindow());
                    if (chosen != null) {
                        folder.setText(chosen.toPath().resolve(proposed.getFileName()).toString());
                    }
                })), note));
        setResultConverter(button -> button == keep ? path(folder.getText()).orElseThrow() : null);
    }

    private static Optional<Path> path(String text) {
        try {
            return Optional.of(text.strip()).filter(t -> !t.isEmpty()).map(Path::of).filter(Path::isAbsolute)
                    .filter(p -> !Files.exists(p) || Files.isDirectory(p));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }
}
