package org.diptych.engine.models.llava;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.image.Preprocess;
import org.diptych.engine.image.PreprocessConfig;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.text.Tokenizers;

/// From a picture and a question to what the model reads. A text that holds `<image>` itself is taken as a whole prompt; any other is a question in the model's
/// conversation.
record LlavaReader(Preprocess preprocess, Optional<Prompts> prompts, Template template, int longest) {
    private static final String USUAL = "v1";

    static LlavaReader of(LlavaConfig config, JsonObject json, ModelFiles files) throws EngineException {
        JsonElement aspect = json.get("image_aspect_ratio");
        boolean padded = aspect != null && aspect.isJsonPrimitive() && aspect.getAsString().equals("pad");
        Preprocess usual = Preprocess.clip(config.vision().image()).padding(padded);
        Preprocess preprocess = files.folder().isPresent()
                ? PreprocessConfig.read(files.folder().get(), usual)
                : usual;
        Optional<TextTokenizer> tokenizer = Tokenizers.find(files.folder());
        String template = json.has("conversation") ? json.get("conversation").getAsString() : USUAL;
        return new LlavaReader(preprocess, tokenizer.map(t -> new Prompts(t, config.ids().image())),
                Template.named(template), config.positions());
    }

    Encoded encode(Sample sample) throws EngineException {
        Optional<Tokens> tokens = Optional.empty();
        if (sample.text().isPresent()) {
            tokens = Optional.of(read(sample.text().get(), sample.picture().isPresent()));
        }
        return encoded(sample, tokens);
    }

    /// The picture belongs to the first question, as in the reference's chat (`llava/serve/cli.py`).
    Encoded encode(Sample sample, Said said) throws EngineException {
        List<Template.Turn> turns = new ArrayList<>();
        said.before().forEach(t -> turns.add(new Template.Turn(t.question(), Optional.of(t.answer()))));
        turns.add(new Template.Turn(sample.text().orElseThrow(), Optional.empty()));
        int holders = turns.stream().mapToInt(t -> holders(t.question())).sum();
        check(holders, sample.picture().isPresent());
        if (holders == 0 && sample.picture().isPresent()) {
            Template.Turn first = turns.getFirst();
            turns.set(0, new Template.Turn(Template.IMAGE + "\n" + first.question(), first.answer()));
        }
        return encoded(sample, Optional.of(tokens(Template.named(said.template()).prompt(turns))));
    }

    private Encoded encoded(Sample sample, Optional<Tokens> tokens) {
        if (sample.picture().isEmpty()) {
            return new Encoded(tokens, new float[0], 0, 0, Optional.empty(), Optional.empty());
        }
        Preprocess.Result seen = preprocess.apply(sample.picture().get());
        return new Encoded(tokens, seen.values(), seen.height(), seen.width(), Optional.of(seen.view()),
                Optional.empty());
    }

    private Tokens read(String text, boolean picture) throws EngineException {
        int holders = holders(text);
        if (holders > 0) {
            check(holders, picture);
            return tokens(text);
        }
        String question = picture ? Template.IMAGE + "\n" + text : text;
        return tokens(template.prompt(List.of(new Template.Turn(question, Optional.empty()))));
    }

    private static int holders(String text) {
        return text.split(Template.IMAGE, -1).length - 1;
    }

    private static void check(int holders, boolean picture) throws EngineException {
        if (holders > 0 && holders != (picture ? 1 : 0)) {
            throw new EngineException("models.images", holders, picture ? 1 : 0);
        }
    }

    private Tokens tokens(String prompt) throws EngineException {
        Tokens tokens = prompts.orElseThrow(() -> new EngineException("models.tokenizer", LlavaConfig.MODEL,
                "tokenizer.json / tokenizer.model")).read(prompt);
        if (tokens.size() > longest) {
            throw new EngineException("models.long", tokens.size(), longest);
        }
        return tokens;
    }
}
