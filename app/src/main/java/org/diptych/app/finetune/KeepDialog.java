package org.diptych.app.finetune;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.FolderDialog;

/// Where weights are to be kept: a folder with a sensible name, and what would be replaced there.
final class KeepDialog {
    private KeepDialog() {
    }

    static FolderDialog of(AppContext context, Path proposed) {
        return new FolderDialog(context, "finetune.keep", "keep-folder", proposed, KeepDialog::judge);
    }

    private static FolderDialog.Verdict judge(Optional<Path> path) {
        if (path.filter(p -> !Files.exists(p) || Files.isDirectory(p)).isEmpty()) {
            return new FolderDialog.Verdict("finetune.keep.bad", false);
        }
        return new FolderDialog.Verdict(Files.exists(path.get().resolve("model.safetensors"))
                ? "finetune.keep.replace"
                : "finetune.keep.note", true);
    }
}
