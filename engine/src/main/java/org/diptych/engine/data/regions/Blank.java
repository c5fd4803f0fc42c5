package org.diptych.engine.data.regions;

import java.util.Arrays;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Regions;
import org.diptych.engine.model.ReadsRegions;
import org.diptych.engine.model.VisionLanguageModel;

/// What a model is shown where a score is to be known that the text alone reaches: a picture of the same size with nothing in it.
public final class Blank {
    private static final int GREY = 128;
    private static final int COLOURS = 3;
    private static final int MOST = 255;

    private Blank() {
    }

    /// @return true for a model that is shown something
    public static boolean sees(VisionLanguageModel model) {
        return model.imageSize() > 0 || model instanceof ReadsRegions;
    }

    /// @return grey all over
    public static Picture picture(Picture picture) {
        byte[] grey = new byte[picture.rgb().length];
        Arrays.fill(grey, (byte) GREY);
        return new Picture(picture.width(), picture.height(), grey, "blank");
    }

    /// The same boxes on a blank picture. Features that are as many as a crop's are those of a grey crop; a detector's, which nobody can compute here, are 0, as those of
    /// regions that are hidden.
    public static Regions regions(Regions regions) {
        float[][] features = new float[regions.features().length][];
        for (int i = 0; i < features.length; i++) {
            features[i] = new float[regions.features()[i].length];
            int cells = features[i].length / COLOURS;
            int side = (int) Math.round(Math.sqrt(cells));
            if (side * side * COLOURS == features[i].length) {
                Arrays.fill(features[i], (float) GREY / MOST);
            }
        }
        return new Regions(regions.boxes(), features, regions.labels());
    }
}
