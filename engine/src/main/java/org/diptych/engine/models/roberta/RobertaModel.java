package org.diptych.engine.models.roberta;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Sample;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.model.Answers;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Learns;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Points;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.model.Traceable;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.nn.Dropout;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.text.Tokenizers;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.EncoderNames;
import org.diptych.engine.tower.NormalStart;
import org.diptych.engine.tower.WordEmbeddings;
import org.diptych.engine.tower.WordHead;

/// RoBERTa: an encoder of words, with a language head, a classification head, both or none.
public final class RobertaModel extends Module
        implements
            VisionLanguageModel,
            FillsMasks,
            Answers,
            Learns,
            Traceable,
            Initialises {
    static final String STREAM = "text";
    private static final String MASKED = "mlm";
    private static final String CLASSES = "classification";
    private static final int IGNORED = -100;
    /// What transformers adds for padding: the smallest 32-bit number.
    private static final float HIDDEN = -Float.MAX_VALUE;

    /// The classification head reads the first position: Linear, tanh, Linear (not BERT's pooler).
    private record Classifier(Linear dense, Linear out) {
    }

    private final JsonObject json;
    private final RobertaConfig config;
    private final Optional<TextTokenizer> tokenizer;
    private final WordEmbeddings embeddings;
    private final Encoder encoder;
    private final Optional<WordHead> head;
    private final Optional<Classifier> classifier;

    RobertaModel(JsonObject json, RobertaConfig config, ModelFiles files) throws EngineException {
        this.json = json;
        this.config = config;
        tokenizer = Tokenizers.find(files.folder());
        embeddings = child("roberta.embeddings", new WordEmbeddings(new WordEmbeddings.Facts(config.vocabulary(),
                config.positions(), config.types(), config.width(), config.epsilon(), config.hiddenDropout())));
        encoder = child("roberta.encoder",
                new Encoder(new EncoderFacts(config.width(), config.layers(), config.heads(), config.mlp(),
                        config.epsilon(), config.activation(), false, false).with(config.hiddenDropout()),
                        EncoderNames.BERT, "layer", STREAM));
        if (config.pools()) { // no objective reads it, but the file is loaded whole
            child("roberta.pooler.dense", new Linear(config.width(), config.width()));
        }
        head = config.fills()
                ? Optional.of(child("lm_head", new WordHead(config.width(), config.epsilon(), config.activation(),
                        embeddings.table(), WordHead.Names.ROBERTA)))
                : Optional.empty();
        classifier = config.labels() > 0
                ? Optional.of(new Classifier(child("classifier.dense", new Linear(config.width(), config.width())),
                        child("classifier.out_proj", new Linear(config.width(), config.labels()))))
                : Optional.empty();
    }

    @Override
    public String family() {
        return "roberta";
    }

    @Override
    public Module module() {
        return this;
    }

    @Override
    public String config() {
        return json.toString();
    }

    @Override
    public Encoded encode(Sample sample) throws EngineException {
        TextTokenizer reader = tokenizer.orElseThrow(() -> new EngineException("models.tokenizer", "RoBERTa",
                "tokenizer.json / vocab.json + merges.txt"));
        return new Encoded(Optional.of(reader.encode(sample.text().orElse(""), textLength())), new float[0], 0, 0,
                Optional.empty(), Optional.empty());
    }

    @Override
    public Inputs batch(List<Encoded> samples, NDManager manager) {
        return new Inputs(Stacked.text(samples, config.pad(), manager), samples);
    }

    @Override
    public void forward(Pass pass, Inputs inputs) {
        states(pass, inputs);
    }

    /// @return (B, T, D)
    private NDArray states(Pass pass, Inputs inputs) {
        NDArray ids = inputs.get("input_ids");
        NDArray places = places(ids);
        pass.probe().value("position_ids", places);
        NDArray x = embeddings.apply(pass, ids, places, Optional.empty());
        NDArray attended = inputs.has("attention_mask") ? inputs.get("attention_mask") : words(ids);
        return encoder.apply(pass, x, Optional.of(Masks.padding(attended, HIDDEN)));
    }

    /// @return int64 (B, T) 1 for a word, 0 for padding
    private NDArray words(NDArray ids) {
        return ids.neq(config.pad()).toType(DataType.INT64, false);
    }

    /// Words are counted from the padding id upwards, padding itself stays on it, so that the first word stands in row 2 of the table (transformers
    /// `create_position_ids_from_input_ids`).
    private NDArray places(NDArray ids) {
        NDArray there = words(ids);
        return there.cumSum(1).toType(DataType.INT64, false).mul(there).add(config.pad());
    }

    @Override
    public NDArray wordLogits(Pass pass, Inputs inputs) {
        NDArray logits = head.orElseThrow().apply(states(pass, inputs));
        pass.probe().value("logits", logits);
        return logits;
    }

    @Override
    public NDArray answerLogits(Pass pass, Inputs inputs) {
        Classifier c = classifier.orElseThrow();
        NDArray first = Dropout.apply(pass, states(pass, inputs).get(new NDIndex(":, 0")), config.hiddenDropout());
        NDArray logits = c.out.apply(Dropout.apply(pass, c.dense.apply(first).tanh(), config.hiddenDropout()));
        pass.probe().value("logits", logits);
        return logits;
    }

    @Override
    public List<String> answers() {
        if (!json.has("id2label") || classifier.isEmpty()) {
            return List.of();
        }
        JsonObject names = json.getAsJsonObject("id2label");
        return names.size() == config.labels()
                ? names.asMap().values().stream().map(e -> e.getAsString()).toList()
                : List.of();
    }

    @Override
    public List<String> objectives() {
        return classifier.isPresent() ? List.of(CLASSES) : head.isPresent() ? List.of(MASKED) : List.of();
    }

    @Override
    public NDArray loss(String objective, Pass pass, Inputs inputs) {
        return switch (objective) {
            case MASKED -> Losses.crossEntropy(wordLogits(pass, inputs), inputs.get("labels"), IGNORED);
            case CLASSES -> Losses.crossEntropy(answerLogits(pass, inputs), inputs.get("labels"), IGNORED);
            default -> throw new IllegalArgumentException(objective);
        };
    }

    @Override
    public Map<String, NDArray> outputs(Map<String, NDArray> inputs) {
        Points points = new Points("");
        Pass pass = Pass.listening(points);
        Inputs batch = new Inputs(inputs, List.of());
        if (classifier.isPresent()) {
            answerLogits(pass, batch);
        } else if (head.isPresent()) {
            wordLogits(pass, batch);
        } else {
            forward(pass, batch);
        }
        Map<String, NDArray> out = new LinkedHashMap<>();
        points.heard().forEach((name, value) -> out.put(name.replaceFirst("^" + STREAM + "\\.", ""), value));
        return out;
    }

    @Override
    public Map<String, NDArray> losses(Map<String, NDArray> inputs) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        Inputs batch = new Inputs(inputs, List.of());
        for (String objective : objectives()) {
            out.put(objective, loss(objective, Pass.READABLE, batch));
        }
        if (out.containsKey(MASKED)) { // fairseq sums, and divides by how many words were masked
            NDArray count = inputs.get("labels").neq(IGNORED).toType(DataType.FLOAT32, false).sum();
            out.put("fairseq_mean", out.get(MASKED));
            out.put("fairseq_masked_lm_sum", out.get(MASKED).mul(count));
            out.put("fairseq_sample_size", count);
        }
        return out;
    }

    @Override
    public List<AttentionSite> sites(Encoded sample) {
        Axis words = new Axis.Text(sample.tokens().orElseThrow().size());
        return List.of(new AttentionSite(STREAM, AttentionSite.Kind.SELF, config.layers(), config.heads(), words, words,
                false, 0));
    }

    @Override
    public Optional<Axis.Patches> patches() {
        return Optional.empty();
    }

    @Override
    public List<RelevanceMethod> methods() {
        return List.of();
    }

    @Override
    public int imageSize() {
        return 0;
    }

    @Override
    public int textLength() {
        return config.positions() - config.pad() - 1;
    }

    @Override
    public void initialise(NDManager scope, long seed) {
        NormalStart.fill(weights(), scope, seed);
    }
}
