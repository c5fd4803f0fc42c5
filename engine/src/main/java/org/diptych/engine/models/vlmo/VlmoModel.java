package org.diptych.engine.models.vlmo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan.Trains;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Way;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.model.Answers;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Experts;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.LearnsContrast;
import org.diptych.engine.model.LearnsInStages;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Phase;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.Traceable;
import org.diptych.engine.model.TellsWays;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.tower.NormalStart;

/// VLMo with those heads that its file has.
public final class VlmoModel extends Module
        implements
            VisionLanguageModel,
            LearnsContrast,
            ScoresPairs,
            FillsMasks,
            Answers,
            Taught,
            TellsWays,
            LearnsInStages,
            Traceable,
            Initialises {
    private static final double COLD = Math.log(1 / 0.07);

    private final JsonObject json;
    private final VlmoConfig config;
    private final VlmoReader reader;
    private final VlmoStack stack;
    private final VlmoHeads heads;

    private VlmoModel(JsonObject json, VlmoConfig config, VlmoReader reader) {
        this.json = json;
        this.config = config;
        this.reader = reader;
        stack = child("", new VlmoStack(config));
        heads = child("", new VlmoHeads(config));
    }

    static VlmoModel of(JsonObject json, VlmoConfig config, ModelFiles files) throws EngineException {
        return new VlmoModel(json, config, VlmoReader.of(config, files));
    }

    VlmoConfig facts() {
        return config;
    }

    VlmoStack stack() {
        return stack;
    }

    @Override
    public String family() {
        return "vlmo";
    }

    @Override
    public Module module() {
        return this;
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.noneOf(Capability.class);
        VlmoConfig.Heads parts = config.parts();
        if (parts.contrast()) {
            all.addAll(List.of(Capability.ENCODES_IMAGE, Capability.ENCODES_TEXT));
        }
        if (parts.match() || parts.contrast()) {
            all.add(Capability.SCORES_PAIRS);
        }
        if (parts.words()) {
            all.add(Capability.FILLS_MASKS);
        }
        if (parts.answers() > 0) {
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

    static NDArray ids(Inputs inputs) {
        return inputs.has("text_ids") ? inputs.get("text_ids") : inputs.get("input_ids");
    }

    static NDArray attended(Inputs inputs, NDArray ids) {
        return inputs.has("text_masks")
                ? inputs.get("text_masks")
                : inputs.has("attention_mask") ? inputs.get("attention_mask") : ids.onesLike();
    }

    static NDArray pixels(Inputs inputs) {
        return inputs.has("image") ? inputs.get("image") : inputs.get("pixel_values");
    }

    private static boolean sees(Inputs inputs) {
        return inputs.has("image") || inputs.has("pixel_values");
    }

    static Inputs with(Inputs inputs, String name, NDArray value) {
        Map<String, NDArray> all = new HashMap<>(inputs.tensors());
        all.put(name, value);
        return new Inputs(all, inputs.samples());
    }

    /// @return true when a pair is read as one sequence: every file but one that is fine-tuned for retrieval, which has unlearnt it
    private boolean fuses() {
        return !config.parts().contrast() || config.parts().match();
    }

    @Override
    public void forward(Pass pass, Inputs inputs) {
        boolean reads = inputs.has("text_ids") || inputs.has("input_ids");
        if (inputs.has("image_0")) {
            pairLogits(pass, inputs);
        } else if (fuses() && reads && sees(inputs)) {
            states(pass, inputs, 1);
        } else {
            if (sees(inputs)) {
                stack.alone(pass, stack.picture(pixels(inputs), 1), false);
            }
            if (reads) {
                stack.alone(pass, textSequence(pass, inputs), false);
            }
        }
    }

    private VlmoStack.Sequence textSequence(Pass pass, Inputs inputs) {
        NDArray ids = ids(inputs);
        return stack.words(pass, ids, attended(inputs, ids));
    }

    /// What comes out of one sequence of words and patches.
    ///
    /// @param all    (B, T + 1 + N, D) normed
    /// @param pooled (B, D) of the text's first position, through a tanh
    record States(NDArray all, NDArray pooled) {
    }

    States states(Pass pass, Inputs inputs, int kind) {
        pass.probe().phase(Phase.TEXT);
        var words = textSequence(pass, inputs);
        pass.probe().phase(Phase.PICTURE);
        var picture = stack.picture(pixels(inputs), kind);
        pass.probe().phase(Phase.TOGETHER);
        NDArray last = stack.both(pass, words, picture);
        return new States(last, heads.pooled(pass, last));
    }

    /// One side as a vector of unit length.
    ///
    /// @param own    (B, D)
    /// @param branch (B, D) through the experts for pairs
    record Features(NDArray own, Optional<NDArray> branch) {
    }

    Features picture(Pass pass, Inputs inputs, boolean branches) {
        VlmoStack.Endings ends = stack.alone(pass, stack.picture(pixels(inputs), 1), branches);
        return new Features(heads.contrast().ofPicture(ends.own()),
                ends.branch().map(b -> heads.branch().ofPicture(b)));
    }

    Features text(Pass pass, Inputs inputs, boolean branches) {
        VlmoStack.Endings ends = stack.alone(pass, textSequence(pass, inputs), branches);
        return new Features(heads.contrast().ofText(ends.own()), ends.branch().map(b -> heads.branch().ofText(b)));
    }

    /// @return (N, M) cosines times the scale
    NDArray similarity(NDArray pictures, NDArray texts) {
        return heads.contrast().similarity(pictures, texts);
    }

    NDArray branchSimilarity(NDArray pictures, NDArray texts) {
        return heads.branch().similarity(pictures, texts);
    }

    @Override
    public NDArray encodeImage(Pass pass, Inputs inputs) {
        pass.probe().phase(Phase.PICTURE);
        return picture(pass, inputs, false).own();
    }

    @Override
    public NDArray encodeText(Pass pass, Inputs inputs) {
        pass.probe().phase(Phase.TEXT);
        return text(pass, inputs, false).own();
    }

    @Override
    public Weight logScale() {
        return heads.contrast().scale();
    }

    @Override
    public NDArray wordLogits(Pass pass, Inputs inputs) {
        NDArray states = sees(inputs)
                ? states(pass, inputs, 1).all().get(new NDIndex(":, :{}", ids(inputs).getShape().get(1)))
                : stack.alone(pass, textSequence(pass, inputs), false).own();
        return heads.words(states);
    }

    /// @return (B, 2) logits of mismatch and match
    NDArray matchLogits(Pass pass, Inputs inputs) {
        return heads.match(states(pass, inputs, 1).pooled());
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
        return heads.answer(states(pass, inputs, 1).pooled());
    }

    @Override
    public List<String> answers() {
        int count = config.parts().answers();
        return count > 0 ? ModelConfig.labels(json, count) : List.of();
    }

    @Override
    public void answers(List<String> names) {
        ModelConfig.label(json, config.parts().answers(), names);
    }

    /// @return (B, 2): the text read with each of two pictures
    NDArray pairLogits(Pass pass, Inputs inputs) {
        NDArray first = states(pass, with(inputs, "image", inputs.get("image_0")), 1).pooled();
        NDArray second = states(pass, with(inputs, "image", inputs.get("image_1")), 2).pooled();
        return heads.pair(first.concat(second, 1));
    }

    @Override
    public NDArray scorePairs(Pass pass, Inputs images, Inputs texts) {
        return probability()
                ? eachPair(pass, images, texts).softmax(-1).get(new NDIndex(":, :, 1"))
                : similarity(pass, images, texts);
    }

    @Override
    public NDArray matchLogits(Pass pass, Inputs images, Inputs texts) {
        return probability()
                ? eachPair(pass, images, texts).get(new NDIndex(":, :, 1"))
                : scorePairs(pass, images, texts);
    }

    /// @return (N, M, 2) logits of mismatch and match
    private NDArray eachPair(Pass pass, Inputs images, Inputs texts) {
        NDArray pixels = pixels(images);
        long m = ids(texts).getShape().get(0);
        NDList rows = new NDList();
        for (long i = 0; i < pixels.getShape().get(0); i++) {
            NDArray same = pixels.get(new NDIndex("{}:{}", i, i + 1)).repeat(0, m);
            rows.add(matchLogits(pass, with(texts, "image", same)).expandDims(0));
        }
        return Rows.under(rows);
    }

    @Override
    public double scale() {
        return probability() ? 1 : similarityScale();
    }

    @Override
    public double similarityScale() {
        return Math.exp(logScale().get().toFloatArray()[0]);
    }

    @Override
    public boolean compares() {
        return config.parts().contrast();
    }

    @Override
    public boolean probability() {
        return config.parts().match();
    }

    @Override
    public List<String> objectives() {
        List<String> all = new ArrayList<>();
        VlmoConfig.Heads parts = config.parts();
        if (parts.words()) {
            all.add(VlmoLosses.TEXT_WORDS);
        }
        if (parts.words() && config.pairFrom() < config.layers()) {
            all.add(VlmoLosses.WORDS);
        }
        if (parts.contrast()) {
            all.add(parts.branch() ? VlmoLosses.CONTRAST : VlmoLosses.RETRIEVAL);
        }
        if (parts.match()) {
            all.add(VlmoLosses.MATCHING);
        }
        if (parts.answers() > 0) {
            all.add(VlmoLosses.ANSWER);
        }
        if (parts.pair()) {
            all.add(VlmoLosses.PAIR);
        }
        return all;
    }

    @Override
    public NDArray loss(String objective, Pass pass, Inputs inputs) {
        return new VlmoLosses(this).loss(objective, pass, inputs);
    }

    @Override
    public Lessons lessons() {
        return new VlmoLessons(this, reader);
    }

    @Override
    public Map<String, Trains> stages() {
        return VlmoStages.of(config.layers());
    }

    @Override
    public Map<String, NDArray> outputs(Map<String, NDArray> inputs) {
        return new VlmoTrace(this).outputs(inputs);
    }

    @Override
    public Map<String, NDArray> losses(Map<String, NDArray> inputs) {
        return new VlmoTrace(this).losses(inputs);
    }

    @Override
    public List<AttentionSite> sites(Encoded sample) {
        int words = sample.tokens().map(t -> t.size()).orElse(0);
        Axis.Patches seen = patches().orElseThrow();
        if (fuses() && words > 0 && sample.height() > 0) {
            return List.of(joined(seen, words));
        }
        return towers(sample);
    }

    private List<AttentionSite> towers(Encoded sample) {
        int words = sample.tokens().map(t -> t.size()).orElse(0);
        Axis.Patches seen = patches().orElseThrow();
        List<AttentionSite> sites = new ArrayList<>();
        if (sample.height() > 0) {
            sites.add(site(VlmoStack.PICTURE, seen, Route.alone(0, seen.size())));
        }
        if (words > 0) {
            sites.add(site(VlmoStack.TEXT, new Axis.Text(words), Route.alone(words, words)));
        }
        return sites;
    }

    /// Where the towers tell a match, a word and an answer are still told by both read as one; where that tells it, the towers still tell what is alike.
    @Override
    public List<AttentionSite> everySite(Encoded sample) {
        int words = sample.tokens().map(t -> t.size()).orElse(0);
        List<AttentionSite> all = new ArrayList<>(sites(sample));
        if (!fuses() && words > 0 && sample.height() > 0) {
            all.add(joined(patches().orElseThrow(), words));
        } else if (compares() && words > 0 && sample.height() > 0) {
            all.addAll(towers(sample));
        }
        return all;
    }

    @Override
    public List<Way> ways(Encoded sample) {
        return Experts.ways(this, sample);
    }

    private AttentionSite joined(Axis.Patches seen, int words) {
        return site(VlmoStack.BOTH, new Axis.Joined(List.of(new Axis.Text(words), seen)),
                new Route(words, words + seen.size(), config.pairFrom()));
    }

    private AttentionSite site(String name, Axis axis, Route route) {
        return new AttentionSite(name, AttentionSite.Kind.SELF, config.layers(), config.heads(), axis, axis, false, 0)
                .with(IntStream.range(0, config.layers()).mapToObj(route::experts).toList());
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
        if (capabilities().contains(Capability.SCORES_PAIRS)) {
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

    /// As the original's `init_weights`: layer scales at their given start, biases of places at zero, the temperature at CLIP's.
    @Override
    public void initialise(NDManager scope, long seed) {
        NormalStart.fill(weights(), scope, seed);
        weights().forEach((name, weight) -> {
            float[] start = new float[(int) weight.shape().size()];
            if (name.matches(".*\\.gamma_\\d")) {
                Arrays.fill(start, (float) config.scale());
            } else if (name.startsWith("logit_")) {
                Arrays.fill(start, (float) COLD);
            } else if (!name.equals("relative_position_bias_table")) {
                return;
            }
            weight.set(scope.create(start, weight.shape()));
        });
    }
}
