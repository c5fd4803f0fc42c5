package org.diptych.engine.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Picture;
import org.w3c.dom.Node;

/// One picture file on its way to 8-bit RGB.
final class Decoder {
    private static final int WHITE = 255;

    private final byte[] bytes;
    private final String name;
    private final Format format;
    private final List<Message> notes = new ArrayList<>();

    Decoder(byte[] bytes, String name, Format format) {
        this.bytes = bytes;
        this.name = name;
        this.format = format;
    }

    Pictures.Opened decode() throws EngineException {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format.reader());
        if (!readers.hasNext()) {
            throw new IllegalStateException("no reader for " + format);
        }
        ImageReader reader = readers.next();
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
            reader.setInput(in, false, false);
            check(reader.getWidth(0), reader.getHeight(0));
            noteFrames(reader);
            noteInk(reader);
            reader.addIIOReadWarningListener((source, warning) -> damaged(warning));
            BufferedImage image = reader.read(0);
            check(image.getWidth(), image.getHeight());
            Picture plain = new Picture(image.getWidth(), image.getHeight(), rgb(image), name);
            Picture whole = format == Format.GIF ? onScreen(plain, reader.getImageMetadata(0)) : plain;
            return new Pictures.Opened(turn(whole), notes);
        } catch (IOException | RuntimeException e) {
            throw new EngineException(e, "image.broken", name, reason(e));
        } catch (OutOfMemoryError e) {
            throw new EngineException(e, "image.memory", name);
        } finally {
            reader.dispose();
        }
    }

    private static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private void check(int width, int height) throws EngineException {
        if (width < 1 || height < 1) {
            throw new EngineException("image.empty", name, width, height);
        }
        if (width > Pictures.LONGEST || height > Pictures.LONGEST || (long) width * height > Pictures.MOST) {
            throw new EngineException("image.large", name, Integer.toString(width), Integer.toString(height),
                    Integer.toString(Pictures.LONGEST), Pictures.MOST / 1_000_000);
        }
    }

    private void noteFrames(ImageReader reader) throws IOException {
        if (format == Format.GIF || format == Format.WEBP) {
            int frames = reader.getNumImages(true);
            if (frames > 1) {
                notes.add(Message.of("image.note.frames", frames));
            }
        }
    }

    /// A JPEG of four channels holds printing inks; the reader turns them to RGB.
    private void noteInk(ImageReader reader) throws IOException {
        if (format == Format.JPEG && jpegChannels() == 4) {
            notes.add(Message.of("image.note.ink"));
        }
    }

    private int jpegChannels() {
        for (int at = 2; at + 9 < bytes.length && (bytes[at] & 0xff) == 0xff;) {
            int marker = bytes[at + 1] & 0xff;
            boolean frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
            if (frame) {
                return bytes[at + 9] & 0xff;
            }
            at += 2 + ((bytes[at + 2] & 0xff) << 8 | bytes[at + 3] & 0xff);
        }
        return 0;
    }

    /// What a reader says of colour profiles is no damage: samples are taken as they stand.
    private void damaged(String warning) {
        boolean colours = warning.toLowerCase(Locale.ROOT).contains("profile");
        if (!colours && notes.stream().noneMatch(n -> n.key().equals("image.note.damaged"))) {
            notes.add(Message.of("image.note.damaged", warning));
        }
    }

    /// Samples are taken as they stand, as PIL does: Java would otherwise bend a grey picture's values between two colour spaces.
    private byte[] rgb(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] out = new byte[Math.multiplyExact(width * height, 3)];
        boolean alpha = image.getColorModel().hasAlpha();
        boolean palette = image.getColorModel() instanceof IndexColorModel;
        Raster raster = image.getRaster();
        int bands = raster.getNumBands();
        int bits = palette ? 8 : Arrays.stream(raster.getSampleModel().getSampleSize()).max().orElse(8);
        if (bits > 8) {
            notes.add(Message.of("image.note.depth", bits));
        }
        int[] line = palette ? new int[width] : new int[width * bands];
        boolean seenThrough = false;
        for (int y = 0; y < height; y++) {
            if (palette) {
                image.getRGB(0, y, width, 1, line, 0, width);
            } else {
                raster.getPixels(0, y, width, 1, line);
            }
            for (int x = 0; x < width; x++) {
                int to = (y * width + x) * 3;
                int opacity = 255;
                for (int c = 0; c < 3; c++) {
                    int value;
                    if (palette) {
                        value = line[x] >> 16 - 8 * c & 0xff;
                        opacity = line[x] >>> 24;
                    } else {
                        value = eight(line[x * bands + (bands < 3 ? 0 : c)], bits);
                        opacity = alpha ? eight(line[x * bands + bands - 1], bits) : 255;
                    }
                    out[to + c] = (byte) (opacity == 255 ? value : over(value, opacity));
                }
                seenThrough |= opacity != 255;
            }
        }
        if (seenThrough) {
            notes.add(Message.of("image.note.alpha"));
        }
        return out;
    }

    private static int eight(int sample, int bits) {
        return bits > 8 ? sample >> bits - 8 : bits == 8 ? sample : sample * 255 / ((1 << bits) - 1);
    }

    private static int over(int value, int opacity) {
        return (value * opacity + WHITE * (255 - opacity) + 127) / 255;
    }

    /// A GIF's first frame may be smaller than its screen; the rest is white.
    private Picture onScreen(Picture frame, IIOMetadata metadata) throws EngineException {
        int width = (bytes[6] & 0xff) | (bytes[7] & 0xff) << 8;
        int height = (bytes[8] & 0xff) | (bytes[9] & 0xff) << 8;
        Node place = metadata.getAsTree(metadata.getNativeMetadataFormatName()).getFirstChild();
        int left = Integer.parseInt(place.getAttributes().getNamedItem("imageLeftPosition").getNodeValue());
        int top = Integer.parseInt(place.getAttributes().getNamedItem("imageTopPosition").getNodeValue());
        int wholeWidth = Math.max(width, left + frame.width());
        int wholeHeight = Math.max(height, top + frame.height());
        if (wholeWidth == frame.width() && wholeHeight == frame.height()) {
            return frame;
        }
        check(wholeWidth, wholeHeight);
        byte[] out = new byte[wholeWidth * wholeHeight * 3];
        Arrays.fill(out, (byte) WHITE);
        for (int y = 0; y < frame.height(); y++) {
            System.arraycopy(frame.rgb(), y * frame.width() * 3, out, ((top + y) * wholeWidth + left) * 3,
                    frame.width() * 3);
        }
        return new Picture(wholeWidth, wholeHeight, out, name);
    }

    private Picture turn(Picture picture) {
        Orientation orientation = Orientation.of(bytes, format);
        if (orientation == Orientation.AS_IS) {
            return picture;
        }
        notes.add(Message.of("image.note.turned"));
        return orientation.apply(picture);
    }
}
