package org.diptych.engine.models.roberta;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.model.Answers;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Points;
import org.diptych.engine.model.ReadsTwo;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.model.Taught;
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
            Taught,
            ReadsTwo,
            Traceable,
            Initialises {
    static final String STREAM = "text";
    static final String MASKED = "mlm";
    static final String CLASSES = "classification";
    static final int IGNORED = -100;
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
                config.positions(), config.types(), config.width(), config.epsilon(), config.dropout())));
        encoder = child("roberta.encoder",
                new Encoder(new EncoderFacts(config.width(), config.layers(), config.heads(), config.mlp(),
                        config.epsilon(), config.activation(), false, config.causal()).with(config.dropout()),
                        EncoderNames.BERT, "layer", STREAM));
        if (config.pools()) { // no objective reads it, but the file is loaded whole
            child("roberta.pooler.dense", new Linear(config.width(), config.width()));
        }
        head = config.fills()
                ? Optional.of(child("lm_head", wordHead()))
                : Optional.empty();
        classifier = config.labels() > 0
                ? Optional.of(new Classifier(child("classifier.dense", new Linear(config.width(), config.width())),
                        child("classifier.out_proj", new Linear(config.width(), config.labels()))))
                : Optional.empty();
    }

    /// Its hidden layer has GELU whatever the encoder has (transformers `RobertaLMHead`).
    private WordHead wordHead() {
        return config.tied()
                ? new WordHead(config.width(), config.epsilon(), Activations.GELU, embeddings.table(),
                        WordHead.Names.ROBERTA)
                : new WordHead(config.width(), config.epsilon(), Activations.GELU, config.vocabulary(),
                        WordHead.Names.ROBERTA);
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
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.noneOf(Capability.class);
        head.ifPresent(_ -> all.add(Capability.FILLS_MASKS));
        classifier.ifPresent(_ -> all.add(Capability.ANSWERS));
        return all;
    }

    @Override
    public String config() {
        return json.toString();
    }

    private TextTokenizer reader() throws EngineException {
        return tokenizer.orElseThrow(() -> new EngineException("models.tokenizer", "RoBERTa",
                "tokenizer.json / vocab.json + merges.txt"));
    }

    @Override
    public Encoded encode(Sample sample) throws EngineException {
        return encoded(reader().encode(sample.text().orElse(""), textLength()));
    }

    @Override
    public Encoded encodePair(String first, String second) throws EngineException {
        return encoded(reader().encodePair(first, second, textLength()));
    }

    private static Encoded encoded(Tokens tokens) {
        return new Encoded(Optional.of(tokens), new float[0], 0, 0, Optional.empty(), Optional.empty());
    }

    @Override
    public Lessons lessons() {
        return new RobertaLessons(this, tokenizer);
    }

    RobertaConfig facts() {
        return config;
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
    public OptionalInt maskId() {
        return tokenizer.map(TextTokenizer::maskId).orElse(OptionalInt.empty());
    }

    @Override
    public String word(int id) {
        return tokenizer.map(t -> t.readable(id)).orElse("#" + id);
    }

    @Override
    public NDArray answerLogits(Pass pass, Inputs inputs) {
        Classifier c = classifier.orElseThrow();
        NDArray first = Dropout.apply(pass, states(pass, inputs).get(new NDIndex(":, 0")), config.headDrop());
        NDArray logits = c.out.apply(Dropout.apply(pass, c.dense.apply(first).tanh(), config.headDrop()));
        pass.probe().value("logits", logits);
        return logits;
    }

    @Override
    public List<String> answers() {
        return classifier.isPresent() ? ModelConfig.labels(json, config.labels()) : List.of();
    }

    @Override
    public void answers(List<String> names) {
        ModelConfig.label(json, config.labels(), names);
    }

    @Override
    public List<String> objectives() {
        List<String> all = new ArrayList<>();
        head.ifPresent(_ -> all.add(MASKED));
        classifier.ifPresent(_ -> all.add(CLASSES));
        return all;
    }

    @Override
    public NDArray loss(String objective, Pass pass, Inputs inputs) {
        NDArray labels = inputs.get("labels");
        return switch (objective) {
            case MASKED -> Losses.crossEntropy(wordLogits(pass, inputs), labels, IGNORED);
            case CLASSES -> classLoss(answerLogits(pass, inputs), labels);
            default -> throw new IllegalArgumentException(objective);
        };
    }

    /// Where the file does not say what its classes are, one output is a number to be met, whole labels are one class each and others a yes or no for every class
    /// (transformers `RobertaForSequenceClassification`).
    private NDArray classLoss(NDArray logits, NDArray labels) {
        String open = config.labels() == 1
                ? "regression"
                : labels.getDataType().isFloating() ? "multi_label_classification" : "single_label_classification";
        return switch (config.problem().isEmpty() ? open : config.problem()) {
            case "regression" ->
                logits.sub(labels.toType(DataType.FLOAT32, false).reshape(logits.getShape())).square().mean();
            case "multi_label_classification" ->
                Losses.binaryRows(logits, labels.toType(DataType.FLOAT32, false)).mean();
            default -> Losses.crossEntropy(logits, labels, IGNORED);
        };
    }

    /// A file may hold both heads (fairseq's fine-tuned archives do): a label a word is for the one, a label a text for the other.
    private boolean classifies(Map<String, NDArray> inputs) {
        boolean words = inputs.containsKey("labels")
                && inputs.get("labels").getShape().equals(inputs.get("input_ids").getShape());
        return classifier.isPresent() && !(head.isPresent() && words);
    }

    @Override
    public Map<String, NDArray> outputs(Map<String, NDArray> inputs) {
        Points points = new Points("");
        Pass pass = Pass.listening(points);
        Inputs batch = new Inputs(inputs, List.of());
        if (classifies(inputs)) {
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
        if (classifies(inputs)) {
            out.put(CLASSES, loss(CLASSES, Pass.READABLE, batch));
        } else if (head.isPresent()) {
            out.put(MASKED, loss(MASKED, Pass.READABLE, batch));
            // fairseq sums, and divides by how many words were masked
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
                config.causal(), 0));
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
