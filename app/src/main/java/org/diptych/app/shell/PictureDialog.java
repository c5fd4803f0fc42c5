package org.diptych.app.shell;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javafx.stage.FileChooser;
import org.diptych.app.canvas.Input;

/// Asks for picture files.
public final class PictureDialog {
    private PictureDialog() {
    }

    /// @return the chosen file; nothing when the dialog was left without one
    public static Optional<Path> one(AppContext context) {
        return Optional.ofNullable(chooser(context).showOpenDialog(context.window().get())).map(File::toPath);
    }

    /// @return the chosen files, none when the dialog was left without any
    public static List<Path> several(AppContext context) {
        return Optional.ofNullable(chooser(context).showOpenMultipleDialog(context.window().get())).orElse(List.of())
                .stream().map(File::toPath).toList();
    }

    private static FileChooser chooser(AppContext context) {
        FileChooser chooser = new FileChooser();
        chooser.setTitle(context.i18n().get("inspect.open"));
        chooser.getExtensionFilters().add(new FileChooser.ExtensionFilter(context.i18n().get("inspect.pictures"),
                Input.ENDINGS.stream().map(ending -> "*" + ending).toList()));
        return chooser;
    }
}
