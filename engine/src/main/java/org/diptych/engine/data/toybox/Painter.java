package org.diptych.engine.data.toybox;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Scene;

/// Draws layouts at any size with Java2D's own software renderer, whose result does not depend on the machine.
final class Painter {
    private Painter() {
    }

    static Picture picture(Layout layout, int size) {
        return new Picture(size, size, rgb(image(layout, size)), "toybox-" + layout.seed());
    }

    /// @return things with pixel box and mask at that size
    static List<Scene.Thing> things(Layout layout, int size) {
        List<Scene.Thing> out = new ArrayList<>();
        for (Thing thing : layout.things()) {
            byte[] mask = mask(thing, size);
            out.add(new Scene.Thing(thing.kind().en, thing.hue().en, thing.large() ? "large" : "small",
                    around(mask, size), mask));
        }
        return out;
    }

    private static BufferedImage image(Layout layout, int size) {
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setPaint(new GradientPaint(0, 0, layout.ground().top, 0, size, layout.ground().bottom));
        g.fillRect(0, 0, size, size);
        smooth(g);
        for (Thing thing : layout.things()) {
            draw(g, thing, size, false);
        }
        g.dispose();
        return image;
    }

    private static void smooth(Graphics2D g) {
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    }

    private static void draw(Graphics2D g, Thing thing, int size, boolean silhouette) {
        AffineTransform before = g.getTransform();
        double scale = size / 64.0;
        g.translate(thing.x() * scale, thing.y() * scale);
        g.scale(thing.w() * scale, thing.w() * scale);
        g.setStroke(new BasicStroke(0.04f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
        new Shapes(g, thing.hue(), silhouette).draw(thing.kind());
        g.setTransform(before);
    }

    private static byte[] mask(Thing thing, int size) {
        BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(Color.BLACK);
        g.fillRect(0, 0, size, size);
        smooth(g);
        draw(g, thing, size, true);
        g.dispose();
        int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
        byte[] mask = new byte[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
            mask[i] = (byte) ((pixels[i] & 0xff) >= 128 ? 1 : 0);
        }
        return mask;
    }

    private static Box around(byte[] mask, int size) {
        int left = size;
        int top = size;
        int right = 0;
        int bottom = 0;
        for (int i = 0; i < mask.length; i++) {
            if (mask[i] == 1) {
                left = Math.min(left, i % size);
                right = Math.max(right, i % size + 1);
                top = Math.min(top, i / size);
                bottom = Math.max(bottom, i / size + 1);
            }
        }
        return new Box(left, top, right, bottom);
    }

    private static byte[] rgb(BufferedImage image) {
        int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
        byte[] out = new byte[pixels.length * 3];
        for (int i = 0; i < pixels.length; i++) {
            out[3 * i] = (byte) (pixels[i] >> 16);
            out[3 * i + 1] = (byte) (pixels[i] >> 8);
            out[3 * i + 2] = (byte) pixels[i];
        }
        return out;
    }
}
