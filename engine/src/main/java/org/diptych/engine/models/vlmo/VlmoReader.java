package org.diptych.engine.models.vlmo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.image.Normalise;
import org.diptych.engine.image.Preprocess;
import org.diptych.engine.image.PreprocessConfig;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.text.Tokenizers;

/// From pictures and sentences to what the transformer reads: BERT's words, and the whole picture as a square with values around 0. The original fills every text
/// up to one length, since it switches experts at a fixed place; here the place is where the text ends, which gives the same.
record VlmoReader(Preprocess preprocess, Optional<TextTokenizer> tokenizer, int positions) {
    static VlmoReader of(VlmoConfig config, ModelFiles files) throws EngineException {
        Preprocess usual = Preprocess.square(config.image(), Normalise.HALF);
        Preprocess preprocess = files.folder().isPresent()
                ? PreprocessConfig.read(files.folder().get(), usual)
                : usual;
        return new VlmoReader(preprocess, Tokenizers.find(files.folder()), config.positions());
    }

    Encoded encode(Sample sample) throws EngineException {
        Optional<Tokens> tokens = Optional.empty();
        if (sample.text().isPresent()) {
            TextTokenizer reader = tokenizer
                    .orElseThrow(() -> new EngineException("models.tokenizer", "VLMo", "vocab.txt"));
            tokens = Optional.of(reader.encode(sample.text().get(), positions));
        }
        if (sample.picture().isEmpty()) {
            return new Encoded(tokens, new float[0], 0, 0, Optional.empty(), Optional.empty());
        }
        Preprocess.Result seen = preprocess.apply(sample.picture().get());
        return new Encoded(tokens, seen.values(), seen.height(), seen.width(), Optional.of(seen.view()),
                Optional.empty());
    }

    Map<String, NDArray> batch(List<Encoded> samples, NDManager manager) {
        Map<String, NDArray> out = new HashMap<>(
                Stacked.text(samples, pad(), manager));
        out.putAll(Stacked.pixels(samples, manager));
        return out;
    }

    int pad() {
        return tokenizer.map(TextTokenizer::padId).orElse(0);
    }
}
