package org.diptych.engine.evaluate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.GenerateResult.Gaze;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.Scene;
import org.diptych.engine.data.regions.Blank;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.evaluate.Sheet.Tally;
import org.diptych.engine.generate.Decoder;
import org.diptych.engine.generate.Gazes;
import org.diptych.engine.generate.Written;
import org.diptych.engine.model.Converses;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.probe.Explaining;

/// What a model writes, always taking the likeliest word: a caption has to name every thing with its colour, a reply has to be the sentence that the world says. While
/// it writes a word for a kind that one thing alone has, its look over the picture is held against that thing.
final class Told implements Suite {
    private static final int MOST = 48;
    private static final Pattern PIECE = Pattern.compile("\\w+|[^\\w\\s]");

    private final Tally captions = new Tally();
    private final Tally replies = new Tally();
    private final Tally looks = new Tally();

    @Override
    public boolean fits(VisionLanguageModel model) {
        return model.capabilities().contains(Capability.GENERATES) && model instanceof Generates && Blank.sees(model);
    }

    @Override
    public void scene(Case scene) throws EngineException {
        if (((Generates) scene.model()).needsText()) {
            if (scene.model() instanceof Converses talks) {
                converse(scene, talks);
            }
        } else {
            String text = write(scene, scene.model().encode(scene.shown(Optional.empty())), List.of());
            captions.add(Toybox.names(scene.seed(), scene.world(), Case.LANGUAGE).stream().allMatch(text::contains));
        }
    }

    private void converse(Case scene, Converses talks) throws EngineException {
        String template = talks.templates().getFirst();
        Conversation talk = Toybox.conversations(scene.seed(), scene.world(), Case.LANGUAGE).getFirst();
        for (int i = 0; i < talk.turns().size(); i++) {
            Conversation.Turn turn = talk.turns().get(i);
            Encoded encoded = talks.encode(scene.shown(Optional.of(turn.question())),
                    new Said(template, talk.turns().subList(0, i)));
            replies.add(same(write(scene, encoded, talks.stops(template)), turn.answer()));
        }
    }

    /// @return true when both have the same words and stops in the same order; capitals and the gaps between them are the tokenizer's
    static boolean same(String one, String other) {
        return pieces(one).equals(pieces(other));
    }

    private static List<String> pieces(String text) {
        return PIECE.matcher(text.toLowerCase(Locale.ROOT)).results().map(MatchResult::group).toList();
    }

    private String write(Case scene, Encoded encoded, List<String> stops) {
        Generates writer = (Generates) scene.model();
        Inputs inputs = scene.model().batch(List.of(encoded), scene.scope());
        Gazes gazes = new Gazes(scene.model().everySite(encoded));
        Written.Text written = new Decoder(Decoding.greedy(MOST))
                .stopping(ids -> stops.stream().anyMatch(writer.text(ids)::contains))
                .with((Decoder.Listener) gazes::step).write(writer, Pass.listening(gazes), inputs).texts().getFirst();
        look(scene, encoded, writer, written.fresh(), gazes);
        String all = writer.text(written.fresh());
        for (String stop : stops) {
            all = all.contains(stop) ? all.substring(0, all.indexOf(stop)) : all;
        }
        return all.strip();
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
