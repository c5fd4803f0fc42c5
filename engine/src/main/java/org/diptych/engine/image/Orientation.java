package org.diptych.engine.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.diptych.engine.api.Picture;

/// How a camera was held (EXIF 2.3, tag 0x0112), in the order of its values 1 to 8. The name says what must be done to see the scene upright.
enum Orientation {
    AS_IS, MIRROR, TURN_180, FLIP, TRANSPOSE, TURN_RIGHT, TRANSVERSE, TURN_LEFT;

    private static final int TAG = 0x0112;

    /// @return what the file says; [#AS_IS] where it says nothing or nonsense
    static Orientation of(byte[] file, Format format) {
        try {
            Optional<ByteBuffer> exif = switch (format) {
                case JPEG -> inJpeg(file);
                case PNG -> inPng(file);
                case WEBP -> inWebp(file);
                case GIF, BMP -> Optional.empty();
            };
            return exif.map(Orientation::read).orElse(AS_IS);
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            return AS_IS;
        }
    }

    /// A JPEG is a chain of segments up to the start of scan; EXIF is the APP1 that begins with its name.
    private static Optional<ByteBuffer> inJpeg(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).position(2);
        while (in.remaining() > 4) {
            int marker = in.getShort() & 0xffff;
            int length = (in.getShort() & 0xffff) - 2;
            if (marker >>> 8 != 0xff || marker == 0xffda || length < 0) {
                return Optional.empty();
            }
            if (marker == 0xffe1 && length > 6 && text(in, in.position(), 4).equals("Exif")) {
                return Optional.of(in.slice(in.position() + 6, length - 6));
            }
            in.position(in.position() + length);
        }
        return Optional.empty();
    }

    private static Optional<ByteBuffer> inPng(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).position(8);
        while (in.remaining() > 12) {
            int length = in.getInt();
            String kind = text(in, in.position(), 4);
            if (kind.equals("eXIf")) {
                return Optional.of(in.slice(in.position() + 4, length));
            }
            in.position(Math.addExact(in.position() + 8, length));
        }
        return Optional.empty();
    }

    private static Optional<ByteBuffer> inWebp(byte[] file) {
        ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(12);
        while (in.remaining() > 8) {
            String kind = text(in, in.position(), 4);
            int length = in.getInt(in.position() + 4);
            if (kind.equals("EXIF")) {
                boolean named = length > 6 && text(in, in.position() + 8, 4).equals("Exif");
                return Optional.of(in.slice(in.position() + (named ? 14 : 8), length - (named ? 6 : 0)));
            }
            in.position(Math.addExact(in.position() + 8 + (length & 1), length));
        }
        return Optional.empty();
    }

    /// A TIFF block: byte order, 42, where the first directory lies; a directory is a count and entries of 12 bytes.
    private static Orientation read(ByteBuffer tiff) {
        tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        int entries = tiff.getShort(directory) & 0xffff;
        for (int i = 0; i < entries; i++) {
            int entry = directory + 2 + i * 12;
            if ((tiff.getShort(entry) & 0xffff) == TAG) {
                int value = tiff.getShort(entry + 8) & 0xffff;
                return value >= 1 && value <= 8 ? values()[value - 1] : AS_IS;
            }
        }
        return AS_IS;
    }

    private static String text(ByteBuffer in, int at, int length) {
        byte[] bytes = new byte[length];
        in.get(at, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /// @return the picture as the scene was seen
    Picture apply(Picture in) {
        int width = in.width();
        int height = in.height();
        boolean sides = ordinal() >= TRANSPOSE.ordinal();
        int outWidth = sides ? height : width;
        int outHeight = sides ? width : height;
        byte[] out = new byte[in.rgb().length];
        for (int y = 0; y < outHeight; y++) {
            for (int x = 0; x < outWidth; x++) {
                int fromX = switch (this) {
                    case AS_IS, FLIP -> x;
                    case MIRROR, TURN_180 -> width - 1 - x;
                    case TRANSPOSE, TURN_RIGHT -> y;
                    case TRANSVERSE, TURN_LEFT -> width - 1 - y;
                };
                int fromY = switch (this) {
                    case AS_IS, MIRROR -> y;
                    case TURN_180, FLIP -> height - 1 - y;
                    case TRANSPOSE, TURN_LEFT -> x;
                    case TURN_RIGHT, TRANSVERSE -> height - 1 - x;
                };
                System.arraycopy(in.rgb(), (fromY * width + fromX) * 3, out, (y * outWidth + x) * 3, 3);
            }
        }
        return new Picture(outWidth, outHeight, out, in.name());
    }
}
