package org.diptych.engine.image;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontFormatException;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;
import org.diptych.engine.api.Picture;

/// A sheet of pixels, two a unit, in the bundled typeface.
public final class RasterSheet implements Pen {
    private static final int SCALE = 2;

    private final BufferedImage image;
    private final Graphics2D pen;
    private final Font font;

    public RasterSheet(int width, int height, int ground) {
        image = new BufferedImage(SCALE * width, SCALE * height, BufferedImage.TYPE_INT_RGB);
        pen = image.createGraphics();
        pen.setColor(new Color(ground));
        pen.fillRect(0, 0, image.getWidth(), image.getHeight());
        pen.scale(SCALE, SCALE);
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        pen.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        try (InputStream in = RasterSheet.class.getResourceAsStream("/org/diptych/fonts/NotoSansSC-Regular.ttf")) {
            font = Font.createFont(Font.TRUETYPE_FONT, in);
        } catch (IOException | FontFormatException e) {
            throw new IllegalStateException("font not readable", e); // it ships with the program
        }
    }

    @Override
    public void line(double[] x, double[] y, Ink ink) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < x.length; i++) {
            if (i == 0) {
                path.moveTo(x[i], y[i]);
            } else {
                path.lineTo(x[i], y[i]);
            }
        }
        Color full = new Color(ink.rgb());
        pen.setColor(new Color(full.getRed(), full.getGreen(), full.getBlue(), (int) Math.round(255 * ink.opacity())));
        float width = (float) ink.width();
        pen.setStroke(ink.dash()
                .map(d -> new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1f,
                        new float[]{d.floatValue()}, 0f))
                .orElse(new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)));
        pen.draw(path);
    }

    @Override
    public void dot(double x, double y, double radius, int rgb) {
        pen.setColor(new Color(rgb));
        pen.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
    }

    @Override
    public void text(double x, double y, String text, double size, int rgb, Align align) {
        pen.setFont(font.deriveFont((float) size));
        pen.setColor(new Color(rgb));
        double width = pen.getFontMetrics().getStringBounds(text, pen).getWidth();
        double left = switch (align) {
            case START -> x;
            case MIDDLE -> x - width / 2;
            case END -> x - width;
        };
        pen.drawString(text, (float) left, (float) y);
    }

    @Override
    public void inside(double x, double y, double width, double height) {
        pen.setClip(new Rectangle2D.Double(x, y, width, height));
    }

    @Override
    public void everywhere() {
        pen.setClip(null);
    }

    /// @return units that a text is wide
    public double width(String text, double size) {
        pen.setFont(font.deriveFont((float) size));
        return pen.getFontMetrics().getStringBounds(text, pen).getWidth();
    }

    public void fill(double x, double y, double width, double height, int rgb) {
        pen.setColor(new Color(rgb));
        pen.fill(new Rectangle2D.Double(x, y, width, height));
    }

    /// Draws a picture as large as there is room, in the middle of it.
    ///
    /// @param smooth false leaves the edges of its pixels sharp
    public void picture(Picture picture, double x, double y, double width, double height, boolean smooth) {
        double scale = Math.min(width / picture.width(), height / picture.height());
        AffineTransform place = AffineTransform.getTranslateInstance(x + (width - scale * picture.width()) / 2,
                y + (height - scale * picture.height()) / 2);
        place.scale(scale, scale);
        pen.setRenderingHint(RenderingHints.KEY_INTERPOLATION, smooth
                ? RenderingHints.VALUE_INTERPOLATION_BILINEAR
                : RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
        pen.drawImage(Pictures.image(picture), place, null);
    }

    /// @return what was drawn
    public Picture picture(String name) {
        byte[] rgb = new byte[image.getWidth() * image.getHeight() * 3];
        int[] all = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        for (int i = 0; i < all.length; i++) {
            rgb[3 * i] = (byte) (all[i] >> 16);
            rgb[3 * i + 1] = (byte) (all[i] >> 8);
            rgb[3 * i + 2] = (byte) all[i];
        }
        return new Picture(image.getWidth(), image.getHeight(), rgb, name);
    }

    /// @return the whole file
    public byte[] png() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail to be written
        }
        return bytes.toByteArray();
    }
}
