package org.diptych.app.contrast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.diptych.engine.api.EngineException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of files that are dropped on the view.
@Tag("unit")
class DroppedTest {
    @TempDir
    Path folder;

    private Path file(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    @Test
    void picturesFoldersAndTextsAreToldApart() throws IOException {
        Path second = file("album/b.PNG", "");
        Path first = file("album/a.jpg", "");
        file("album/notes.doc", "");
        file("pairs/c.png", "");
        file("pairs/captions.jsonl", "");
        Path text = file("lines.TXT", "");
        Path loose = file("d.webp", "");
        Dropped dropped = Dropped.of(List.of(loose, folder.resolve("album"), folder.resolve("pairs"), text,
                file("model.safetensors", "")));
        assertThat(dropped.pictures()).containsExactly(loose, first, second);
        assertThat(dropped.texts()).containsExactly(text);
        assertThat(Dropped.of(List.of(folder.resolve("pairs"), folder.resolve("nowhere"))).isEmpty())
                .as("a folder of pairs is there to learn from").isTrue();
    }

    @Test
    void aSentenceALine() throws IOException {
        assertThat(Dropped.lines(file("a.txt", "\uFEFFa red fish\r\n\n  一只红色的鱼 \n"))).containsExactly("a red fish",
                "一只红色的鱼");
    }

    @Test
    void whatIsNoTextIsToldOnce() throws IOException {
        Path bytes = folder.resolve("bytes.txt");
        Files.write(bytes, new byte[]{(byte) 0xff, (byte) 0xfe, 0, 1});
        refused(bytes, "contrast.text.coding");
        refused(file("large.txt", "x".repeat((1 << 20) + 1)), "contrast.text.large");
        refused(folder.resolve("absent.txt"), "data.unreadable");
    }

    private static void refused(Path file, String key) {
        assertThatThrownBy(() -> Dropped.lines(file)).isInstanceOf(CompletionException.class).cause()
                .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.key()).isEqualTo(key));
    }
}
