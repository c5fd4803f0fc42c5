package org.diptych.engine.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that does not take a file leaves what was there, and the message says why in words.
@Tag("unit")
class SafeFileTest {
    @TempDir
    Path folder;

    private void fails(IOException fault, String reason) throws IOException {
        Path file = Files.writeString(folder.resolve("kept.txt"), "before");
        assertThatThrownBy(() -> SafeFile.write(file, channel -> {
            throw fault;
        })).isInstanceOfSatisfying(EngineException.class,
                e -> assertThat(e.why(Texts.ENGLISH)).isEqualTo("The system says: " + reason + "."));
        assertThat(file).hasContent("before");
        assertThat(folder).isDirectoryNotContaining("glob:**.part");
    }

    @Test
    void aFullDisk() throws IOException {
        fails(new IOException("No space left on device"), "No space left on device");
    }

    @Test
    void aPathAloneIsNoReason() throws IOException {
        fails(new AccessDeniedException("/some/where"), "Access Denied");
        fails(new IOException(), "IO");
    }

    @Test
    void aFileWhereAFolderShouldBe() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "before");
        assertThatThrownBy(() -> SafeFile.write(file.resolve("below"), "text")).isInstanceOfSatisfying(
                EngineException.class, e -> assertThat(e.why(Texts.ENGLISH)).contains("File Already Exists"));
        assertThat(file).hasContent("before");
    }
}
