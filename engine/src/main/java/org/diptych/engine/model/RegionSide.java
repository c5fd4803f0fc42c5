package org.diptych.engine.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Tokens;

/// The picture's side of models that read detector regions instead of pixels.
public final class RegionSide {
    /// Several samples' regions, filled up with zeros.
    ///
    /// @param features (B, N, F)
    /// @param places   (B, N, P)
    /// @param mask     int64 (B, N) 1 for a region
    public record Batch(NDArray features, NDArray places, NDArray mask) {
    }

    private RegionSide() {
    }

    /// @param model  as a person calls it, for messages
    /// @param width  F that the model reads
    /// @param tokens the text's side
    /// @throws EngineException when a picture comes without regions or with features of another width
    public static Encoded encode(String model, int width, Optional<Tokens> tokens, Sample sample)
            throws EngineException {
        if (sample.picture().isEmpty()) {
            return new Encoded(tokens, new float[0], 0, 0, Optional.empty(), Optional.empty());
        }
        Regions regions = sample.regions().orElseThrow(() -> new EngineException("models.regions", model));
        int found = regions.features().length == 0 ? 0 : regions.features()[0].length;
        if (found != width) {
            throw new EngineException("models.regions.width", model, width, found);
        }
        Box whole = new Box(0, 0, sample.picture().get().width(), sample.picture().get().height());
        return new Encoded(tokens, new float[0], 0, 0, Optional.of(whole), Optional.of(regions));
    }

    /// @param samples with regions
    /// @param place   from a box and the whole picture to P numbers
    public static Batch batch(List<Encoded> samples, BiFunction<Box, Box, float[]> place, NDManager manager) {
        int b = samples.size();
        int most = samples.stream().mapToInt(s -> s.regions().orElseThrow().boxes().size()).max().orElseThrow();
        int f = samples.getFirst().regions().orElseThrow().features()[0].length;
        int p = place.apply(new Box(0, 0, 1, 1), new Box(0, 0, 1, 1)).length;
        float[] features = new float[b * most * f];
        float[] places = new float[b * most * p];
        long[] mask = new long[b * most];
        for (int i = 0; i < b; i++) {
            Regions regions = samples.get(i).regions().orElseThrow();
            Box whole = samples.get(i).view().orElseThrow();
            for (int r = 0; r < regions.boxes().size(); r++) {
                System.arraycopy(regions.features()[r], 0, features, (i * most + r) * f, f);
                System.arraycopy(place.apply(regions.boxes().get(r), whole), 0, places, (i * most + r) * p, p);
                mask[i * most + r] = 1;
            }
        }
        return new Batch(Staging.floats(manager, features, new Shape(b, most, f)),
                Staging.floats(manager, places, new Shape(b, most, p)),
                Staging.longs(manager, mask, new Shape(b, most)));
    }

    /// @return x1, y1, x2, y2 as shares of the picture's width and height
    public static float[] corners(Box box, Box whole) {
        return new float[]{box.x1() / whole.x2(), box.y1() / whole.y2(), box.x2() / whole.x2(),
                box.y2() / whole.y2()};
    }
}
