package org.diptych.engine.models.blip;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.api.Way;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.image.Normalise;
import org.diptych.engine.image.Preprocess;
import org.diptych.engine.image.PreprocessConfig;
import org.diptych.engine.model.Distils;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.EncodesImage;
import org.diptych.engine.model.EncodesText;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Phase;
import org.diptych.engine.model.RanksAnswers;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.TellsWays;
import org.diptych.engine.model.Traceable;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;
import org.diptych.engine.model.Writing;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.text.Tokenizers;
import org.diptych.engine.tower.AnswerRanking;
import org.diptych.engine.tower.Asked;
import org.diptych.engine.tower.FeatureQueue;
import org.diptych.engine.tower.Follower;
import org.diptych.engine.tower.Following;
import org.diptych.engine.tower.FusionText;
import org.diptych.engine.tower.MomentumContrast;
import org.diptych.engine.tower.NormalStart;

/// BLIP with those parts that its file has: what reads, what writes, and the heads between.
public final class BlipModel extends Module
        implements
            VisionLanguageModel,
            EncodesImage,
            EncodesText,
            ScoresPairs,
            Generates,
            RanksAnswers,
            Taught,
            TellsWays,
            Distils,
            Traceable,
            Initialises {
    static final String VISION = "visual_encoder";
    static final String READING = "text_encoder";
    static final String WRITING = "text_decoder";
    static final String CROSS = ".cross";
    private static final double TEMPERATURE = 0.07;

    private final JsonObject json;
    private final BlipConfig config;
    private final Preprocess preprocess;
    private final Optional<TextTokenizer> tokenizer;
    private final BlipSide online;
    private final Optional<FusionText> decoder;
    private final Optional<BlipSide> copy;
    private final Optional<Linear> match;
    private final Optional<Weight> temperature;
    private final Optional<FeatureQueue> queue;
    private final Following<BlipLosses.Step> following;
    private List<String> answers;

    BlipModel(JsonObject json, BlipConfig config, ModelFiles files) throws EngineException {
        this.json = json;
        this.config = config;
        BlipConfig.Parts parts = config.parts();
        tokenizer = Tokenizers.find(files.folder());
        answers = files.answers();
        Preprocess usual = Preprocess.square(config.vision().image(), Normalise.CLIP);
        preprocess = files.folder().isPresent() ? PreprocessConfig.read(files.folder().get(), usual) : usual;
        online = child("", new BlipSide(config, ""));
        decoder = parts.writes()
                ? Optional.of(child(WRITING, new FusionText(BlipSide.words(config),
                        BlipSide.layers(config, parts.decoderSees(), true),
                        parts.ownTable() ? FusionText.Head.OWN : FusionText.Head.TIED, WRITING,
                        online.reading().filter(_ -> parts.tied()))))
                : Optional.empty();
        copy = parts.follows() ? Optional.of(child("", new BlipSide(config, "_m"))) : Optional.empty();
        match = parts.match()
                ? Optional.of(child("itm_head", new Linear(config.text().width(), 2)))
                : Optional.empty();
        temperature = parts.temperature() ? Optional.of(weight("temp")) : Optional.empty();
        queue = config.queue() > 0
                ? Optional.of(new FeatureQueue(buffer(Following.PICTURES, config.embed(), config.queue()),
                        buffer(Following.TEXTS, config.embed(), config.queue()), buffer(Following.POINTER, 1)))
                : Optional.empty();
        following = new Following<>(online.weights(), copy.map(Module::weights).orElse(Map.of()), queue,
                config.momentum());
    }

    BlipConfig facts() {
        return config;
    }

    BlipSide online() {
        return online;
    }

    FusionText decoder() {
        return decoder.orElseThrow();
    }

    BlipSide copy() {
        return copy.orElseThrow();
    }

    FeatureQueue queue() {
        return queue.orElseThrow();
    }

    /// What the objectives of one batch share; what writes has no copy.
    Following<BlipLosses.Step> following() {
        return following;
    }

    @Override
    public Set<String> followers() {
        return following.names();
    }

    @Override
    public Map<String, NDArray> followed() {
        return following.after(BlipLosses.Step::contrast);
    }

    @Override
    public Set<Task> distilled() {
        return objectives().contains(BlipLosses.CONTRAST) ? Set.of(Task.CONTRAST) : Set.of();
    }

    @Override
    public Optional<Queued> queued() {
        return queue.map(FeatureQueue::queued);
    }

    @Override
    public List<Soft> soft(Task task, Inputs inputs) {
        return new BlipLosses(this).step(Pass.INFER, inputs).contrast().soft(BlipLosses.alpha(inputs));
    }

    @Override
    public double temperature() {
        return MomentumContrast.held(temperature.orElseThrow());
    }

    @Override
    public Lessons lessons() {
        return new BlipLessons(this);
    }

    @Override
    public String family() {
        return "blip";
    }

    @Override
    public Module module() {
        return this;
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.noneOf(Capability.class);
        if (compares()) {
            all.addAll(List.of(Capability.ENCODES_IMAGE, Capability.ENCODES_TEXT, Capability.SCORES_PAIRS));
        }
        if (match.isPresent()) {
            all.add(Capability.SCORES_PAIRS);
        }
        if (decoder.isPresent()) {
            all.add(Capability.GENERATES);
        }
        if (config.parts().asks() && tokenizer.isPresent()) { // answers are given as texts
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
                    .orElseThrow(() -> new EngineException("models.tokenizer", "BLIP", "vocab.txt"));
            tokens = Optional.of(reader.encode(sample.text().get(), config.text().positions()));
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
        Map<String, NDArray> out = new HashMap<>(Stacked.text(samples, (int) config.ends().pad(), manager));
        out.putAll(Stacked.pixels(samples, manager));
        return new Inputs(out, samples);
    }

    static NDArray pixels(Inputs inputs) {
        return inputs.has("image") ? inputs.get("image") : inputs.get("pixel_values");
    }

    static NDArray attended(Inputs inputs, NDArray ids) {
        return inputs.has("attention_mask") ? inputs.get("attention_mask") : ids.onesLike();
    }

    /// @return the ids as a text that looks at the picture begins: with `[ENC]` in the original code, as they are in Hugging Face's
    NDArray looks(NDArray ids) {
        return config.ends().encode() < 0 ? ids : beginning(ids, config.ends().encode());
    }

    /// @return the ids as a text that is written begins: with `[DEC]`
    NDArray writes(NDArray ids) {
        return beginning(ids, config.ends().start());
    }

    private static NDArray beginning(NDArray ids, long first) {
        long[] all = new long[(int) ids.getShape().get(0)];
        Arrays.fill(all, first);
        return Staging.longs(ids.getManager(), all, new Shape(all.length, 1)).concat(ids.get(new NDIndex(":, 1:")), 1);
    }

    /// The same text in each mode that this file has: alone, looking, written; or a question and what is said first to it.
    @Override
    public void forward(Pass pass, Inputs inputs) {
        BlipLosses losses = new BlipLosses(this);
        NDArray ids = inputs.get("input_ids");
        if (config.parts().asks()) {
            Asked asked = losses.asked(pass, inputs);
            NDArray start = beginning(ids.get(new NDIndex(":, :1")), config.ends().start());
            losses.answerLogits(pass, asked, start, start.onesLike());
            return;
        }
        NDArray picture = losses.picture(pass, inputs);
        if (config.parts().reads()) {
            online.text().alone(ModeProbe.alone(pass), ids, attended(inputs, ids));
            online.text().looking(pass, looks(ids), attended(inputs, ids), picture, Optional.empty());
        }
        if (config.parts().writes()) {
            losses.writtenLogits(pass, picture, inputs);
        }
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
        return online.textFeature(pass, online.text().alone(ModeProbe.alone(pass), ids, attended(inputs, ids)));
    }

    /// @param states (B, T, D) of texts that have looked
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
                : similarity(pass, images, texts);
    }

    /// @return (N, M, 2) logits of mismatch and match
    private NDArray eachPair(Pass pass, Inputs images, Inputs texts) {
        pass.probe().phase(Phase.PICTURE);
        NDArray pictures = online.picture(pass, pixels(images));
        pass.probe().phase(Phase.TOGETHER);
        NDArray ids = looks(texts.get("input_ids"));
        NDArray attended = attended(texts, ids);
        NDList rows = new NDList();
        for (long i = 0; i < pictures.getShape().get(0); i++) {
            NDArray seen = pictures.get(new NDIndex("{}:{}", i, i + 1)).repeat(0, ids.getShape().get(0));
            rows.add(matchLogits(pass, online.text().looking(pass, ids, attended, seen, Optional.empty()))
                    .expandDims(0));
        }
        return Rows.under(rows);
    }

    @Override
    public double scale() {
        return probability() ? 1 : similarityScale();
    }

    @Override
    public double similarityScale() {
        return 1 / temperature.map(t -> (double) t.get().toFloatArray()[0]).orElse(TEMPERATURE);
    }

    @Override
    public boolean compares() {
        return config.embed() > 0 && config.parts().reads();
    }

    @Override
    public boolean probability() {
        return match.isPresent();
    }

    /// @return the temperature, held within its bounds
    NDArray temperature(NDArray near) {
        return MomentumContrast.temperature(temperature.orElseThrow(), near);
    }

    @Override
    public Ends ends() {
        BlipConfig.Ends ends = config.ends();
        return new Ends(ends.start(), ends.end(), ends.pad(), config.text().positions());
    }

    @Override
    public String text(long[] ids) {
        return tokenizer.map(t -> t.decode(ids)).orElseGet(() -> Generates.super.text(ids));
    }

    @Override
    public String word(long id) {
        return tokenizer.map(t -> t.readable((int) id)).orElseGet(() -> Generates.super.word(id));
    }

    @Override
    public boolean needsText() {
        return config.parts().asks();
    }

    /// A prompt loses its first id to `[DEC]` and its last, which ends it. A question is read once, and its answer begins with `[DEC]`; Hugging Face's code lets the answer look at the
    /// question's padding too.
    @Override
    public Writing begin(Pass pass, Inputs inputs, int rows, boolean cached) {
        BlipLosses losses = new BlipLosses(this);
        Asked seen;
        if (config.parts().asks()) {
            Asked asked = losses.asked(pass, inputs);
            seen = config.parts().huggingFace() ? new Asked(asked.states(), asked.attended().onesLike()) : asked;
        } else {
            NDArray picture = losses.picture(pass, inputs);
            Shape shape = picture.getShape();
            long[] all = new long[(int) (shape.get(0) * shape.get(1))];
            Arrays.fill(all, 1);
            seen = new Asked(picture, Staging.longs(picture.getManager(), all, shape.slice(0, 2)));
        }
        Optional<NDArray> words = config.parts().asks() || !inputs.has("input_ids")
                ? Optional.empty()
                : Optional.of(inputs.get("input_ids"));
        return new BlipWriting(decoder(), pass, seen, words, config.ends().start(), rows, config.text().positions(),
                cached);
    }

    @Override
    public List<String> objectives() {
        List<String> all = new ArrayList<>();
        if (config.embed() > 0 && copy.isPresent() && queue.isPresent() && temperature.isPresent()) {
            all.add(BlipLosses.CONTRAST);
        }
        match.ifPresent(_ -> all.add(BlipLosses.MATCHING));
        decoder.ifPresent(_ -> all.add(config.parts().asks() ? BlipLosses.ANSWER : BlipLosses.WRITING));
        return all;
    }

    @Override
    public NDArray loss(String objective, Pass pass, Inputs inputs) {
        return new BlipLosses(this).loss(objective, pass, inputs);
    }

    @Override
    public Map<String, NDArray> outputs(Map<String, NDArray> inputs) {
        return new BlipTrace(this).outputs(inputs);
    }

    @Override
    public Map<String, NDArray> losses(Map<String, NDArray> inputs) {
        return new BlipTrace(this).losses(inputs);
    }

    @Override
    public List<AttentionSite> sites(Encoded sample) {
        return new BlipSites(config).of(sample);
    }

    @Override
    public List<Way> ways(Encoded sample) {
        return new BlipSites(config).ways(sample);
    }

    @Override
    public Optional<Axis.Patches> patches() {
        return Optional.of(new Axis.Patches(config.vision().grid(), config.vision().grid(), 1));
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
        return new BlipLosses(this).scores(pass, with(inputs, "answer_list", among));
    }

    @Override
    public NDArray answerLikelihood(Pass pass, Inputs inputs, String answer) {
        return new BlipLosses(this).logLikelihood(pass, with(inputs, "answer", List.of(answer)));
    }

    private Inputs with(Inputs inputs, String name, List<String> texts) {
        Inputs all = AnswerRanking.beside(inputs, name, texts.stream()
                .map(text -> Encoded.of(tokenizer.orElseThrow().encode(text, config.text().positions()))).toList(),
                (int) config.ends().pad());
        return all.with(Map.of(name + "_ids", writes(all.get(name + "_ids"))));
    }

    @Override
    public List<RelevanceMethod> methods() {
        if (config.parts().asks()) {
            return List.of(RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER, RelevanceMethod.GRAD_CAM,
                    RelevanceMethod.ROLLOUT, RelevanceMethod.RAW);
        }
        return match.isPresent() || config.embed() > 0
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
        return config.text().positions();
    }

    /// As the original begins but for its public ViT and BERT weights, and with the copy's weights equal to the model's.
    @Override
    public void initialise(NDManager scope, long seed) {
        NormalStart.fill(weights(), scope, seed);
        temperature.ifPresent(t -> t.set(scope.create((float) TEMPERATURE)));
        copy.ifPresent(c -> Follower.start(online.weights(), c.weights()));
        queue.ifPresent(q -> q.start(scope, seed));
    }
}
