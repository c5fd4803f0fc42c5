package org.diptych.engine.models.blip2;

import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.image.Normalise;
import org.diptych.engine.image.Preprocess;
import org.diptych.engine.image.PreprocessConfig;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.text.Tokenizers;

/// From pictures and sentences to what the model reads: the whole picture as a square, and the words of the Q-Former in the first stage, of the language model in the second.
///
/// @param words that a text has at most
record Blip2Reader(Preprocess preprocess, Optional<TextTokenizer> tokenizer, int words) {
    static Blip2Reader of(Blip2Config config, ModelFiles files) throws EngineException {
        Preprocess usual = Preprocess.square(config.vision().image(), Normalise.CLIP);
        Preprocess preprocess = files.folder().isPresent()
                ? PreprocessConfig.read(files.folder().get(), usual)
                : usual;
        int words = config.language().map(l -> l.positions() - config.former().queries())
                .orElse(config.former().vocabulary() > 0 ? config.former().positions() : 0);
        return new Blip2Reader(preprocess, Tokenizers.find(files.folder()), words);
    }

    /// A question in its form; it is not cut, since its end is what asks for the answer.
    Encoded encode(Sample sample, Said said) throws EngineException {
        String prompt = QuestionForm.named(said.template()).prompt(said.before(), sample.text().orElseThrow());
        Encoded encoded = encode(new Sample(sample.picture(), Optional.of(prompt), sample.regions()));
        if (encoded.tokens().filter(Tokens::truncated).isPresent()) {
            throw new EngineException("models.long", tokenizer.orElseThrow().pieceIds(prompt).length, words);
        }
        return encoded;
    }

    Encoded encode(Sample sample) throws EngineException {
        Optional<Tokens> tokens = Optional.empty();
        if (sample.text().isPresent() && words > 0) {
            TextTokenizer reader = tokenizer
                    .orElseThrow(() -> new EngineException("models.tokenizer", "BLIP-2", "tokenizer.json, vocab.txt"));
            tokens = Optional.of(reader.encode(sample.text().get(), words));
        }
        if (sample.picture().isEmpty()) {
            return new Encoded(tokens, new float[0], 0, 0, Optional.empty(), Optional.empty());
        }
        Preprocess.Result seen = preprocess.apply(sample.picture().get());
        return new Encoded(tokens, seen.values(), seen.height(), seen.width(), Optional.of(seen.view()),
                Optional.empty());
    }
}
