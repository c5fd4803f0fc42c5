package org.diptych.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.diptych.engine.api.EngineException;

/// Finds out what kind of checkpoint a path is, by its bytes rather than its name.
final class CheckpointFiles {
    private static final List<String> INDEXES = List.of("model.safetensors.index.json", "pytorch_model.bin.index.json");
    private static final List<String> ENDINGS = List.of(".safetensors", ".bin", ".pt", ".pth", ".ckpt");
    private static final int ZIP = 0x04034b50;
    private static final int ZIP_EMPTY = 0x06054b50;

    private CheckpointFiles() {
    }

    static CheckpointReader open(Path path) throws EngineException {
        if (!Files.exists(path)) {
            throw new EngineException("checkpoint.absent", path);
        }
        if (Files.isDirectory(path)) {
            return openFolder(path);
        }
        if (path.getFileName().toString().endsWith(".index.json")) {
            return ShardedReader.open(path);
        }
        return openFile(path);
    }

    private static CheckpointReader openFolder(Path folder) throws EngineException {
        Path single = folder.resolve("model.safetensors");
        if (Files.exists(single)) {
            return openFile(single);
        }
        for (String index : INDEXES) {
            if (Files.exists(folder.resolve(index))) {
                return ShardedReader.open(folder.resolve(index));
            }
        }
        Path pickle = folder.resolve("pytorch_model.bin");
        if (Files.exists(pickle)) {
            return openFile(pickle);
        }
        List<Path> weights = weights(folder);
        if (weights.size() != 1) {
            throw weights.isEmpty()
                    ? new EngineException("checkpoint.nothing", folder)
                    : new EngineException("checkpoint.several", folder, weights.size());
        }
        return openFile(weights.getFirst());
    }

    /// @return the weight files of a folder, in the order of their names
    static List<Path> weights(Path folder) throws EngineException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(
                    f -> ENDINGS.stream().anyMatch(f.getFileName().toString().toLowerCase(Locale.ROOT)::endsWith))
                    .sorted().toList();
        } catch (IOException e) {
            throw new EngineException(e, "checkpoint.unreadable", folder, String.valueOf(e.getMessage()));
        }
    }

    static CheckpointReader openFile(Path file) throws EngineException {
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ);
        } catch (IOException e) {
            throw new EngineException(e, "checkpoint.unreadable", file, String.valueOf(e.getMessage()));
        }
        try {
            return recognise(file, channel);
        } catch (IOException e) {
            close(channel);
            throw new EngineException(e, "checkpoint.unreadable", file, String.valueOf(e.getMessage()));
        } catch (EngineException | RuntimeException e) {
            close(channel);
            throw e;
        }
    }

    private static CheckpointReader recognise(Path file, FileChannel channel) throws IOException, EngineException {
        long length = channel.size();
        if (length == 0) {
            throw new EngineException("checkpoint.empty", file);
        }
        ByteBuffer head = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        channel.read(head, 0);
        head.flip();
        if (head.remaining() < 8) {
            throw new EngineException("checkpoint.truncated", file, length);
        }
        int first = head.getInt(0);
        Bytes all = new Bytes(file, channel, 0, length);
        if (first == ZIP || first == ZIP_EMPTY) {
            return TorchReader.openZip(all);
        }
        if (head.remaining() > 8 && head.get(8) == '{' || file.getFileName().toString().endsWith(".safetensors")) {
            return SafetensorsReader.open(all);
        }
        if (head.get(0) == (byte) 0x80 && head.get(1) >= 2 && head.get(1) <= 5) {
            return TorchReader.openLegacy(all);
        }
        throw new EngineException("checkpoint.unknown", file);
    }

    static void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
