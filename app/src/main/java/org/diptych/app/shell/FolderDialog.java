package org.diptych.app.shell;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import javafx.scene.control.Dialog;
import javafx.scene.control.Label;
import org.diptych.app.fx.I18n;
import org.diptych.app.fx.Ui;

/// Where something is to be written: a folder with a sensible name, and what that would mean there.
public final class FolderDialog extends Dialog<Path> {
    private static final double WIDTH = 560;

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
        DialogFrame frame = new DialogFrame(context, this, texts + ".title", texts + ".do", "shell.cancel");
        PathField folder = new PathField(i18n, texts + ".where", id).folders(texts + ".choose",
                Optional.of(proposed.getFileName().toString()));
        folder.set(proposed);
        Label note = Ui.styled(Ui.wrapped(new Label()), "muted", "small");
        folder.pathProperty().subscribe(path -> {
            Verdict verdict = judge.apply(path);
            frame.actButton().setDisable(!verdict.taken());
            note.setText(i18n.get(verdict.key()));
        });
        frame.fill(WIDTH, folder, note);
        setResultConverter(button -> frame.acts(button) ? folder.pathProperty().get().orElseThrow() : null);
    }
}
