package org.diptych.engine.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// A colour scale for heat maps. The tables are plain texts in `assets` (`org/diptych/colormaps/ID.txt`): one `red green blue` row a step,
/// between which colours are interpolated. A person reads a map's name under the key `image.colormap.ID`.
public final class ColorMap {
    /// The map for differences: blue below zero, exactly white at zero, red above.
    public static final String DIVERGING = "diverging";
    /// Every map's id, the default first.
    public static final List<String> IDS = List.of("viridis", "cividis", "magma", "grey", DIVERGING);
    private static final Map<String, ColorMap> MAPS = IDS.stream()
            .collect(Collectors.toUnmodifiableMap(Function.identity(), ColorMap::new));

    private final String id;
    private final int[] steps; // 0xRRGGBB, low end first

    private ColorMap(String id) {
        this.id = id;
        String name = "/org/diptych/colormaps/" + id + ".txt";
        try (InputStream in = ColorMap.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("no colour map " + name);
            }
            steps = new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.startsWith("#"))
                    .mapToInt(ColorMap::row).toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// @param id one of [#IDS]
    /// @throws IllegalArgumentException for any other id
    public static ColorMap of(String id) {
        ColorMap map = MAPS.get(id);
        if (map == null) {
            throw new IllegalArgumentException("no colour map " + id + " among " + IDS);
        }
        return map;
    }

    public String id() {
        return id;
    }

    /// @return true when the middle of the scale stands for zero, so that [#signed(double)] is the way in
    public boolean diverging() {
        return id.equals(DIVERGING);
    }

    /// @param t place on the scale, 0 the low end, 1 the high end; what lies outside is clamped, not-a-number is the low end
    /// @return 0xRRGGBB
    public int rgb(double t) {
        if (!(t > 0)) {
            return steps[0];
        }
        if (t >= 1) {
            return steps[steps.length - 1];
        }
        double place = t * (steps.length - 1);
        int low = (int) place;
        return mix(steps[low], steps[low + 1], place - low);
    }

    /// @param value -1 the low end, 0 the middle (white on the diverging map), 1 the high end
    /// @return 0xRRGGBB
    public int signed(double value) {
        return rgb(Double.isNaN(value) ? 0.5 : (value + 1) / 2);
    }

    /// @param share 0 gives `a`, 1 gives `b`
    /// @return 0xRRGGBB between two colours, each channel by itself
    public static int mix(int a, int b, double share) {
        return channel(a, b, 16, share) << 16 | channel(a, b, 8, share) << 8 | channel(a, b, 0, share);
    }

    private static int channel(int a, int b, int shift, double share) {
        int from = a >> shift & 0xff;
        return (int) Math.round(from + ((b >> shift & 0xff) - from) * share);
    }

    private static int row(String line) {
        String[] parts = line.split(" ");
        return Integer.parseInt(parts[0]) << 16 | Integer.parseInt(parts[1]) << 8 | Integer.parseInt(parts[2]);
    }
}
