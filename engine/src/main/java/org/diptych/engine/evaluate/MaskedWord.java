package org.diptych.engine.evaluate;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.data.regions.Blank;
import org.diptych.engine.data.toybox.Caption;
import org.diptych.engine.data.toybox.Toybox;
import org.diptych.engine.evaluate.Sheet.Tally;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.probe.Explaining;

/// One word of the caption masked, the kind or the colour of a thing: with the picture shown, with a grey one in its place, and for a model that reads text alone.
/// What a reader without picture can reach is known, since the world is.
final class MaskedWord implements Suite {
    /// Above what a reader without picture reaches, with nothing to be seen.
    private static final double BLANK = 0.10;
    /// Below it, for a model that reads text alone.
    private static final double READER = 0.02;

    private final Words kinds = new Words("kind");
    private final Words colours = new Words("colour");
    private boolean sees;

    private static final class Words {
        private final String name;
        private final Tally shown = new Tally();
        private final Tally blank = new Tally();
        private double expected;
        private double reader;
        private int cases;

        Words(String name) {
            this.name = name;
        }
    }

    @Override
    public boolean fits(VisionLanguageModel model) {
        return model.capabilities().contains(Capability.FILLS_MASKS) && model instanceof FillsMasks fills
                && fills.maskId().isPresent();
    }

    @Override
    public void scene(Case scene) throws EngineException {
        sees = Blank.sees(scene.model());
        for (Caption.Mention mention : scene.caption().mentions()) {
            Scene.Thing thing = scene.scene().objects().get(mention.thing());
            ask(scene, mention, thing.kind(), kinds);
            ask(scene, mention, thing.colour(), colours);
        }
    }

    /// @return the one token that stands for `word` within a mention
    static OptionalInt place(Tokens tokens, Caption.Mention mention, String word) {
        int start = tokens.text().indexOf(word, mention.start());
        return IntStream.range(0, tokens.size())
                .filter(i -> !tokens.tokens().get(i).special() && tokens.tokens().get(i).start() == start
                        && tokens.tokens().get(i).end() == start + word.length())
                .findFirst();
    }

    private void ask(Case scene, Caption.Mention mention, String word, Words words) throws EngineException {
        String text = scene.caption().text();
        Map<String, Double> odds = Toybox.odds(scene.seed(), scene.world(), Case.LANGUAGE, mention.thing(),
                words == kinds);
        Optional<String> guess = guess(scene, scene.shown(Optional.of(text)), mention, word);
        if (guess.isEmpty()) {
            return; // more than one token: what is masked would not be one word
        }
        words.cases++;
        words.reader += odds.values().stream().mapToDouble(Double::doubleValue).max().orElse(0);
        words.expected += odds.getOrDefault(guess.get(), 0.0);
        words.shown.add(guess.get().equals(word));
        if (sees) {
            words.blank.add(guess(scene, scene.blank(text), mention, word).orElseThrow().equals(word));
        }
    }

    private static Optional<String> guess(Case scene, Sample sample, Caption.Mention mention, String word)
            throws EngineException {
        FillsMasks model = (FillsMasks) scene.model();
        Encoded encoded = scene.model().encode(sample);
        OptionalInt place = place(encoded.tokens().orElseThrow(), mention, word);
        if (place.isEmpty()) {
            return Optional.empty();
        }
        Encoded masked = Explaining.masked(model, encoded, List.of(place.getAsInt()));
        try (NDArray logits = model.wordLogits(Pass.INFER, scene.model().batch(List.of(masked), scene.scope()));
                NDArray row = logits.get(0).get(place.getAsInt())) {
            return Optional.of(model.word(MatrixMath.peak(row.toFloatArray())).strip());
        }
    }

    @Override
    public void marks(Sheet sheet) {
        for (Words words : List.of(colours, kinds)) {
            if (words.cases == 0) {
                continue;
            }
            double reader = words.reader / words.cases;
            if (sees) {
                sheet.add("toybox.masked." + words.name, words.shown);
                sheet.add("toybox.masked." + words.name + ".blank", words.blank.share(), reader + BLANK, true,
                        words.cases);
            } else { // of its guesses the share that the world's odds make right, which no luck of the scenes drawn can move
                sheet.add("toybox.masked." + words.name + ".reader", words.expected / words.cases, reader - READER,
                        false, words.cases);
            }
        }
    }
}
