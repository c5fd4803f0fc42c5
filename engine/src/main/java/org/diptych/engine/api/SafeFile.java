package org.diptych.engine.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// The one way in which the program writes a file that a person could miss: a temporary file beside it, flushed to the disk, then renamed over it. A full or
/// read-only disk leaves the old file as it was.
public final class SafeFile {
    private SafeFile() {
    }

    @FunctionalInterface
    public interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /// @throws EngineException when the file could not be written
    public static void write(Path file, Content content) throws EngineException {
        Path target = file.toAbsolutePath();
        Path temporary = target.resolveSibling("." + target.getFileName() + ".part");
        try {
            Files.createDirectories(target.getParent());
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new EngineException(e, "file.write", file, reason(e));
        } finally {
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException e) {
                // it is not there, or the same fault that was just told keeps it there
            }
        }
    }

    public static void write(Path file, byte[] content) throws EngineException {
        write(file, channel -> {
            ByteBuffer buffer = ByteBuffer.wrap(content);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        });
    }

    public static void write(Path file, String content) throws EngineException {
        write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /// @return what the system says; an exception that only names a file leaves its reason to its class
    public static String reason(IOException e) {
        return e instanceof FileSystemException named && named.getReason() == null || e.getMessage() == null
                ? e.getClass().getSimpleName().replaceFirst("Exception$", "").replaceAll("(?<=[a-z])(?=[A-Z])", " ")
                : e.getMessage();
    }
}
