package org.diptych.app.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.FolderDialog;

/// Where a new set is to lie: a folder, in which its pictures are named and not copied. Nothing that is there is ever replaced.
final class SaveDialog {
    private SaveDialog() {
    }

    static FolderDialog of(AppContext context, Path proposed) {
        return new FolderDialog(context, "sets.save", "data-folder", proposed, SaveDialog::judge);
    }

    private static FolderDialog.Verdict judge(Optional<Path> path) {
        if (path.isEmpty()) {
            return new FolderDialog.Verdict("sets.save.bad", false);
        }
        return Files.exists(path.get())
                ? new FolderDialog.Verdict("sets.save.taken", false)
                : new FolderDialog.Verdict("sets.save.note", true);
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
