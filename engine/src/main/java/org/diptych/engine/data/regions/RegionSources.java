package org.diptych.engine.data.regions;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.Sample;
import org.diptych.engine.data.toybox.ToyboxRegions;
import org.diptych.engine.model.ReadsRegions;
import org.diptych.engine.model.VisionLanguageModel;

/// Gives a model that reads regions what it reads of a picture.
public final class RegionSources {
    private static final int COLOURS = 3;

    private RegionSources() {
    }

    /// @param text   or none
    /// @param source passed over for a model that reads pixels
    public static Sample sample(VisionLanguageModel model, Picture picture, Optional<String> text,
            Optional<RegionSource> source) throws EngineException {
        Optional<Regions> regions = Optional.empty();
        if (model instanceof ReadsRegions reads && source.isPresent()) {
            regions = Optional.of(regions(model, reads.regionWidth(), picture, source.get()));
        }
        return new Sample(Optional.of(picture), text, regions);
    }

    private static Regions regions(VisionLanguageModel model, int width, Picture picture, RegionSource source)
            throws EngineException {
        return switch (source) {
            case RegionSource.Given given -> given.regions();
            case RegionSource.Crops crops -> crops(model, width, picture, crops.boxes(), crops.labels());
            case RegionSource.Grid grid -> crops(model, width, picture, cells(picture, grid), List.of());
        };
    }

    private static List<Box> cells(Picture picture, RegionSource.Grid grid) {
        List<Box> cells = new ArrayList<>();
        float w = (float) picture.width() / grid.cols();
        float h = (float) picture.height() / grid.rows();
        for (int row = 0; row < grid.rows(); row++) {
            for (int col = 0; col < grid.cols(); col++) {
                cells.add(new Box(col * w, row * h, (col + 1) * w, (row + 1) * h));
            }
        }
        return cells;
    }

    /// @throws EngineException when the model reads features that no crop has as many numbers as
    private static Regions crops(VisionLanguageModel model, int width, Picture picture, List<Box> boxes,
            List<String> labels) throws EngineException {
        int side = (int) Math.round(Math.sqrt((double) width / COLOURS));
        if (side * side * COLOURS != width) {
            throw new EngineException("models.regions.crops", model.family(), width);
        }
        float[][] features = boxes.stream().map(b -> ToyboxRegions.feature(picture, b, side)).toArray(float[][]::new);
        return new Regions(boxes, features, labels);
    }
}
