package org.diptych.engine.data.toybox;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.Scene;
import org.diptych.engine.data.More;

/// The true boxes of a scene with features that need no detector: the crop itself, made small.
///
/// A feature is the box's pixels averaged over `side` x `side` equal cells (each pixel counts with the share of it that lies in the cell), red, green and blue from 0 to
/// 1, row by row: D = side * side * 3. A region model learns from it what it otherwise learns from a detector's 2048 numbers.
public final class ToyboxRegions {
    /// 192 numbers for a region.
    public static final int SIDE = 8;

    private ToyboxRegions() {
    }

    /// @param side cells a side, [#SIDE] for the models that ship
    /// @return boxes, features (N, side * side * 3) and labels such as `red fish`, in the order of the scene's objects
    public static Regions of(Scene scene, int side) {
        List<Box> boxes = scene.objects().stream().map(Scene.Thing::box).toList();
        float[][] features = boxes.stream().map(b -> feature(scene.picture(), b, side)).toArray(float[][]::new);
        return new Regions(boxes, features, scene.objects().stream().map(t -> t.colour() + " " + t.kind()).toList());
    }

    /// @param regions with labels such as `red fish`
    /// @return what a detector would say of them; nothing when a label names no thing of this world
    public static Optional<More.Labelled> labelled(Regions regions) {
        List<Kind> kinds = new ArrayList<>();
        List<Hue> hues = new ArrayList<>();
        for (String label : regions.labels()) {
            String[] words = label.split(" ");
            Kind.ALL.stream().filter(k -> k.en.equals(words[words.length - 1])).forEach(kinds::add);
            Hue.ALL.stream().filter(h -> h.en.equals(words[0])).forEach(hues::add);
        }
        int n = regions.boxes().size();
        return kinds.size() == n && hues.size() == n
                ? Optional.of(ToyboxMore.labelled(regions, kinds, hues))
                : Optional.empty();
    }

    /// @param box inside the picture and not empty
    /// @return (side, side, 3), as described above; of any picture
    public static float[] feature(Picture picture, Box box, int side) {
        float[] out = new float[side * side * 3];
        double stepX = (double) box.width() / side;
        double stepY = (double) box.height() / side;
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                mean(picture, box.x1() + column * stepX, box.y1() + row * stepY, stepX, stepY, out,
                        (row * side + column) * 3);
            }
        }
        return out;
    }

    private static void mean(Picture picture, double x, double y, double width, double height, float[] out, int at) {
        int right = Math.min(picture.width(), (int) Math.ceil(x + width));
        int bottom = Math.min(picture.height(), (int) Math.ceil(y + height));
        double total = 0;
        double[] sum = new double[3];
        for (int py = (int) y; py < bottom; py++) {
            double tall = Math.min(py + 1, y + height) - Math.max(py, y);
            for (int px = (int) x; px < right; px++) {
                double share = tall * (Math.min(px + 1, x + width) - Math.max(px, x));
                total += share;
                for (int c = 0; c < 3; c++) {
                    sum[c] += share * (picture.rgb()[(py * picture.width() + px) * 3 + c] & 0xff);
                }
            }
        }
        for (int c = 0; c < 3; c++) {
            out[at + c] = (float) (sum[c] / (255 * total));
        }
    }
}
