package org.diptych.engine.models.clip;

import java.util.Optional;
import org.diptych.engine.api.Box;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.image.Preprocess;
import org.diptych.engine.image.PreprocessConfig;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.text.Tokenizers;

/// From pictures and sentences to what the towers read. A checkpoint without tokenizer files can still look at pictures.
record ClipReader(Preprocess preprocess, Optional<TextTokenizer> tokenizer, int positions) {
    static ClipReader of(ClipConfig config, ModelFiles files) throws EngineException {
        Preprocess usual = Preprocess.clip(config.vision().image());
        Preprocess preprocess = files.folder().isPresent()
                ? PreprocessConfig.read(files.folder().get(), usual)
                : usual;
        return new ClipReader(preprocess, Tokenizers.find(files.folder()), config.text().positions());
    }

    Encoded encode(Sample sample) throws EngineException {
        Optional<Tokens> tokens = Optional.empty();
        if (sample.text().isPresent()) {
            TextTokenizer reader = tokenizer.orElseThrow(
                    () -> new EngineException("models.tokenizer", "CLIP",
                            "tokenizer.json / vocab.json + merges.txt / bpe_simple_vocab_16e6.txt.gz"));
            tokens = Optional.of(reader.encode(sample.text().get(), positions));
        }
        if (sample.picture().isEmpty()) {
            return new Encoded(tokens, new float[0], 0, 0, Optional.empty(), Optional.empty());
        }
        Preprocess.Result seen = preprocess.apply(sample.picture().get());
        Box view = seen.view();
        return new Encoded(tokens, seen.values(), seen.height(), seen.width(), Optional.of(view), Optional.empty());
    }
}
