package org.diptych.app.shell;

import java.io.File;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import javafx.stage.DirectoryChooser;
import javafx.stage.FileChooser;
import javafx.stage.Window;

/// Asks a person where something is to be written. Both answer nothing when the person leaves without choosing.
public interface Places {
    /// @param name   that is proposed, without its ending
    /// @param ending such as `png`
    /// @return a file with that ending, whether or not it was typed
    Optional<Path> file(String name, String ending);

    Optional<Path> folder();

    /// The system's own dialogs.
    ///
    /// @param window their owner
    static Places asked(Supplier<Window> window) {
        return new Places() {
            @Override
            public Optional<Path> file(String name, String ending) {
                FileChooser chooser = new FileChooser();
                chooser.setInitialFileName(name + "." + ending);
                chooser.getExtensionFilters()
                        .add(new FileChooser.ExtensionFilter(ending.toUpperCase(Locale.ROOT), "*." + ending));
                return Optional.ofNullable(chooser.showSaveDialog(window.get())).map(File::toPath)
                        .map(file -> ended(file, ending));
            }

            @Override
            public Optional<Path> folder() {
                return Optional.ofNullable(new DirectoryChooser().showDialog(window.get())).map(File::toPath);
            }
        };
    }

    /// @return the file with its ending
    static Path ended(Path file, String ending) {
        String name = file.getFileName().toString();
        return name.toLowerCase(Locale.ROOT).endsWith("." + ending) ? file : file.resolveSibling(name + "." + ending);
    }
}
