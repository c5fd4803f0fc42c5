package org.diptych.engine.models.beit3;

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

/// From pictures and sentences to what the transformer reads: the whole picture as a square with values around 0, and pieces of `beit3.spm` under XLM-R's ids.
///
/// @param length tokens at most
record Beit3Reader(Preprocess preprocess, Optional<TextTokenizer> tokenizer, int length) {
    /// Begin, padding and end in XLM-R's numbering.
    private static final int START = 0;
    private static final int PAD = 1;
    private static final int END = 2;

    static Beit3Reader of(Beit3Config config, ModelFiles files) throws EngineException {
        Preprocess usual = Preprocess.square(config.image(), Normalise.HALF);
        Preprocess preprocess = files.folder().isPresent()
                ? PreprocessConfig.read(files.folder().get(), usual)
                : usual;
        return new Beit3Reader(preprocess, Tokenizers.find(files.folder()),
                config.positions() - Beit3Config.FIRST_POSITION);
    }

    Encoded encode(Sample sample) throws EngineException {
        Optional<Tokens> tokens = Optional.empty();
        if (sample.text().isPresent()) {
            TextTokenizer reader = tokenizer
                    .orElseThrow(() -> new EngineException("models.tokenizer", "BEiT-3", "beit3.spm"));
            tokens = Optional.of(reader.encode(sample.text().get(), length));
        }
        if (sample.picture().isEmpty()) {
            return new Encoded(tokens, new float[0], 0, 0, Optional.empty(), Optional.empty());
        }
        Preprocess.Result seen = preprocess.apply(sample.picture().get());
        return new Encoded(tokens, seen.values(), seen.height(), seen.width(), Optional.of(seen.view()),
                Optional.empty());
    }

    Map<String, NDArray> batch(List<Encoded> samples, NDManager manager) {
        Map<String, NDArray> out = new HashMap<>(Stacked.text(samples, pad(), manager));
        out.putAll(Stacked.pixels(samples, manager));
        return out;
    }

    int start() {
        return tokenizer.flatMap(t -> t.beginId().stream().boxed().findFirst()).orElse(START);
    }

    int end() {
        return tokenizer.flatMap(t -> t.endId().stream().boxed().findFirst()).orElse(END);
    }

    int pad() {
        return tokenizer.map(TextTokenizer::padId).orElse(PAD);
    }
}
