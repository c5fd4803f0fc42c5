package org.diptych.engine.models.vilbert;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
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
import org.diptych.engine.api.Box;
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
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.Traceable;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.text.Tokenizers;
import org.diptych.engine.tower.NormalStart;

/// ViLBERT with those heads that its file has.
public final class VilbertModel extends Module
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
    private final VilbertConfig config;
    private final Optional<TextTokenizer> tokenizer;
    private final VilbertStreams streams;
    private final VilbertHeads heads;

    VilbertModel(JsonObject json, VilbertConfig config, ModelFiles files) throws EngineException {
        this.json = json;
        this.config = config;
        tokenizer = Tokenizers.find(files.folder());
        streams = child("bert", new VilbertStreams(config));
        heads = child("", new VilbertHeads(config, streams.wordTable()));
    }

    VilbertConfig facts() {
        return config;
    }

    VilbertHeads heads() {
        return heads;
    }

    @Override
    public String family() {
        return "vilbert";
    }

    @Override
    public Module module() {
        return this;
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.noneOf(Capability.class);
        if (config.heads().match()) {
            all.add(Capability.SCORES_PAIRS);
        }
        if (config.heads().words()) {
            all.add(Capability.FILLS_MASKS);
        }
        if (config.heads().answers() > 0) {
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
        Optional<Tokens> tokens = Optional.empty();
        if (sample.text().isPresent()) {
            TextTokenizer reader = tokenizer
                    .orElseThrow(() -> new EngineException("models.tokenizer", "ViLBERT", "vocab.txt"));
            tokens = Optional.of(reader.encode(sample.text().get(), config.positions()));
        }
        return RegionSide.encode("ViLBERT", config.feature(), tokens, sample);
    }

    /// The whole picture stands before its regions: the mean of their features, in a box around everything.
    @Override
    public Inputs batch(List<Encoded> samples, NDManager manager) {
        Map<String, NDArray> out = new HashMap<>(
                Stacked.text(samples, tokenizer.map(TextTokenizer::padId).orElse(0), manager));
        if (samples.getFirst().regions().isPresent()) {
            RegionSide.Batch regions = RegionSide.batch(samples, VilbertModel::place, manager);
            int b = samples.size();
            NDArray count = regions.mask().sum(new int[]{1}).toType(DataType.FLOAT32, false).reshape(b, 1, 1);
            NDArray mean = regions.features().sum(new int[]{1}, true).div(count);
            float[] whole = new float[b * VilbertStreams.PLACE];
            for (int i = 0; i < whole.length; i++) {
                whole[i] = i % VilbertStreams.PLACE < 2 ? 0 : 1;
            }
            NDArray around = Staging.floats(manager, whole, new Shape(b, 1, VilbertStreams.PLACE));
            out.put("image_feat", NDArrays.concat(new NDList(mean, regions.features()), 1));
            out.put("image_loc", NDArrays.concat(new NDList(around, regions.places()), 1));
            out.put("image_attention_mask",
                    NDArrays.concat(new NDList(regions.mask().get(new NDIndex(":, :1")).onesLike(), regions.mask()),
                            1));
        }
        return new Inputs(out, samples);
    }

    private static float[] place(Box box, Box whole) {
        float[] c = RegionSide.corners(box, whole);
        return new float[]{c[0], c[1], c[2], c[3], (c[2] - c[0]) * (c[3] - c[1])};
    }

    @Override
    public void forward(Pass pass, Inputs inputs) {
        states(pass, inputs);
    }

    VilbertStreams.States states(Pass pass, Inputs inputs) {
        return streams.apply(pass, inputs);
    }

    @Override
    public NDArray wordLogits(Pass pass, Inputs inputs) {
        return heads.words(states(pass, inputs));
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
        return heads.answers(states(pass, inputs));
    }

    @Override
    public List<String> answers() {
        return ModelConfig.labels(json, config.heads().answers());
    }

    @Override
    public void answers(List<String> names) {
        ModelConfig.label(json, config.heads().answers(), names);
    }

    /// Regions of one picture and the words of one sentence are put together for every pair, since the streams cross.
    @Override
    public NDArray scorePairs(Pass pass, Inputs images, Inputs texts) {
        return eachPair(pass, images, texts, states -> heads.match(states).softmax(-1));
    }

    @Override
    public NDArray matchLogits(Pass pass, Inputs images, Inputs texts) {
        return eachPair(pass, images, texts, heads::match);
    }

    /// @param scores (M, 2) of M pairs
    private NDArray eachPair(Pass pass, Inputs images, Inputs texts,
            Function<VilbertStreams.States, NDArray> scores) {
        NDList rows = new NDList();
        NDManager manager = texts.get("input_ids").getManager();
        for (Encoded picture : images.samples()) {
            List<Encoded> pairs = new ArrayList<>();
            for (Encoded text : texts.samples()) {
                pairs.add(new Encoded(text.tokens(), new float[0], 0, 0, picture.view(), picture.regions()));
            }
            rows.add(scores.apply(states(pass, batch(pairs, manager))).get(new NDIndex(":, 0"))
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
        VilbertConfig.Heads has = config.heads();
        List<String> all = new ArrayList<>();
        if (has.words()) {
            all.add(VilbertLosses.MASKED_WORDS);
        }
        if (has.regions()) {
            all.add(VilbertLosses.MASKED_REGIONS);
        }
        if (has.match()) {
            all.add(VilbertLosses.ALIGNMENT);
        }
        if (has.answers() > 0) {
            all.add(VilbertLosses.ANSWER);
        }
        return all;
    }

    @Override
    public Lessons lessons() {
        return new VilbertLessons(this, tokenizer);
    }

    @Override
    public NDArray loss(String objective, Pass pass, Inputs inputs) {
        return new VilbertLosses(this).loss(objective, states(pass, inputs), inputs);
    }

    @Override
    public Map<String, NDArray> outputs(Map<String, NDArray> inputs) {
        return new VilbertTrace(this).outputs(inputs);
    }

    @Override
    public Map<String, NDArray> losses(Map<String, NDArray> inputs) {
        return new VilbertTrace(this).losses(inputs);
    }

    @Override
    public List<AttentionSite> sites(Encoded sample) {
        Axis text = new Axis.Text(sample.tokens().map(Tokens::size).orElse(0));
        Axis boxes = new Axis.Boxes(sample.regions().map(r -> r.boxes().size()).orElse(0), 1);
        int bridges = config.textAt().size();
        return List.of(
                new AttentionSite(VilbertStreams.TEXT, AttentionSite.Kind.SELF, config.text().layers(),
                        config.text().heads(), text, text, false, 0),
                new AttentionSite(VilbertStreams.IMAGE, AttentionSite.Kind.SELF, config.image().layers(),
                        config.image().heads(), boxes, boxes, false, 0),
                new AttentionSite(CoAttention.TEXT_TO_IMAGE, AttentionSite.Kind.CROSS, bridges, config.bridgeHeads(),
                        text, boxes, false, 0),
                new AttentionSite(CoAttention.IMAGE_TO_TEXT, AttentionSite.Kind.CROSS, bridges, config.bridgeHeads(),
                        boxes, text, false, 0));
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
