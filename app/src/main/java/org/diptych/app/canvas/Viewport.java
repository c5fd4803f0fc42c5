package org.diptych.app.canvas;

import javafx.geometry.Point2D;
import javafx.geometry.Rectangle2D;
import org.diptych.engine.api.Box;

/// Where a picture lies in its canvas.
///
/// @param x      left edge of the picture in the canvas
/// @param y      its top edge
/// @param scale  canvas units a picture pixel
/// @param width  the picture's width in pixels
/// @param height its height in pixels
public record Viewport(double x, double y, double scale, int width, int height) {
    /// @return the box in canvas units
    public Rectangle2D toView(Box box) {
        return new Rectangle2D(x + box.x1() * scale, y + box.y1() * scale, Math.max(0, box.width() * scale),
                Math.max(0, box.height() * scale));
    }

    /// @return the place in picture pixels, which may lie outside of the picture
    public Point2D toPicture(double viewX, double viewY) {
        return new Point2D((viewX - x) / scale, (viewY - y) / scale);
    }

    public boolean contains(Point2D picture) {
        return picture.getX() >= 0 && picture.getY() >= 0 && picture.getX() < width && picture.getY() < height;
    }
}
