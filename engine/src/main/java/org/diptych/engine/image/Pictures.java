package org.diptych.engine.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import javax.imageio.ImageIO;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Picture;

/// Reads and writes picture files: PNG, JPEG (CMYK and turned ones too), WebP, GIF and BMP. What a file says about its size is checked before
/// anything is decoded.
public final class Pictures {
    /// The longest side that is read.
    public static final int LONGEST = 32_768;
    /// The most pixels that are read.
    public static final long MOST = 100_000_000;
    private static final long LARGEST_FILE = 1L << 30;

    private Pictures() {
    }

    /// A picture, and what a person should know about how it was read.
    ///
    /// @param notes keys of the bundle `image`: transparent parts on white, 16 bits cut to 8, only the first of several frames, colours of
    ///              print turned to those of a screen, a turn the camera noted, a file with a damaged end
    public record Opened(Picture picture, List<Message> notes) {
        public Opened {
            notes = List.copyOf(notes);
        }
    }

    /// @throws EngineException when the file is missing, no picture, broken or too large
    public static Picture read(Path file) throws EngineException {
        return open(file).picture;
    }

    /// @return true for a file that begins as one of the formats does; what follows is not looked at
    public static boolean isPicture(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            Format.of(in.readNBytes(Format.MAGIC), String.valueOf(file.getFileName()));
            return true;
        } catch (IOException | EngineException e) {
            return false;
        }
    }

    /// @param name shown to the person
    /// @throws EngineException when the bytes are no picture, broken or too large a one
    public static Picture read(byte[] bytes, String name) throws EngineException {
        return open(bytes, name).picture;
    }

    /// @throws EngineException as [#read(Path)]
    public static Opened open(Path file) throws EngineException {
        String name = String.valueOf(file.getFileName());
        try (InputStream in = Files.newInputStream(file)) {
            Format.of(in.readNBytes(Format.MAGIC), name);
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                throw new EngineException("image.heavy", name, size >> 20, LARGEST_FILE >> 20);
            }
            return open(Files.readAllBytes(file), name);
        } catch (IOException e) {
            throw new EngineException(e, "image.missing", file, e.getClass().getSimpleName());
        }
    }

    /// @throws EngineException as [#read(byte[], String)]
    public static Opened open(byte[] bytes, String name) throws EngineException {
        return new Decoder(bytes, name, Format.of(bytes, name)).decode();
    }

    /// Saves a picture as PNG: a temporary file beside it, flushed to the disk, then renamed, so that a full disk leaves the old file as it was.
    ///
    /// @throws EngineException when the folder cannot be written to
    public static void writePng(Path file, Picture picture) throws EngineException {
        Path folder = file.toAbsolutePath().getParent();
        Path temporary = folder.resolve("." + file.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            Files.createDirectories(folder);
            try {
                byte[] bytes = png(picture);
                try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                    ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                    channel.force(true);
                }
                move(temporary, file);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new EngineException(e, "image.write", file, String.valueOf(e.getMessage()));
        }
    }

    /// @return the picture as the bytes of a PNG file
    public static byte[] png(Picture picture) {
        BufferedImage image = image(picture);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, "png", out)) {
                throw new IllegalStateException("no PNG writer");
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return out.toByteArray();
    }

    static BufferedImage image(Picture picture) {
        BufferedImage image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
        int[] line = new int[picture.width()];
        for (int y = 0; y < picture.height(); y++) {
            for (int x = 0; x < line.length; x++) {
                int at = (y * line.length + x) * 3;
                line[x] = (picture.rgb()[at] & 0xff) << 16 | (picture.rgb()[at + 1] & 0xff) << 8
                        | picture.rgb()[at + 2] & 0xff;
            }
            image.setRGB(0, y, line.length, 1, line, 0, line.length);
        }
        return image;
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
