package org.diptych.engine.models.vilt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.image.Preprocess;
import org.diptych.engine.image.PreprocessConfig;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.model.Staging;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.text.Tokenizers;

/// From pictures and sentences to what the transformer reads: pictures keep their proportions, so a batch is padded and says where.
record ViltReader(Preprocess preprocess, Optional<TextTokenizer> tokenizer, int positions) {
    static ViltReader of(ViltConfig config, ModelFiles files) throws EngineException {
        Preprocess usual = Preprocess.vilt(config.image());
        Preprocess preprocess = files.folder().isPresent()
                ? PreprocessConfig.read(files.folder().get(), usual)
                : usual;
        return new ViltReader(preprocess, Tokenizers.find(files.folder()), config.positions());
    }

    Encoded encode(Sample sample) throws EngineException {
        Optional<Tokens> tokens = Optional.empty();
        if (sample.text().isPresent()) {
            TextTokenizer reader = tokenizer
                    .orElseThrow(() -> new EngineException("models.tokenizer", "ViLT", "tokenizer.json / vocab.txt"));
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
                Stacked.text(samples, tokenizer.map(TextTokenizer::padId).orElse(0), manager));
        if (samples.getFirst().height() > 0) {
            Preprocess.Batch pictures = Preprocess.batch(samples.stream().map(
                    s -> new Preprocess.Result(s.pixels(), s.width(), s.height(), s.view().orElseThrow())).toList());
            Shape plane = new Shape(pictures.size(), pictures.height(), pictures.width());
            out.put("pixel_values", Staging.floats(manager, pictures.values(),
                    new Shape(pictures.size(), 3, pictures.height(), pictures.width())));
            out.put("pixel_mask", Staging.longs(manager, pictures.mask(), plane));
        }
        return out;
    }
}
