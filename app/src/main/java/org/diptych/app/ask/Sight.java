package org.diptych.app.ask;

import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.GenerateResult;
import org.diptych.engine.api.GenerateResult.Gaze;
import org.diptych.engine.api.GenerateResult.Read;
import org.diptych.engine.api.Regions;
import org.diptych.engine.api.RelevanceResult;

/// Where a word looked, or what a finding rests on, ready to be drawn.
///
/// @param over    patches or boxes; empty when nothing is known of the picture
/// @param picture one value for each of them
/// @param view    the part of the picture that the model saw, in the pixels of the picture it was given
/// @param regions the boxes, of a model that reads regions
/// @param prompt  one value for each token that was read, special ones included; shorter where the end is not known
/// @param written one value for each word written before
/// @param through name of the site by which what was looked at has looked at the picture, empty where it was looked at itself
record Sight(Optional<Axis> over, float[] picture, Optional<Box> view, Optional<Regions> regions, float[] prompt,
        float[] written, String through) {
    static final Sight NONE = new Sight(Optional.empty(), new float[0], Optional.empty(), Optional.empty(),
            new float[0], new float[0], "");

    /// @return sites of a word that have something to say of the picture, in the order of the pass; of the words alone where none has
    static List<String> sites(GenerateResult.Word word) {
        List<String> seeing = word.gazes().stream().filter(g -> length(g.picture()) > 0).map(Gaze::site).toList();
        return seeing.isEmpty() ? word.gazes().stream().map(Gaze::site).toList() : seeing;
    }

    static int layers(GenerateResult.Word word, String site) {
        return gaze(word, site).map(g -> Math.max(g.picture().length, g.prompt().length)).orElse(0);
    }

    /// @return the gaze of this name, or of the first site there is to choose
    private static Optional<Gaze> gaze(GenerateResult.Word word, String site) {
        List<String> sites = sites(word);
        String chosen = sites.contains(site) ? site : sites.isEmpty() ? "" : sites.getFirst();
        return word.gazes().stream().filter(g -> g.site().equals(chosen)).findFirst();
    }

    /// What a cross attention sees of the picture and a self attention of the words belong to one word, so each part is taken from the chosen site or, where that has
    /// none, from the first that has.
    ///
    /// @param layer  0 for the mean over layers
    static Sight of(Turn turn, int index, String site, int layer) {
        GenerateResult.Word word = turn.words.get(index);
        Optional<Gaze> chosen = gaze(word, site);
        if (chosen.isEmpty()) {
            return NONE;
        }
        float[] picture = row(chosen.get().picture(), layer);
        float[] prompt = first(word, chosen.get(), Gaze::prompt, layer);
        float[] written = first(word, chosen.get(), Gaze::written, layer);
        Optional<Axis> over = turn.read.get().flatMap(Read::grid)
                .filter(g -> g.rows() * g.cols() == picture.length).map(Axis.class::cast);
        return new Sight(over, picture, turn.read.get().flatMap(Read::view), Optional.empty(), prompt, written,
                chosen.get().through());
    }

    private interface Part {
        float[][] of(Gaze gaze);
    }

    private static float[] first(GenerateResult.Word word, Gaze chosen, Part part, int layer) {
        if (length(part.of(chosen)) > 0) {
            return row(part.of(chosen), layer);
        }
        return word.gazes().stream().map(part::of).filter(rows -> length(rows) > 0).findFirst()
                .map(rows -> row(rows, layer)).orElse(new float[0]);
    }

    static Sight of(RelevanceResult found) {
        return new Sight(Optional.of(found.picture()), found.values(), Optional.of(found.view()), found.regions(),
                found.tokens(), new float[0], "");
    }

    private static int length(float[][] rows) {
        return rows.length == 0 ? 0 : rows[0].length;
    }

    private static float[] row(float[][] rows, int layer) {
        if (layer > 0 && layer <= rows.length) {
            return rows[layer - 1];
        }
        float[] mean = new float[length(rows)];
        for (float[] row : rows) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i] / rows.length;
            }
        }
        return mean;
    }
}
