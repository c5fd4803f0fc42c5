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

    /// A file that is written piece by piece. Nothing is left of it unless it is committed.
    public static final class Draft implements AutoCloseable {
        private final Path file;
        private final Path target;
        private final Path temporary;
        private final FileChannel channel;

        private Draft(Path file) throws IOException {
            this.file = file;
            target = file.toAbsolutePath();
            temporary = target.resolveSibling("." + target.getFileName() + ".part");
            Files.createDirectories(target.getParent());
            channel = FileChannel.open(temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING);
        }

        /// @throws EngineException when it could not be written
        public void add(Content content) throws EngineException {
            try {
                content.writeTo(channel);
            } catch (IOException e) {
                throw failed(file, e);
            }
        }

        /// Puts the whole file in its place.
        ///
        /// @throws EngineException when it could not be written; what was there before stays
        public void commit() throws EngineException {
            try {
                channel.force(true);
                channel.close();
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw failed(file, e);
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
                Files.deleteIfExists(temporary);
            } catch (IOException e) {
                // it is not there, or the same fault that was just told keeps it there
            }
        }
    }

    /// @throws EngineException when the file could not be begun
    public static Draft draft(Path file) throws EngineException {
        try {
            return new Draft(file);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static EngineException failed(Path file, IOException e) {
        return new EngineException(e, "file.write", file, reason(e));
    }

    /// @throws EngineException when the file could not be written
    public static void write(Path file, Content content) throws EngineException {
        try (Draft draft = draft(file)) {
            draft.add(content);
            draft.commit();
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
