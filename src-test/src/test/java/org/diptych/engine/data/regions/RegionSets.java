package org.diptych.engine.data.regions;

import static org.diptych.engine.data.regions.RegionBytes.base64;
import static org.diptych.engine.data.regions.RegionBytes.bytes;
import static org.diptych.engine.data.regions.RegionBytes.longs;
import static org.diptych.engine.data.regions.RegionBytes.npy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.Scene;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.data.toybox.ToyboxRegions;
import org.diptych.engine.data.toybox.World;
import org.diptych.engine.image.Pictures;

/// Sets of a person's own, made of Toybox scenes: pictures, their captions, and region features as a detector's tools would leave them.
public final class RegionSets {
    /// Pictures are as large.
    public static final int SIDE = 64;

    private RegionSets() {
    }

    public static Scene scene(int number) {
        return Toybox.scene(number, SIDE, World.ALIGNED);
    }

    public static String caption(int number) {
        return scene(number).captions().get("en").getFirst();
    }

    /// @param cells a side: each region has 3 cells * cells numbers
    public static Regions regions(int number, int cells) {
        return ToyboxRegions.of(scene(number), cells);
    }

    /// @return class of each region: the kind of thing
    public static long[] kinds(Regions regions) {
        List<String> kinds = Toybox.kinds("en");
        return regions.labels().stream().mapToLong(l -> kinds.indexOf(l.substring(l.lastIndexOf(' ') + 1))).toArray();
    }

    /// Writes `0.png` and so on, and `captions.csv`.
    public static Path pictures(Path folder, int count) throws Exception {
        StringBuilder table = new StringBuilder("image,caption,split\n");
        for (int i = 0; i < count; i++) {
            Pictures.writePng(folder.resolve(i + ".png"), scene(i).picture());
            table.append(i).append(".png,\"").append(caption(i)).append("\",").append(i % 4 == 3 ? "val" : "train")
                    .append('\n');
        }
        Files.writeString(folder.resolve("captions.csv"), table);
        return folder;
    }

    /// Writes the detector's list of names.
    public static void names(Path folder) throws IOException {
        Files.write(folder.resolve("objects_vocab.txt"), Toybox.kinds("en"));
    }

    /// Writes the features of one picture as UNITER's `convert_imgdir.py` does, and its classes as bottom-up-attention.pytorch does.
    ///
    /// @param classes whether the file tells the class of each region
    public static Path npz(Path file, Regions regions, boolean classes) throws IOException {
        int n = regions.boxes().size();
        float[] boxes = new float[6 * n];
        for (int i = 0; i < n; i++) {
            Box b = regions.boxes().get(i);
            float[] own = {b.x1() / SIDE, b.y1() / SIDE, b.x2() / SIDE, b.y2() / SIDE, b.width() / SIDE,
                    b.height() / SIDE};
            System.arraycopy(own, 0, boxes, 6 * i, 6);
        }
        Map<String, byte[]> fields = new LinkedHashMap<>();
        fields.put("norm_bb", npy(n + ", 6", boxes));
        fields.put("features", npy(n + ", " + regions.features()[0].length, flat(regions.features())));
        if (classes) {
            fields.put("objects_id", npy("<i8", "False", n + ",", longs(kinds(regions))));
            fields.put("objects_conf", npy(n + ",", sure(n)));
        }
        return RegionBytes.npz(file, fields);
    }

    private static float[] sure(int n) {
        float[] out = new float[n];
        java.util.Arrays.fill(out, 0.9f);
        return out;
    }

    /// @return a line of a table as LXMERT has it, with classes, or as bottom-up attention has it
    public static String line(String id, Regions regions, boolean classes) {
        int n = regions.boxes().size();
        float[][] boxes = regions.boxes().stream().map(b -> new float[]{b.x1(), b.y1(), b.x2(), b.y2()})
                .toArray(float[][]::new);
        String ends = String.join("\t", Integer.toString(n), base64(bytes(flat(boxes))),
                base64(bytes(flat(regions.features())))) + "\n";
        String side = Integer.toString(SIDE);
        return classes
                ? String.join("\t", id, side, side, base64(longs(kinds(regions))), base64(bytes(sure(n))),
                        base64(longs(new long[n])), base64(bytes(sure(n))), ends)
                : String.join("\t", id, side, side, ends);
    }

    private static float[] flat(float[][] rows) {
        float[] out = new float[rows.length * rows[0].length];
        IntStream.range(0, out.length).forEach(i -> out[i] = rows[i / rows[0].length][i % rows[0].length]);
        return out;
    }

    /// Writes a whole set: pictures, captions, and a file of features for each.
    public static Path write(Path folder, int count, int cells, boolean classes) throws Exception {
        pictures(folder, count);
        for (int i = 0; i < count; i++) {
            npz(folder.resolve(i + ".npz"), regions(i, cells), classes);
        }
        if (classes) {
            names(folder);
        }
        return folder;
    }
}
