package org.diptych.engine.models.vilt;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Sample;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.model.Answers;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.Traceable;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Masks;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.tower.AnswerHead;
import org.diptych.engine.tower.Encoder;
import org.diptych.engine.tower.EncoderFacts;
import org.diptych.engine.tower.EncoderNames;
import org.diptych.engine.tower.NormalStart;
import org.diptych.engine.tower.WordHead;

/// ViLT: one stream of words and patches, with those heads that its file has.
public final class ViltModel extends Module
        implements
            VisionLanguageModel,
            ScoresPairs,
            FillsMasks,
            Answers,
            Taught,
            Traceable,
            Initialises {
    static final String STREAM = "joined";
    private static final float HIDDEN = -Float.MAX_VALUE;
    private static final double HEAD_EPSILON = 1e-5;
    /// Axes of `pixel_values` when there are two pictures a sentence.
    private static final int PAIRED = 5;
    private static final EncoderNames NAMES = new EncoderNames("attention",
            new org.diptych.engine.nn.Attention.Names("attention.query", "attention.key", "attention.value",
                    "output.dense"),
            "layernorm_before", "layernorm_after", "intermediate.dense", "output.dense");

    private final JsonObject json;
    private final ViltConfig config;
    private final ViltReader reader;
    private final ViltEmbeddings embeddings;
    private final Encoder encoder;
    private final LayerNorm norm;
    private final Linear pooler;
    private final Optional<WordHead> words;
    private final Optional<Linear> match;
    private final Optional<Linear> rank;
    private final Optional<AnswerHead> classifier;

    ViltModel(JsonObject json, ViltConfig config, ViltReader reader) {
        this.json = json;
        this.config = config;
        this.reader = reader;
        int width = config.width();
        embeddings = child("vilt.embeddings", new ViltEmbeddings(config));
        encoder = child("vilt.encoder",
                new Encoder(new EncoderFacts(width, config.layers(), config.heads(), config.mlp(),
                        config.blockEpsilon(), config.activation(), true, false).with(config.dropout()), NAMES, "layer",
                        STREAM));
        norm = child("vilt.layernorm", new LayerNorm(width, config.blockEpsilon()));
        pooler = child("vilt.pooler.dense", new Linear(width, width));
        words = config.fills()
                ? Optional.of(child("mlm_score", new WordHead(width, config.epsilon(), config.activation(),
                        config.vocabulary(), WordHead.Names.BERT)))
                : Optional.empty();
        match = config.matches() ? Optional.of(child("itm_score.fc", new Linear(width, 2))) : Optional.empty();
        rank = config.ranks() ? Optional.of(child("rank_output", new Linear(width, 1))) : Optional.empty();
        int read = config.pair() ? 2 * width : width;
        classifier = config.answers() > 0
                ? Optional.of(child("classifier",
                        new AnswerHead(read, 2 * width, config.answers(), HEAD_EPSILON, true)))
                : Optional.empty();
    }

    /// @return the same weights, run as this code runs them
    ViltModel twin(ViltConfig.Code code) {
        JsonObject other = code.in(json);
        try {
            ViltModel twin = new ViltModel(other, ViltConfig.of(other), reader);
            Map<String, org.diptych.engine.model.Weight> own = weights();
            twin.weights().forEach((name, weight) -> weight.set(own.get(name).get()));
            return twin;
        } catch (EngineException e) {
            throw new IllegalStateException(e); // the same configuration made this model
        }
    }

    ViltConfig facts() {
        return config;
    }

    @Override
    public String family() {
        return "vilt";
    }

    @Override
    public Module module() {
        return this;
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.noneOf(Capability.class);
        if (match.isPresent() || rank.isPresent()) {
            all.add(Capability.SCORES_PAIRS);
        }
        words.ifPresent(_ -> all.add(Capability.FILLS_MASKS));
        if (classifier.isPresent() && !config.pair()) { // a pair's classifier reads two pictures at once
            all.add(Capability.ANSWERS);
        }
        return all;
    }

    @Override
    public String config() {
        return json.toString();
    }

    @Override
    public Encoded encode(Sample sample) throws EngineException {
        return reader.encode(sample);
    }

    @Override
    public Inputs batch(List<Encoded> samples, NDManager manager) {
        return new Inputs(reader.batch(samples, manager), samples);
    }

    /// What comes out of the transformer.
    ///
    /// @param text   (B, T, D) normed
    /// @param image  (B, 1 + L, D) normed
    /// @param pooled (B, D) the text's first position, through a tanh
    /// @param mask   int64 (B, T + 1 + L)
    record States(NDArray text, NDArray image, NDArray pooled, NDArray mask) {
    }

    @Override
    public void forward(Pass pass, Inputs inputs) {
        if (inputs.get("pixel_values").getShape().dimension() == PAIRED) {
            pairLogits(List.of(pass, pass), inputs);
        } else {
            states(pass, inputs, 1);
        }
    }

    States states(Pass pass, Inputs inputs, int modality) {
        NDArray ids = inputs.get("input_ids");
        NDArray pixels = inputs.get("pixel_values");
        NDArray attended = inputs.has("attention_mask") ? inputs.get("attention_mask") : ids.onesLike();
        NDArray shown = inputs.has("pixel_mask")
                ? inputs.get("pixel_mask")
                : pixels.get(new NDIndex(":, 0")).onesLike();
        ViltEmbeddings.Joined joined = embeddings.apply(pass,
                new ViltEmbeddings.Words(ids, attended, Optional.ofNullable(inputs.tensors().get("token_type_ids"))),
                pixels, shown, modality);
        NDArray last = norm.apply(encoder.apply(pass, joined.states(),
                Optional.of(Masks.padding(joined.mask(), HIDDEN))));
        pass.probe().value("last_hidden_state", last);
        NDArray pooled = pooler.apply(last.get(new NDIndex(":, 0"))).tanh();
        pass.probe().value("pooled", pooled);
        long t = ids.getShape().get(1);
        return new States(last.get(new NDIndex(":, :{}", t)), last.get(new NDIndex(":, {}:", t)), pooled,
                joined.mask());
    }

    @Override
    public NDArray wordLogits(Pass pass, Inputs inputs) {
        return words.orElseThrow().apply(states(pass, inputs, 1).text());
    }

    NDArray wordLogits(States states) {
        return words.orElseThrow().apply(states.text());
    }

    /// @return (B, 2) logits of mismatch and match
    NDArray matchLogits(States states) {
        return match.orElseThrow().apply(states.pooled());
    }

    /// @return (B, 1)
    NDArray rankLogits(Pass pass, Inputs inputs) {
        return rank.orElseThrow().apply(states(pass, inputs, 1).pooled());
    }

    @Override
    public OptionalInt maskId() {
        return reader.tokenizer().map(TextTokenizer::maskId).orElse(OptionalInt.empty());
    }

    @Override
    public String word(int id) {
        return reader.tokenizer().map(t -> t.readable(id)).orElse("#" + id);
    }

    @Override
    public NDArray answerLogits(Pass pass, Inputs inputs) {
        return config.pair()
                ? pairLogits(List.of(pass, pass), inputs)
                : classifier.orElseThrow().apply(states(pass, inputs, 1).pooled());
    }

    /// Two pictures and one sentence (NLVR2): the pooled vectors side by side.
    ///
    /// @param probes pass of each picture
    /// @param inputs `pixel_values` (B, 2, 3, H, W), `pixel_mask` (B, 2, H, W)
    NDArray pairLogits(List<Pass> probes, Inputs inputs) {
        NDList pooled = new NDList();
        for (int i = 0; i < 2; i++) {
            Map<String, NDArray> one = new HashMap<>(inputs.tensors());
            for (String name : List.of("pixel_values", "pixel_mask")) {
                if (one.containsKey(name)) {
                    one.put(name, inputs.get(name).get(new NDIndex(":, {}", i)));
                }
            }
            pooled.add(states(probes.get(i), new Inputs(one, List.of()), i + 1).pooled());
        }
        return classifier.orElseThrow().apply(NDArrays.concat(pooled, 1));
    }

    @Override
    public NDArray scorePairs(Pass pass, Inputs images, Inputs texts) {
        return eachPair(images, texts, pairs -> match.isPresent()
                ? matchLogits(states(pass, pairs, 1)).softmax(-1).get(new NDIndex(":, 1"))
                : ai.djl.nn.Activation.sigmoid(rankLogits(pass, pairs)).squeeze(-1));
    }

    @Override
    public NDArray matchLogits(Pass pass, Inputs images, Inputs texts) {
        return eachPair(images, texts,
                pairs -> match.isPresent()
                        ? matchLogits(states(pass, pairs, 1)).get(new NDIndex(":, 1"))
                        : rankLogits(pass, pairs).squeeze(-1));
    }

    /// @param score M pairs -> (M)
    private static NDArray eachPair(Inputs images, Inputs texts, Function<Inputs, NDArray> score) {
        NDArray pixels = images.get("pixel_values");
        NDList rows = new NDList();
        long m = texts.get("input_ids").getShape().get(0);
        for (long i = 0; i < pixels.getShape().get(0); i++) {
            Map<String, NDArray> one = new HashMap<>(texts.tensors());
            one.remove("pixel_mask"); // of the texts' own pictures, if they have some
            one.put("pixel_values", pixels.get(new NDIndex("{}:{}", i, i + 1)).repeat(0, m));
            if (images.has("pixel_mask")) {
                one.put("pixel_mask", images.get("pixel_mask").get(new NDIndex("{}:{}", i, i + 1)).repeat(0, m));
            }
            rows.add(score.apply(new Inputs(one, List.of())).expandDims(0));
        }
        return Rows.under(rows);
    }

    @Override
    public double scale() {
        return 1;
    }

    @Override
    public boolean probability() {
        return true;
    }

    @Override
    public List<String> answers() {
        return classifier.isPresent() ? ModelConfig.labels(json, config.answers()) : List.of();
    }

    @Override
    public void answers(List<String> names) {
        ModelConfig.label(json, config.answers(), names);
    }

    @Override
    public List<String> objectives() {
        List<String> all = new ArrayList<>();
        words.ifPresent(_ -> all.add(ViltLosses.MASKED));
        match.ifPresent(_ -> all.addAll(List.of(ViltLosses.MATCHING, ViltLosses.ALIGNMENT)));
        classifier.ifPresent(_ -> all.add(config.pair() ? ViltLosses.PAIR : ViltLosses.ANSWER));
        rank.ifPresent(_ -> all.add(ViltLosses.RANK));
        return all;
    }

    @Override
    public Lessons lessons() {
        return new ViltLessons(this, reader);
    }

    @Override
    public NDArray loss(String objective, Pass pass, Inputs inputs) {
        return new ViltLosses(this).loss(objective, pass, inputs);
    }

    @Override
    public Map<String, NDArray> outputs(Map<String, NDArray> inputs) {
        return new ViltTrace(this).outputs(inputs);
    }

    @Override
    public Map<String, NDArray> losses(Map<String, NDArray> inputs) {
        return new ViltTrace(this).losses(inputs);
    }

    @Override
    public List<AttentionSite> sites(Encoded sample) {
        List<Axis> parts = new ArrayList<>();
        sample.tokens().ifPresent(t -> parts.add(new Axis.Text(t.size())));
        if (sample.height() > 0) {
            parts.add(new Axis.Patches(sample.height() / config.patch(), sample.width() / config.patch(), 1));
        }
        Axis all = new Axis.Joined(parts);
        return List.of(new AttentionSite(STREAM, AttentionSite.Kind.SELF, config.layers(), config.heads(), all, all,
                false, 0));
    }

    @Override
    public Optional<Axis.Patches> patches() {
        return Optional.of(new Axis.Patches(config.grid(), config.grid(), 1));
    }

    @Override
    public List<RelevanceMethod> methods() {
        List<RelevanceMethod> all = new ArrayList<>();
        if (!capabilities().isEmpty()) {
            all.addAll(List.of(RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER, RelevanceMethod.GRAD_CAM,
                    RelevanceMethod.ROLLOUT, RelevanceMethod.RAW));
        }
        if (match.isPresent() || rank.isPresent()) {
            all.add(RelevanceMethod.OCCLUSION);
        }
        return all;
    }

    @Override
    public int imageSize() {
        return config.image();
    }

    @Override
    public int textLength() {
        return config.positions();
    }

    @Override
    public void initialise(NDManager scope, long seed) {
        NormalStart.fill(weights(), scope, seed);
    }

    /// @return (B, H, W) 1 where the picture is not exactly black after normalisation, as the original's code tells padding
    static NDArray shownByPixels(NDArray pixels) {
        return pixels.sum(new int[]{1}).neq(0).toType(DataType.INT64, false);
    }
}
