package org.diptych.app.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.FolderDialog;
import org.diptych.engine.api.DataRow;
import org.diptych.engine.api.DataSet;

/// Where a new set is to lie: a folder, in which its pictures are named and not copied; those that are in no file yet are drawn there. Nothing that is there is ever replaced.
final class SaveDialog {
    private SaveDialog() {
    }

    static FolderDialog of(AppContext context, DataSet set) {
        DataRow first = set.rows().getFirst();
        String note = set.drawn().isPresent()
                ? "sets.save.note.drawn"
                : first.captioned()
                        ? "sets.save.note"
                        : first.asks() ? "sets.save.note.questions" : "sets.save.note.talk";
        Path home = Path.of(System.getProperty("user.home"));
        Path beside = set.drawn().isPresent() ? home.resolve(set.report().source()) : set.report().source();
        return new FolderDialog(context, "sets.save", "data-folder", proposed(beside), path -> judge(path, note));
    }

    private static FolderDialog.Verdict judge(Optional<Path> path, String note) {
        if (path.isEmpty()) {
            return new FolderDialog.Verdict("sets.save.bad", false);
        }
        return Files.exists(path.get())
                ? new FolderDialog.Verdict("sets.save.taken", false)
                : new FolderDialog.Verdict(note, true);
    }

    /// @return a folder beside the set's own that is not there yet
    private static Path proposed(Path set) {
        Path at = set.toAbsolutePath().normalize();
        String name = at.getFileName() == null ? "set" : at.getFileName().toString().replaceFirst("\\.[A-Za-z]+$", "");
        Path out = at.resolveSibling(name + "-new");
        for (int i = 2; Files.exists(out); i++) {
            out = at.resolveSibling(name + "-new-" + i);
        }
        return out;
    }
}
