package org.diptych.engine.models.albef;

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
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.image.Normalise;
import org.diptych.engine.image.Preprocess;
import org.diptych.engine.image.PreprocessConfig;
import org.diptych.engine.model.Distils;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.EncodesImage;
import org.diptych.engine.model.EncodesText;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Phase;
import org.diptych.engine.model.RanksAnswers;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.Traceable;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.text.Tokenizers;
import org.diptych.engine.tower.AnswerRanking;
import org.diptych.engine.tower.FeatureQueue;
import org.diptych.engine.tower.Follower;
import org.diptych.engine.tower.Following;
import org.diptych.engine.tower.MomentumContrast;
import org.diptych.engine.tower.NormalStart;

/// ALBEF with those parts that its file has.
public final class AlbefModel extends Module
        implements
            VisionLanguageModel,
            EncodesImage,
            EncodesText,
            ScoresPairs,
            FillsMasks,
            RanksAnswers,
            Taught,
            Distils,
            Traceable,
            Initialises {
    static final String VISION = "visual_encoder";
    static final String TEXT = "text_encoder";
    static final String FUSION = "text_encoder.cross";
    private static final float TEMPERATURE = 0.07f;

    private final JsonObject json;
    private final AlbefConfig config;
    private final Preprocess preprocess;
    private final Optional<TextTokenizer> tokenizer;
    private final AlbefSide online;
    private final Optional<AlbefSide> copy;
    private final Optional<Linear> match;
    private final Optional<Weight> temperature;
    private final Optional<FeatureQueue> queue;

    private final Following<AlbefLosses.Step> following;
    private List<String> answers;

    AlbefModel(JsonObject json, AlbefConfig config, ModelFiles files) throws EngineException {
        this.json = json;
        this.config = config;
        tokenizer = Tokenizers.find(files.folder());
        answers = files.answers();
        Preprocess usual = Preprocess.square(config.vision().image(), Normalise.CLIP);
        preprocess = files.folder().isPresent() ? PreprocessConfig.read(files.folder().get(), usual) : usual;
        online = child("", new AlbefSide(config, ""));
        copy = config.parts().follows()
                ? Optional.of(child("", new AlbefSide(config, "_m")))
                : Optional.empty();
        match = config.parts().match()
                ? Optional.of(child("itm_head", new Linear(config.width(), 2)))
                : Optional.empty();
        temperature = config.parts().contrast() ? Optional.of(weight("temp")) : Optional.empty();
        queue = config.queue() > 0
                ? Optional.of(new FeatureQueue(buffer(Following.PICTURES, config.embed(), config.queue()),
                        buffer(Following.TEXTS, config.embed(), config.queue()), buffer(Following.POINTER, 1)))
                : Optional.empty();
        following = new Following<>(online.weights(), copy.map(Module::weights).orElse(Map.of()), queue,
                config.momentum());
    }

    AlbefConfig facts() {
        return config;
    }

    AlbefSide online() {
        return online;
    }

    AlbefSide copy() {
        return copy.orElseThrow();
    }

    FeatureQueue queue() {
        return queue.orElseThrow();
    }

    /// @return the copy's step behind the model
    Follower follow(Pass pass, NDArray near) {
        return following.follow(pass, near);
    }

    /// @return what the objectives of pre-training share, computed once a batch
    AlbefLosses.Step step(Pass pass, Inputs inputs) {
        return following.once(pixels(inputs), pass, () -> new AlbefLosses(this).step(pass, inputs));
    }

    @Override
    public Set<String> followers() {
        return following.names();
    }

    @Override
    public Map<String, NDArray> followed() {
        return following.after(AlbefLosses.Step::contrast);
    }

    @Override
    public Set<Task> distilled() {
        return new AlbefLosses(this).distilled();
    }

    @Override
    public Optional<Queued> queued() {
        return queue.map(FeatureQueue::queued);
    }

    @Override
    public List<Soft> soft(Task task, Inputs inputs) {
        return new AlbefLosses(this).soft(task, inputs);
    }

    @Override
    public double temperature() {
        return MomentumContrast.held(temperature.orElseThrow());
    }

    @Override
    public Lessons lessons() {
        return new AlbefLessons(this, tokenizer);
    }

    @Override
    public String family() {
        return "albef";
    }

    @Override
    public Module module() {
        return this;
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.noneOf(Capability.class);
        if (config.parts().contrast()) {
            all.addAll(List.of(Capability.ENCODES_IMAGE, Capability.ENCODES_TEXT));
        }
        if (match.isPresent() || config.parts().contrast()) {
            all.add(Capability.SCORES_PAIRS);
        }
        if (config.parts().words()) {
            all.add(Capability.FILLS_MASKS);
        }
        if (config.decoder() > 0 && tokenizer.isPresent()) { // answers are given as texts
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
                    .orElseThrow(() -> new EngineException("models.tokenizer", "ALBEF", "vocab.txt"));
            tokens = Optional.of(reader.encode(sample.text().get(), config.positions()));
        }
        if (sample.picture().isEmpty()) {
            return new Encoded(tokens, new float[0], 0, 0, Optional.empty(), Optional.empty());
        }
        Preprocess.Result seen = preprocess.apply(sample.picture().get());
        return new Encoded(tokens, seen.values(), seen.height(), seen.width(), Optional.of(seen.view()),
                Optional.empty());
    }

    @Override
    public Inputs batch(List<Encoded> samples, NDManager manager) {
        Map<String, NDArray> out = new HashMap<>(Stacked.text(samples, config.pad(), manager));
        out.putAll(Stacked.pixels(samples, manager));
        return new Inputs(out, samples);
    }

    static NDArray pixels(Inputs inputs) {
        return inputs.has("image") ? inputs.get("image") : inputs.get("pixel_values");
    }

    static NDArray attended(Inputs inputs, NDArray ids) {
        return inputs.has("attention_mask") ? inputs.get("attention_mask") : ids.onesLike();
    }

    @Override
    public void forward(Pass pass, Inputs inputs) {
        states(pass, inputs);
    }

    /// @return (B, T, D) of words that have looked at the picture
    private NDArray states(Pass pass, Inputs inputs) {
        NDArray ids = inputs.get("input_ids");
        return online.text().all(pass, ids, attended(inputs, ids), online.picture(pass, pixels(inputs)));
    }

    @Override
    public NDArray encodeImage(Pass pass, Inputs inputs) {
        pass.probe().phase(Phase.PICTURE);
        return online.pictureFeature(pass, online.picture(pass, pixels(inputs)));
    }

    @Override
    public NDArray encodeText(Pass pass, Inputs inputs) {
        pass.probe().phase(Phase.TEXT);
        NDArray ids = inputs.get("input_ids");
        return online.textFeature(pass, online.text().text(pass, ids, attended(inputs, ids)));
    }

    @Override
    public NDArray wordLogits(Pass pass, Inputs inputs) {
        return online.text().words(pass, states(pass, inputs));
    }

    @Override
    public OptionalInt maskId() {
        return tokenizer.map(TextTokenizer::maskId).orElse(OptionalInt.empty());
    }

    @Override
    public String word(int id) {
        return tokenizer.map(t -> t.readable(id)).orElse("#" + id);
    }

    /// @param states (B, T, D) fused
    /// @return (B, 2) logits of mismatch and match
    NDArray matchLogits(Pass pass, NDArray states) {
        NDArray logits = match.orElseThrow().apply(states.get(new NDIndex(":, 0")));
        pass.probe().value("itm_head", logits);
        return logits;
    }

    @Override
    public NDArray scorePairs(Pass pass, Inputs images, Inputs texts) {
        return match.isPresent()
                ? eachPair(pass, images, texts).softmax(-1).get(new NDIndex(":, :, 1"))
                : similarity(pass, images, texts);
    }

    @Override
    public NDArray matchLogits(Pass pass, Inputs images, Inputs texts) {
        return match.isPresent()
                ? eachPair(pass, images, texts).get(new NDIndex(":, :, 1"))
                : scorePairs(pass, images, texts);
    }

    /// @return (N, M, 2) logits of mismatch and match
    private NDArray eachPair(Pass pass, Inputs images, Inputs texts) {
        pass.probe().phase(Phase.PICTURE);
        NDArray pictures = online.picture(pass, pixels(images));
        pass.probe().phase(Phase.TEXT);
        NDArray ids = texts.get("input_ids");
        NDArray attended = attended(texts, ids);
        NDArray words = online.text().text(pass, ids, attended);
        pass.probe().phase(Phase.TOGETHER);
        NDList rows = new NDList();
        for (long i = 0; i < pictures.getShape().get(0); i++) {
            NDArray seen = pictures.get(new NDIndex("{}:{}", i, i + 1)).repeat(0, ids.getShape().get(0));
            rows.add(matchLogits(pass, online.text().fused(pass, words, attended, seen)).expandDims(0));
        }
        return Rows.under(rows);
    }

    @Override
    public double scale() {
        return probability() ? 1 : similarityScale();
    }

    @Override
    public double similarityScale() {
        return 1 / temperature.orElseThrow().get().toFloatArray()[0];
    }

    @Override
    public boolean compares() {
        return config.parts().contrast();
    }

    @Override
    public boolean probability() {
        return match.isPresent();
    }

    /// @return the temperature, held within its bounds as the reference does at every forward; its gradient is that of the value inside
    NDArray temperature(NDArray near) {
        return MomentumContrast.temperature(temperature.orElseThrow(), near);
    }

    @Override
    public List<String> objectives() {
        List<String> all = new ArrayList<>();
        if (config.parts().contrast() && copy.isPresent() && queue.isPresent()) {
            all.add(AlbefLosses.CONTRAST);
        }
        match.ifPresent(_ -> all.add(AlbefLosses.MATCHING));
        if (config.parts().words() && copy.isPresent()) {
            all.add(AlbefLosses.MASKED);
        }
        if (config.decoder() > 0) {
            all.add(AlbefLosses.ANSWER);
        }
        if (config.parts().pair()) {
            all.add(AlbefLosses.PAIR);
        }
        return all;
    }

    @Override
    public NDArray loss(String objective, Pass pass, Inputs inputs) {
        return new AlbefLosses(this).loss(objective, pass, inputs);
    }

    @Override
    public Map<String, NDArray> outputs(Map<String, NDArray> inputs) {
        return new AlbefTrace(this).outputs(inputs);
    }

    @Override
    public Map<String, NDArray> losses(Map<String, NDArray> inputs) {
        return new AlbefTrace(this).losses(inputs);
    }

    @Override
    public List<AttentionSite> sites(Encoded sample) {
        int grid = config.vision().image() / config.vision().patch();
        Axis patches = new Axis.Patches(grid, grid, 1);
        List<AttentionSite> sites = new ArrayList<>();
        if (sample.height() > 0) {
            sites.add(new AttentionSite(VISION, AttentionSite.Kind.SELF, config.vision().layers(),
                    config.vision().heads(), patches, patches, false, 0));
        }
        sample.tokens().ifPresent(t -> {
            Axis text = new Axis.Text(t.size());
            sites.add(new AttentionSite(TEXT, AttentionSite.Kind.SELF, config.layers(), config.heads(), text, text,
                    false, 0));
            if (sample.height() > 0) {
                sites.add(new AttentionSite(FUSION, AttentionSite.Kind.CROSS, config.layers() - config.fusion(),
                        config.heads(), text, patches, false, 0).at(config.fusion(), 1));
            }
        });
        return sites;
    }

    @Override
    public Optional<Axis.Patches> patches() {
        int grid = config.vision().image() / config.vision().patch();
        return Optional.of(new Axis.Patches(grid, grid, 1));
    }

    @Override
    public List<String> answers() {
        return answers;
    }

    @Override
    public void answers(List<String> names) {
        answers = List.copyOf(names);
    }

    @Override
    public NDArray answerScores(Pass pass, Inputs inputs, List<String> among) {
        return new AlbefLosses(this).scores(pass, with(inputs, "answer_list", among));
    }

    @Override
    public NDArray answerLikelihood(Pass pass, Inputs inputs, String answer) {
        return new AlbefLosses(this).logLikelihood(pass, with(inputs, "answer", List.of(answer)));
    }

    private Inputs with(Inputs inputs, String name, List<String> texts) {
        return AnswerRanking.beside(inputs, name, texts.stream()
                .map(text -> Encoded.of(tokenizer.orElseThrow().encode(text, config.positions()))).toList(),
                config.pad());
    }

    @Override
    public List<RelevanceMethod> methods() {
        if (config.decoder() > 0) {
            return List.of(RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER, RelevanceMethod.GRAD_CAM,
                    RelevanceMethod.ROLLOUT, RelevanceMethod.RAW);
        }
        return match.isPresent() || config.parts().contrast()
                ? List.of(RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER, RelevanceMethod.GRAD_CAM,
                        RelevanceMethod.ROLLOUT, RelevanceMethod.RAW, RelevanceMethod.OCCLUSION)
                : List.of();
    }

    @Override
    public int imageSize() {
        return config.vision().image();
    }

    @Override
    public int textLength() {
        return config.positions();
    }

    @Override
    public void initialise(NDManager scope, long seed) {
        NormalStart.fill(weights(), scope, seed);
        temperature.ifPresent(t -> t.set(scope.create(TEMPERATURE)));
        settle();
        queue.ifPresent(q -> q.start(scope, seed));
    }

    @Override
    public void settle() {
        copy.ifPresent(c -> Follower.start(online.weights(), c.weights()));
    }
}
