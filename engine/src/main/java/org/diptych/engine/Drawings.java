package org.diptych.engine;

import java.nio.file.Path;
import org.diptych.engine.api.ColorMap;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.OverlayRequest;
import org.diptych.engine.image.Overlay;
import org.diptych.engine.image.PatchGrid;
import org.diptych.engine.image.Pictures;

/// Maps and matrices as picture files.
final class Drawings {
    private static final double OPACITY = 0.7;
    private static final int MATRIX_SIDE = 768;

    private Drawings() {
    }

    static Path overlay(OverlayRequest request) throws EngineException {
        Overlay overlay = new Overlay(ColorMap.of(request.colours()), OPACITY, true);
        PatchGrid grid = new PatchGrid(request.rows(), request.cols(), request.view());
        Pictures.writePng(request.out(), overlay.draw(request.picture(), request.values(), grid));
        return request.out();
    }

    static Path matrix(ContrastResult result, Path file) throws EngineException {
        int cell = Math.max(1, MATRIX_SIDE / Math.max(result.rows(), result.cols()));
        Pictures.writePng(file, new Overlay(ColorMap.of("viridis"), 1, false).table(result.similarity(), result.rows(),
                result.cols(), cell));
        return file;
    }
}
