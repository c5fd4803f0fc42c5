package org.diptych.engine.data.regions;

import java.nio.file.Path;
import java.util.Locale;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Regions;

/// The door to region files: one picture's boxes and features from any of the forms in which public feature sets come ([ArrayRegions], [TsvRegions]).
public final class RegionFile {
    private RegionFile() {
    }

    /// @param picture whose regions they are; its name finds its line in a table of many
    /// @param between called between two lines of a long file; may throw to stop
    /// @return boxes in the picture's own pixels, with their features
    /// @throws EngineException when the file is none, damaged, says two things of one, or belongs to another picture
    public static Regions read(Path file, Picture picture, Runnable between) throws EngineException {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        Table table;
        if (name.endsWith(".npz")) {
            table = ArrayRegions.npz(file);
        } else if (name.endsWith(".npy")) {
            table = ArrayRegions.npy(file);
        } else if (name.endsWith(".tsv")) {
            table = new TsvRegions(file, between).read(picture.name());
        } else {
            throw new EngineException("data.regions.unknown", file.getFileName());
        }
        return table.in(picture);
    }
}
