package org.diptych.engine.models.uniter;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Sample;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.model.Answers;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.ReadsRegions;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.Traceable;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.text.Tokenizers;
import org.diptych.engine.tower.AnswerHead;
import org.diptych.engine.tower.NormalStart;
import org.diptych.engine.tower.WordHead;

/// UNITER with those heads that its file has.
public final class UniterModel extends Module
        implements
            VisionLanguageModel,
            ReadsRegions,
            ScoresPairs,
            FillsMasks,
            Answers,
            Taught,
            Traceable,
            Initialises {
    private final JsonObject json;
    private final UniterConfig config;
    private final UniterReader reader;
    private final UniterStream stream;
    private final Optional<WordHead> words;
    private final Optional<RegionHead> features;
    private final Optional<AnswerHead> classes;
    private final Optional<Linear> match;
    private final Optional<Linear> rank;
    private final Optional<AnswerHead> answers;
    private final Optional<PairHead> pair;
    private final Optional<Linear> pooledPair;

    UniterModel(JsonObject json, UniterConfig config, ModelFiles files) throws EngineException {
        this.json = json;
        this.config = config;
        reader = new UniterReader(config, Tokenizers.find(files.folder()));
        int width = config.width();
        stream = child("uniter", new UniterStream(config));
        words = config.fills()
                ? Optional.of(child("cls.predictions", new WordHead(width, UniterConfig.EPSILON, config.activation(),
                        stream.wordTable(), WordHead.Names.BERT)))
                : Optional.empty();
        features = config.regresses()
                ? Optional.of(child("feat_regress", new RegionHead(config, stream.featureProjection())))
                : Optional.empty();
        classes = config.classes() > 0
                ? Optional.of(child("region_classifier.net",
                        new AnswerHead(width, width, config.classes(), UniterConfig.EPSILON, false)))
                : Optional.empty();
        match = config.matches() ? Optional.of(child("itm_output", new Linear(width, 2))) : Optional.empty();
        rank = config.ranks() ? Optional.of(child("rank_output", new Linear(width, 1))) : Optional.empty();
        answers = config.answers() > 0
                ? Optional.of(child("vqa_output",
                        new AnswerHead(width, 2 * width, config.answers(), UniterConfig.EPSILON, false)))
                : Optional.empty();
        pair = config.pair() == UniterConfig.Pair.ATTENTION
                ? Optional.of(child("", new PairHead(config)))
                : Optional.empty();
        pooledPair = config.pair() == UniterConfig.Pair.POOLED
                ? Optional.of(child("nlvr2_output", new Linear(2L * width, 2)))
                : Optional.empty();
    }

    UniterConfig facts() {
        return config;
    }

    @Override
    public String family() {
        return "uniter";
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
        answers.ifPresent(_ -> all.add(Capability.ANSWERS));
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

    @Override
    public void forward(Pass pass, Inputs inputs) {
        states(pass, inputs);
    }

    /// @return (B, L, D)
    NDArray states(Pass pass, Inputs inputs) {
        return stream.apply(pass, inputs);
    }

    NDArray pooled(Pass pass, NDArray states) {
        return stream.pooled(pass, states);
    }

    /// @param rows (n, D)
    /// @return (n, V)
    NDArray wordScores(NDArray rows) {
        return words.orElseThrow().apply(rows);
    }

    /// @param rows (n, D)
    /// @return (n, feature)
    NDArray featureScores(NDArray rows) {
        return features.orElseThrow().apply(rows);
    }

    /// @param rows (n, D)
    /// @return (n, classes)
    NDArray classScores(NDArray rows) {
        return classes.orElseThrow().apply(rows);
    }

    /// @return (B, 2) logits of mismatch and match
    NDArray matchLogits(NDArray pooled) {
        return match.orElseThrow().apply(pooled);
    }

    /// @return (B, 1)
    NDArray rankLogits(NDArray pooled) {
        return rank.orElseThrow().apply(pooled);
    }

    /// @return (B / 2, 2)
    NDArray pairLogits(Pass pass, Inputs inputs) {
        NDArray states = states(pass, inputs);
        if (pair.isPresent()) {
            return pair.get().apply(pass, states, inputs.get("attn_masks"));
        }
        NDArray pooled = pooled(pass, states);
        return pooledPair.orElseThrow()
                .apply(NDArrays.concat(new NDList(pooled.get("0::2"), pooled.get("1::2")), 1));
    }

    @Override
    public NDArray wordLogits(Pass pass, Inputs inputs) {
        long t = inputs.get("input_ids").getShape().get(1);
        return wordScores(states(pass, inputs).get(new NDIndex(":, :{}", t)));
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
        return answers.orElseThrow().apply(pooled(pass, states(pass, inputs)));
    }

    @Override
    public List<String> answers() {
        return ModelConfig.labels(json, config.answers());
    }

    @Override
    public void answers(List<String> names) {
        ModelConfig.label(json, config.answers(), names);
    }

    /// Regions of one picture and the words of one sentence are put together for every pair, since the model reads nothing apart.
    @Override
    public NDArray scorePairs(Pass pass, Inputs images, Inputs texts) {
        return eachPair(pass, images, texts, pooled -> match.isPresent()
                ? matchLogits(pooled).softmax(-1).get(new NDIndex(":, 1"))
                : ai.djl.nn.Activation.sigmoid(rankLogits(pooled)).squeeze(-1));
    }

    @Override
    public NDArray matchLogits(Pass pass, Inputs images, Inputs texts) {
        return eachPair(pass, images, texts,
                pooled -> match.isPresent()
                        ? matchLogits(pooled).get(new NDIndex(":, 1"))
                        : rankLogits(pooled).squeeze(-1));
    }

    /// @param score (M, D) pooled -> (M)
    private NDArray eachPair(Pass pass, Inputs images, Inputs texts, UnaryOperator<NDArray> score) {
        NDList rows = new NDList();
        NDManager manager = texts.get("input_ids").getManager();
        for (Encoded picture : images.samples()) {
            List<Encoded> pairs = new ArrayList<>();
            for (Encoded text : texts.samples()) {
                pairs.add(new Encoded(text.tokens(), new float[0], 0, 0, picture.view(), picture.regions()));
            }
            rows.add(score.apply(pooled(pass, states(pass, batch(pairs, manager)))).expandDims(0));
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
    public List<String> objectives() {
        List<String> all = new ArrayList<>();
        words.ifPresent(_ -> all.add(UniterLosses.MASKED_WORDS));
        features.ifPresent(_ -> all.add(UniterLosses.FEATURES));
        classes.ifPresent(_ -> all.addAll(List.of(UniterLosses.CLASSES, UniterLosses.SOFT_CLASSES)));
        match.ifPresent(_ -> all.addAll(List.of(UniterLosses.MATCHING, UniterLosses.ALIGNMENT)));
        rank.ifPresent(_ -> all.add(UniterLosses.RANK));
        answers.ifPresent(_ -> all.add(UniterLosses.ANSWER));
        if (config.pair() != UniterConfig.Pair.NONE) {
            all.add(UniterLosses.PAIR);
        }
        return all;
    }

    @Override
    public Lessons lessons() {
        return new UniterLessons(this, reader);
    }

    @Override
    public NDArray loss(String objective, Pass pass, Inputs inputs) {
        return new UniterLosses(this).loss(objective, pass, inputs);
    }

    @Override
    public Map<String, NDArray> outputs(Map<String, NDArray> inputs) {
        return new UniterTrace(this).outputs(new HashMap<>(inputs));
    }

    @Override
    public Map<String, NDArray> losses(Map<String, NDArray> inputs) {
        return new UniterTrace(this).losses(new HashMap<>(inputs));
    }

    @Override
    public List<AttentionSite> sites(Encoded sample) {
        List<Axis> parts = new ArrayList<>();
        sample.tokens().ifPresent(t -> parts.add(new Axis.Text(t.size())));
        sample.regions().ifPresent(r -> parts.add(new Axis.Boxes(r.boxes().size(), 0)));
        Axis all = new Axis.Joined(parts);
        return List.of(new AttentionSite(UniterStream.STREAM, AttentionSite.Kind.SELF, config.layers(), config.heads(),
                all, all, false, 0));
    }

    @Override
    public Optional<Axis.Patches> patches() {
        return Optional.empty();
    }

    @Override
    public List<RelevanceMethod> methods() {
        return capabilities().isEmpty()
                ? List.of()
                : List.of(RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER, RelevanceMethod.GRAD_CAM,
                        RelevanceMethod.ROLLOUT, RelevanceMethod.RAW);
    }

    @Override
    public int imageSize() {
        return 0;
    }

    @Override
    public int regionWidth() {
        return config.feature();
    }

    @Override
    public int textLength() {
        return config.positions();
    }

    @Override
    public void initialise(NDManager scope, long seed) {
        NormalStart.fill(weights(), scope, seed);
    }

}
