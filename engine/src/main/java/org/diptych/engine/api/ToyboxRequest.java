package org.diptych.engine.api;

import java.nio.file.Path;

/// Write Toybox pictures and their texts to a folder.
///
/// @param count scenes
/// @param seed  first scene's seed
/// @param size  side of a picture in pixels
/// @param world `aligned`, `loose` or `free`
/// @param out   folder, made when absent
public record ToyboxRequest(int count, long seed, int size, String world, double noise, Path out) {
    public String commandLine() {
        return "toybox --count " + count + " --seed " + seed + " --size " + size + " --world " + world + " --noise "
                + noise + " --out "
                + CommandLine.quote(out.toString());
    }
}
