package org.diptych.engine.data.regions;

import java.nio.file.Path;
import java.util.Locale;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionPlace;
import org.diptych.engine.api.Regions;
import org.diptych.engine.data.More;

/// The door to region files: one picture's boxes and features from any of the forms in which public feature sets come ([ArrayRegions], [TsvRegions]).
public final class RegionFile {
    private RegionFile() {
    }

    /// @param picture whose regions they are; its name finds its line in a table of many
    /// @param between called between two lines of a long file; may throw to stop
    /// @return boxes in the picture's own pixels, with their features
    /// @throws EngineException when the file is none, damaged, says two things of one, or belongs to another picture
    public static Regions read(RegionPlace place, Picture picture, Runnable between) throws EngineException {
        return table(place, picture, between).in(picture);
    }

    /// @return the same with what the file holds of a detector's say about them
    public static More.Labelled labelled(RegionPlace place, Picture picture) throws EngineException {
        Table table = table(place, picture, () -> {
        });
        return table.detected().of(table.in(picture));
    }

    /// @return true for a file of region features, as far as name and first line tell
    public static boolean is(Path file) {
        String ending = ending(file);
        return ending.equals("npz") || ending.equals("npy") || ending.equals("tsv") && TsvIndex.begins(file);
    }

    /// @param line the first of a file
    /// @return true when it is of a table of region features
    public static boolean heads(String line) {
        return TsvRegions.heads(line);
    }

    /// @return what the file of one picture holds, as far as that is told without reading all of it
    static Look look(Path file) throws EngineException {
        return ending(file).equals("npz") ? ArrayRegions.look(file) : ArrayRegions.npy(file).look();
    }

    private static Table table(RegionPlace place, Picture picture, Runnable between) throws EngineException {
        Path file = place.file();
        return switch (ending(file)) {
            case "npz" -> ArrayRegions.npz(file);
            case "npy" -> ArrayRegions.npy(file);
            case "tsv" -> {
                TsvRegions table = new TsvRegions(file, between);
                yield place.at() == RegionPlace.WHOLE ? table.read(picture.name()) : table.read(place.at());
            }
            default -> throw new EngineException("data.regions.unknown", file.getFileName());
        };
    }

    private static String ending(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
