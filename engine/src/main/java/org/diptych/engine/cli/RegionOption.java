package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionPlace;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.Scene;

/// `--regions`: a file, `grid:4x4` or `toybox`.
final class RegionOption {
    static final String TOYBOX = "toybox";
    private static final Pattern GRID = Pattern.compile("grid:([1-9]\\d?)x([1-9]\\d?)");

    private RegionOption() {
    }

    static boolean sound(String given) {
        return !given.startsWith("grid:") || GRID.matcher(given).matches();
    }

    /// @param given as typed; empty for a scene's own boxes, or a grid for any other picture
    /// @param scene behind the picture, at the picture's size
    /// @return nothing for a model that reads pixels
    static Optional<RegionSource> of(String given, Console console, Engine engine, LoadedModel model, Picture picture,
            Optional<Scene> scene) throws EngineException {
        if (model.regionWidth() == 0) {
            return Optional.empty();
        }
        if (scene.isPresent() && (given.isEmpty() || given.equals(TOYBOX))) {
            return scene.map(RegionSource.Crops::of);
        }
        if (given.isEmpty()) {
            return Optional.of(RegionSource.Grid.USUAL);
        }
        Matcher grid = GRID.matcher(given);
        return Optional.of(grid.matches()
                ? new RegionSource.Grid(Integer.parseInt(grid.group(1)), Integer.parseInt(grid.group(2)))
                : new RegionSource.Given(
                        console.await(engine.readRegions(RegionPlace.whole(Path.of(given)), picture))));
    }
}
