package org.diptych.engine.models.vlmo;

import java.util.ArrayList;
import java.util.List;
import org.diptych.engine.api.AttentionSite.Expert;

/// Which expert takes which position of a sequence, layer by layer.
///
/// @param words     positions from the first that are words
/// @param positions of the sequence
/// @param pairFrom  first layer in which the expert for pairs takes all of them
record Route(int words, int positions, int pairFrom) {
    /// Words or a picture alone, through its own experts to the last layer.
    static Route alone(int words, int positions) {
        return new Route(words, positions, Integer.MAX_VALUE);
    }

    boolean throughPair(int layer) {
        return layer >= pairFrom;
    }

    /// @return true where words go to one expert and the picture to another
    boolean parts(int layer) {
        return words > 0 && words < positions && !throughPair(layer);
    }

    /// @return the stretches of one layer, as a view shows them
    List<Expert> experts(int layer) {
        if (throughPair(layer)) {
            return List.of(new Expert("VL-FFN", 0, positions));
        }
        List<Expert> all = new ArrayList<>();
        if (words > 0) {
            all.add(new Expert("L-FFN", 0, Math.min(words, positions)));
        }
        if (words < positions) {
            all.add(new Expert("V-FFN", words, positions));
        }
        return all;
    }
}
