package org.diptych.engine.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.GenerateResult.Gaze;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.Scene;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.evaluate.Sheet.Tally;
import org.diptych.engine.generate.Gazes;
import org.diptych.engine.generate.Written;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.probe.Explaining;

/// What a model writes, always taking the likeliest word: a caption has to name every thing with its colour, a reply has to be the sentence that the world says. While
/// it writes a word for a kind that one thing alone has, its look over the picture is held against that thing.
final class Told implements Suite {
    private final Tally captions = new Tally();
    private final Tally replies = new Tally();
    private final Tally looks = new Tally();

    @Override
    public boolean fits(VisionLanguageModel model) {
        return Spoken.writes(model);
    }

    @Override
    public void scene(Case scene) throws EngineException {
        VisionLanguageModel model = scene.model();
        if (Spoken.captions(model)) {
            String text = write(scene, Spoken.caption(model, scene.scene().picture()));
            captions.add(Spoken.names(text, Toybox.names(scene.seed(), scene.world(), Case.LANGUAGE)));
        } else if (Spoken.replies(model)) {
            List<Conversation.Turn> turns = Toybox.conversations(scene.seed(), scene.world(), Case.LANGUAGE).getFirst()
                    .turns();
            for (int i = 0; i < turns.size(); i++) {
                String text = write(scene, Spoken.reply(model, scene.scene().picture(), turns, i));
                replies.add(Spoken.same(text, turns.get(i).answer()));
            }
        }
    }

    private String write(Case scene, Spoken.Asked asked) {
        Gazes gazes = new Gazes(scene.model().everySite(asked.encoded()));
        Written.Text written = Spoken.write(scene.model(), asked, Pass.listening(gazes), gazes::step, scene.scope());
        look(scene, asked.encoded(), (Generates) scene.model(), written.fresh(), gazes);
        return Spoken.text(scene.model(), written, asked.stops());
    }

    private void look(Case scene, Encoded encoded, Generates writer, long[] ids, Gazes gazes) {
        List<List<Gaze>> trail = gazes.of(ids);
        Optional<Axis.Patches> grid = Explaining.grid(scene.model(), encoded);
        if (grid.isEmpty()) {
            return;
        }
        for (int i = 0; i < trail.size(); i++) {
            String word = writer.word(ids[i]).strip();
            List<Scene.Thing> named = scene.scene().objects().stream().filter(t -> t.kind().equals(word)).toList();
            float[] map = mean(trail.get(i), grid.get().rows() * grid.get().cols());
            if (named.size() == 1 && map.length > 0) {
                looks.add(Pointing.inside(named.getFirst().box(), encoded.view().orElseThrow(), grid.get(),
                        MatrixMath.peak(map)));
            }
        }
    }

    /// @return mean over the layers of every site that looks at the picture; empty when none does
    private static float[] mean(List<Gaze> gazes, int patches) {
        List<float[]> rows = new ArrayList<>();
        gazes.forEach(gaze -> rows.addAll(List.of(gaze.picture())));
        rows.removeIf(row -> row.length != patches);
        float[] out = new float[rows.isEmpty() ? 0 : patches];
        for (float[] row : rows) {
            for (int i = 0; i < out.length; i++) {
                out[i] += row[i] / rows.size();
            }
        }
        return out;
    }

    @Override
    public void marks(Sheet sheet) {
        sheet.add("toybox.caption", captions);
        sheet.add("toybox.replies", replies);
        sheet.add("toybox.pointing.written", looks);
    }
}
