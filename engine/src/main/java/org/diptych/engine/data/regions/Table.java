package org.diptych.engine.data.regions;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Regions;

/// The regions of one picture as a file holds them, before they are held against the picture.
///
/// @param file     for messages
/// @param width    of the picture they were made from in pixels; 0 when the file does not say
/// @param height   likewise
/// @param shares   true when boxes are shares of the picture's sides, false for pixels
/// @param boxes    (N, 4 or more) x1, y1, x2, y2
/// @param features (N, D)
/// @param detected what a detector says of them
record Table(Path file, int width, int height, boolean shares, float[][] boxes, float[][] features,
        Detected detected) {
    /// Detectors round to whole pixels, so a box may reach this far over the edge; it is cut there.
    private static final float ROUNDING = 1;
    /// The same picture, scaled to whole pixels, may change its proportions by this much.
    private static final double PROPORTIONS = 0.02;

    /// @param count the regions that count, the first ones: a file may hold more rows than its detector kept
    Table first(int count) throws EngineException {
        if (count > boxes.length || count > features.length) {
            throw counted(count, boxes.length, features.length);
        }
        return new Table(file, width, height, shares, Arrays.copyOf(boxes, count), Arrays.copyOf(features, count),
                detected.first(count));
    }

    /// @throws EngineException when counts differ or there is nothing
    Look look() throws EngineException {
        if (boxes.length != features.length) {
            throw counted(boxes.length, boxes.length, features.length);
        }
        if (boxes.length == 0 || features[0].length == 0) {
            throw new EngineException("data.regions.none", file.getFileName());
        }
        return new Look(boxes.length, features[0].length, detected.classes(), detected.kinds());
    }

    private EngineException counted(int count, int boxed, int featured) {
        return new EngineException("data.regions.count", file.getFileName(), count, boxed, featured);
    }

    /// @return the regions in the picture's own pixels
    /// @throws EngineException when counts differ, a feature is no number, or a box lies outside the picture
    Regions in(Picture picture) throws EngineException {
        look();
        for (int i = 0; i < features.length; i++) {
            for (float value : features[i]) {
                if (!Float.isFinite(value)) {
                    throw new EngineException("data.regions.nan", file.getFileName(), i + 1);
                }
            }
        }
        float w = shares ? 1 : width > 0 ? width : picture.width();
        float h = shares ? 1 : height > 0 ? height : picture.height();
        if (width > 0 && height > 0 && Math.abs((double) width * picture.height() / ((double) height * picture.width())
                - 1) > PROPORTIONS) {
            throw new EngineException("data.regions.proportions", file.getFileName(), width, height, picture.width(),
                    picture.height());
        }
        List<Box> out = new ArrayList<>();
        for (int i = 0; i < boxes.length; i++) {
            out.add(box(i, w, h, picture));
        }
        return new Regions(out, features, detected.names());
    }

    private Box box(int index, float w, float h, Picture picture) throws EngineException {
        float[] b = boxes[index];
        if (b.length < 4) {
            throw new EngineException("data.regions.lacks", file.getFileName(), "x1, y1, x2, y2", b.length);
        }
        float overX = shares ? ROUNDING / picture.width() : ROUNDING;
        float overY = shares ? ROUNDING / picture.height() : ROUNDING;
        boolean inside = b[0] >= -overX && b[1] >= -overY && b[2] <= w + overX && b[3] <= h + overY && b[0] <= b[2]
                && b[1] <= b[3]; // false for what is no number
        if (!inside) {
            throw new EngineException("data.regions.outside", file.getFileName(), index + 1,
                    b[0] + ", " + b[1] + ", " + b[2] + ", " + b[3], shares ? 1 : (int) w, shares ? 1 : (int) h);
        }
        float sx = picture.width() / w;
        float sy = picture.height() / h;
        return new Box(Math.clamp(b[0], 0, w) * sx, Math.clamp(b[1], 0, h) * sy, Math.clamp(b[2], 0, w) * sx,
                Math.clamp(b[3], 0, h) * sy);
    }
}
