package org.diptych.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javafx.scene.control.DialogPane;
import javafx.scene.control.Labeled;
import org.diptych.engine.models.llava.LargeFiles;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A large checkpoint is asked about before it is opened.
@Tag("fx")
class NeedTest extends WindowTest {
    @Test
    void whatALargeModelTakesIsSaidBeforeItIsOpened() throws Exception {
        Path seven = Files.createDirectory(folder.resolve("seven"));
        LargeFiles.llama7(seven);
        int before = FxStage.call(() -> window.models.loaded().size());
        FxStage.call(() -> window.shell.open(List.of(seven)));
        DialogPane asked = dialog();
        assertThat(FxStage.call(() -> ((Labeled) asked.lookup("#need-says")).getText()))
                .contains("takes 14 GB of memory", "file holds 14 GB");
        press(asked, 1);
        assertThat(FxStage.call(() -> window.models.loaded().size())).as("not opened").isEqualTo(before);
        FxStage.call(() -> window.shell.open(List.of(seven)));
        press(dialog(), 0);
        FxStage.await("the model", () -> window.models.loaded().size() == before + 1);
    }
}
