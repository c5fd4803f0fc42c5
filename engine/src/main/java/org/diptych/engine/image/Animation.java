package org.diptych.engine.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOInvalidTreeException;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.SafeFile;

/// Writes GIF animations that play for ever (CompuServe GIF89a, section 23, and the NETSCAPE2.0 application block).
public final class Animation {
    private static final String FORMAT = "javax_imageio_gif_image_1.0";
    private static final int HUNDREDTH = 10;

    private Animation() {
    }

    /// @param frames of one size
    /// @param millis that each is shown, to the hundredth of a second
    /// @throws EngineException when the file cannot be written; what `frames` throws leaves no file behind
    public static void write(Path file, int count, IntFunction<Picture> frames, List<Integer> millis)
            throws EngineException {
        SafeFile.write(file, channel -> {
            ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
            try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(
                    Channels.newOutputStream(channel))) {
                writer.setOutput(out);
                writer.prepareWriteSequence(null);
                for (int i = 0; i < count; i++) {
                    BufferedImage image = Pictures.image(frames.apply(i));
                    writer.writeToSequence(new IIOImage(image, null, timed(writer, image, millis.get(i))), null);
                }
                writer.endWriteSequence();
                out.flush();
                channel.force(true); // closing the stream closes the channel
            } finally {
                writer.dispose();
            }
        });
    }

    private static IIOMetadata timed(ImageWriter writer, BufferedImage image, int millis)
            throws IIOInvalidTreeException {
        IIOMetadata data = writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
        IIOMetadataNode root = new IIOMetadataNode(FORMAT);
        IIOMetadataNode control = new IIOMetadataNode("GraphicControlExtension");
        control.setAttribute("disposalMethod", "none");
        control.setAttribute("userInputFlag", "FALSE");
        control.setAttribute("transparentColorFlag", "FALSE");
        control.setAttribute("transparentColorIndex", "0");
        control.setAttribute("delayTime", Integer.toString(Math.max(1, millis / HUNDREDTH)));
        root.appendChild(control);
        IIOMetadataNode blocks = new IIOMetadataNode("ApplicationExtensions");
        IIOMetadataNode loop = new IIOMetadataNode("ApplicationExtension");
        loop.setAttribute("applicationID", "NETSCAPE");
        loop.setAttribute("authenticationCode", "2.0");
        loop.setUserObject(new byte[]{1, 0, 0}); // as often as it likes
        blocks.appendChild(loop);
        root.appendChild(blocks);
        data.mergeTree(FORMAT, root);
        return data;
    }
}
