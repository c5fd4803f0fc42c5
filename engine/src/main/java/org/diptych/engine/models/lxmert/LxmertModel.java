package org.diptych.engine.models.lxmert;

import ai.djl.ndarray.NDArray;
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
import java.util.function.Function;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Tokens;
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
import org.diptych.engine.model.RegionSide;
import org.diptych.engine.model.ReadsRegions;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.Stacked;
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

/// LXMERT with those heads that its file has.
public final class LxmertModel extends Module
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
    private final LxmertConfig config;
    private final Optional<TextTokenizer> tokenizer;
    private final LxmertStreams streams;
    private final Optional<WordHead> words;
    private final Optional<Linear> match;
    private final Optional<ObjectHead> objects;
    private final Optional<AnswerHead> answers;

    LxmertModel(JsonObject json, LxmertConfig config, ModelFiles files) throws EngineException {
        this.json = json;
        this.config = config;
        tokenizer = Tokenizers.find(files.folder());
        int width = config.width();
        streams = child("lxmert", new LxmertStreams(config));
        words = config.fills()
                ? Optional.of(child("cls.predictions", new WordHead(width, config.epsilon(), config.activation(),
                        streams.wordTable(), WordHead.Names.BERT)))
                : Optional.empty();
        match = config.matches()
                ? Optional.of(child("cls.seq_relationship", new Linear(width, 2)))
                : Optional.empty();
        objects = config.namesObjects()
                ? Optional.of(child("obj_predict_head", new ObjectHead(config)))
                : Optional.empty();
        answers = config.answers() > 0
                ? Optional.of(child("answer_head.logit_fc",
                        new AnswerHead(width, 2 * width, config.answers(), config.epsilon(), false)))
                : Optional.empty();
    }

    LxmertConfig facts() {
        return config;
    }

    @Override
    public String family() {
        return "lxmert";
    }

    @Override
    public Module module() {
        return this;
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.noneOf(Capability.class);
        match.ifPresent(_ -> all.add(Capability.SCORES_PAIRS));
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
        Optional<Tokens> tokens = Optional.empty();
        if (sample.text().isPresent()) {
            TextTokenizer reader = tokenizer.orElseThrow(
                    () -> new EngineException("models.tokenizer", "LXMERT", "tokenizer.json / vocab.txt"));
            tokens = Optional.of(reader.encode(sample.text().get(), config.positions()));
        }
        return RegionSide.encode("LXMERT", config.feature(), tokens, sample);
    }

    @Override
    public Inputs batch(List<Encoded> samples, NDManager manager) {
        Map<String, NDArray> out = new HashMap<>(
                Stacked.text(samples, tokenizer.map(TextTokenizer::padId).orElse(0), manager));
        if (samples.getFirst().regions().isPresent()) {
            RegionSide.Batch regions = RegionSide.batch(samples, RegionSide::corners, manager);
            out.put("visual_feats", regions.features());
            out.put("visual_pos", regions.places());
            out.put("visual_attention_mask", regions.mask());
        }
        return new Inputs(out, samples);
    }

    @Override
    public void forward(Pass pass, Inputs inputs) {
        states(pass, inputs);
    }

    LxmertStreams.States states(Pass pass, Inputs inputs) {
        return streams.apply(pass, inputs);
    }

    /// @return (B, T, V)
    NDArray wordLogits(LxmertStreams.States states) {
        return words.orElseThrow().apply(states.words());
    }

    /// @return (B, 2) logits of mismatch and match
    NDArray matchLogits(LxmertStreams.States states) {
        return match.orElseThrow().apply(states.pooled());
    }

    /// @return name of the question -> (B, N, ...)
    Map<String, NDArray> objectLogits(LxmertStreams.States states) {
        return objects.orElseThrow().apply(states.objects());
    }

    /// @return (B, A)
    NDArray answerLogits(LxmertStreams.States states) {
        return answers.orElseThrow().apply(states.pooled());
    }

    @Override
    public NDArray wordLogits(Pass pass, Inputs inputs) {
        return wordLogits(states(pass, inputs));
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
        return answerLogits(states(pass, inputs));
    }

    @Override
    public List<String> answers() {
        return ModelConfig.labels(json, config.answers());
    }

    @Override
    public void answers(List<String> names) {
        ModelConfig.label(json, config.answers(), names);
    }

    /// Regions of one picture and the words of one sentence are put together for every pair, since the streams cross.
    @Override
    public NDArray scorePairs(Pass pass, Inputs images, Inputs texts) {
        return eachPair(pass, images, texts, states -> matchLogits(states).softmax(-1));
    }

    @Override
    public NDArray matchLogits(Pass pass, Inputs images, Inputs texts) {
        return eachPair(pass, images, texts, this::matchLogits);
    }

    /// @param scores (M, 2) of M pairs
    private NDArray eachPair(Pass pass, Inputs images, Inputs texts,
            Function<LxmertStreams.States, NDArray> scores) {
        NDList rows = new NDList();
        NDManager manager = texts.get("input_ids").getManager();
        for (Encoded picture : images.samples()) {
            List<Encoded> pairs = new ArrayList<>();
            for (Encoded text : texts.samples()) {
                pairs.add(new Encoded(text.tokens(), new float[0], 0, 0, picture.view(), picture.regions()));
            }
            rows.add(scores.apply(states(pass, batch(pairs, manager))).get(new NDIndex(":, 1"))
                    .expandDims(0));
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
        words.ifPresent(_ -> all.add(LxmertLosses.MASKED_WORDS));
        match.ifPresent(_ -> all.add(LxmertLosses.MATCHING));
        objects.ifPresent(_ -> all.add(LxmertLosses.OBJECTS));
        answers.ifPresent(_ -> all.addAll(List.of(LxmertLosses.ANSWER, LxmertLosses.SOFT_ANSWER)));
        return all;
    }

    @Override
    public Lessons lessons() {
        return new LxmertLessons(this, tokenizer);
    }

    @Override
    public NDArray loss(String objective, Pass pass, Inputs inputs) {
        return new LxmertLosses(this).loss(objective, states(pass, inputs), inputs);
    }

    @Override
    public Map<String, NDArray> outputs(Map<String, NDArray> inputs) {
        return new LxmertTrace(this).outputs(inputs);
    }

    @Override
    public Map<String, NDArray> losses(Map<String, NDArray> inputs) {
        return new LxmertTrace(this).losses(inputs);
    }

    @Override
    public List<AttentionSite> sites(Encoded sample) {
        Axis text = new Axis.Text(sample.tokens().map(Tokens::size).orElse(0));
        Axis boxes = new Axis.Boxes(sample.regions().map(r -> r.boxes().size()).orElse(0), 0);
        int heads = config.heads();
        return List.of(
                new AttentionSite(LxmertStreams.WORDS, AttentionSite.Kind.SELF, config.language(), heads, text, text,
                        false, 0),
                new AttentionSite(LxmertStreams.OBJECTS, AttentionSite.Kind.SELF, config.objects(), heads, boxes,
                        boxes, false, -1),
                new AttentionSite(CrossLayer.TO_OBJECTS, AttentionSite.Kind.CROSS, config.crossing(), heads, text,
                        boxes, false, 0),
                new AttentionSite(CrossLayer.TO_WORDS, AttentionSite.Kind.CROSS, config.crossing(), heads, boxes, text,
                        false, -1),
                new AttentionSite(CrossLayer.WORDS, AttentionSite.Kind.SELF, config.crossing(), heads, text, text,
                        false, 0),
                new AttentionSite(CrossLayer.OBJECTS, AttentionSite.Kind.SELF, config.crossing(), heads, boxes, boxes,
                        false, -1));
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
