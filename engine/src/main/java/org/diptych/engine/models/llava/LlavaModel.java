package org.diptych.engine.models.llava;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan.Trains;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.model.Converses;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.LearnsInStages;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Phase;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.TellsNext;
import org.diptych.engine.model.Traceable;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Writing;
import org.diptych.engine.nn.Losses;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.tower.ClipTower;
import org.diptych.engine.tower.LlamaCache;
import org.diptych.engine.tower.LlamaTower;
import org.diptych.engine.tower.NormalStart;

/// LLaVA: a picture tower, a projector, a chat model.
public final class LlavaModel extends Module
        implements
            VisionLanguageModel,
            Generates,
            Converses,
            TellsNext,
            Taught,
            LearnsInStages,
            Traceable,
            Initialises {
    static final String VISION = "vision";
    static final String LANGUAGE = "language";
    /// The one objective: the next word of the answer.
    static final String WORDS = "lm";
    private static final float HIDDEN = -Float.MAX_VALUE; // as the reference's masks, so that a row that sees nothing sees all alike

    private final JsonObject json;
    private final LlavaConfig config;
    private final LlavaReader reader;
    private final ClipTower vision;
    private final Projector projector;
    private final LlamaTower language;

    LlavaModel(JsonObject json, LlavaConfig config, LlavaReader reader) {
        this.json = json;
        this.config = config;
        this.reader = reader;
        vision = child("vision_tower.vision_model", new ClipTower(config.vision(), VISION));
        projector = child("multi_modal_projector",
                new Projector(config.vision().layers().width(), config.language().width(), config.projector()));
        language = child("language_model", new LlamaTower(config.language(), LANGUAGE));
    }

    LlavaConfig facts() {
        return config;
    }

    LlamaTower language() {
        return language;
    }

    @Override
    public String family() {
        return "llava";
    }

    @Override
    public Module module() {
        return this;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.GENERATES);
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
        Map<String, NDArray> tensors = new HashMap<>(Stacked.text(samples, (int) config.ids().pad(), manager));
        tensors.putAll(Stacked.pixels(samples, manager));
        return new Inputs(tensors, samples);
    }

    @Override
    public void forward(Pass pass, Inputs inputs) {
        Prompt prompt = prompt(inputs);
        pass.probe().phase(Phase.PICTURE);
        var seen = features(pass, inputs);
        pass.probe().phase(Phase.TOGETHER);
        NDArray logits = logits(pass, prompt, spliced(prompt, inputs), seen);
        pass.probe().value("logits", logits);
    }

    /// The words of a batch on plain numbers.
    ///
    /// @param ids      [B][T]
    /// @param attended [B][T]
    record Prompt(NDArray tensor, long[][] ids, long[][] attended, long image) {
    }

    /// @param inputs with `input_ids` and, where it is padded, `attention_mask`
    Prompt prompt(Inputs inputs) {
        NDArray ids = inputs.get("input_ids");
        long[][] rows = rows(ids);
        long[][] attended = inputs.has("attention_mask") ? rows(inputs.get("attention_mask")) : new long[rows.length][];
        boolean original = Arrays.stream(rows).flatMapToLong(Arrays::stream)
                .anyMatch(id -> id == LlavaConfig.ORIGINAL_IMAGE);
        if (!inputs.has("attention_mask")) {
            for (int b = 0; b < rows.length; b++) {
                attended[b] = new long[rows[b].length];
                Arrays.fill(attended[b], 1);
            }
        }
        return new Prompt(ids, rows, attended, original ? LlavaConfig.ORIGINAL_IMAGE : config.ids().image());
    }

    static long[][] rows(NDArray ids) {
        long[] flat = ids.toLongArray();
        int t = (int) ids.getShape().get(1);
        long[][] out = new long[flat.length / t][];
        for (int b = 0; b < out.length; b++) {
            out[b] = Arrays.copyOfRange(flat, b * t, (b + 1) * t);
        }
        return out;
    }

    private static int pictures(Inputs inputs) {
        return inputs.has("pixel_values") ? (int) inputs.get("pixel_values").getShape().get(0) : 0;
    }

    /// As the code does whose place holder the ids have.
    Splice spliced(Prompt prompt, Inputs inputs) {
        Optional<long[][]> labels = inputs.has("labels") ? Optional.of(rows(inputs.get("labels"))) : Optional.empty();
        return prompt.image == LlavaConfig.ORIGINAL_IMAGE
                ? Splice.anew(prompt.ids, prompt.attended, labels, config.rows(), pictures(inputs), prompt.image,
                        config.context(), config.leftPadded(), false)
                : Splice.inPlace(prompt.ids, prompt.attended, labels, config.rows(), pictures(inputs), prompt.image,
                        config.ids().pad());
    }

    /// @return (P, N, D) the pictures' rows as the language model reads them; nothing without pictures
    Optional<NDArray> features(Pass pass, Inputs inputs) {
        if (!inputs.has("pixel_values")) {
            return Optional.empty();
        }
        NDArray states = vision.states(pass, inputs.get("pixel_values"), config.taken());
        NDArray chosen = config.whole() ? states : states.get(new NDIndex(":, 1:"));
        pass.probe().value("selected_features", chosen);
        NDArray rows = projector.apply(chosen);
        pass.probe().value("projector", rows);
        return Optional.of(rows);
    }

    /// @return (B, S, D)
    NDArray embedded(Prompt prompt, Splice splice, Optional<NDArray> features) {
        NDManager manager = prompt.tensor.getManager();
        long width = config.language().width();
        long[] safe = Arrays.stream(prompt.ids).flatMapToLong(Arrays::stream)
                .map(id -> id < 0 || id >= config.language().vocabulary() ? 0 : id).toArray(); // place holders are no rows
        NDList all = new NDList(language.embed(Staging.longs(manager, safe, new Shape(safe.length)))); // (B T, D)
        features.ifPresent(f -> all.add(f.reshape(-1, width)));
        long rows = safe.length + features.map(f -> f.getShape().get(0) * f.getShape().get(1)).orElse(0L);
        all.add(manager.zeros(new Shape(1, width)));
        NDArray index = Staging.longs(manager, splice.flat(rows),
                new Shape(splice.sources().length, splice.length()));
        return Rows.at(NDArrays.concat(all, 0), index);
    }

    /// @return (B, 1, S, S) or (1, 1, S, S): no place sees what comes later, or padding
    static NDArray mask(NDManager manager, Splice splice) {
        int s = splice.length();
        boolean full = Arrays.stream(splice.attended()).flatMapToLong(Arrays::stream).allMatch(a -> a == 1);
        int b = full ? 1 : splice.attended().length;
        float[] values = new float[b * s * s];
        for (int r = 0; r < b; r++) {
            for (int i = 0; i < s; i++) {
                for (int j = 0; j < s; j++) {
                    values[(r * s + i) * s + j] = j > i || splice.attended()[r][j] == 0 ? HIDDEN : 0;
                }
            }
        }
        return Staging.floats(manager, values, new Shape(b, 1, s, s));
    }

    /// @return (B, S, D) the language model's states, normed
    NDArray states(Pass pass, Splice splice, NDArray embedded, Optional<LlamaCache> cache) {
        return language.apply(pass, embedded, splice.positions(),
                Optional.of(mask(embedded.getManager(), splice)), cache);
    }

    /// @return (B, S, V)
    NDArray logits(Pass pass, Prompt prompt, Splice splice, Optional<NDArray> features) {
        NDArray embedded = embedded(prompt, splice, features);
        pass.probe().value("embedded", embedded);
        return language.logits(states(pass, splice, embedded, Optional.empty()));
    }

    /// @param classes ids that the softmax is over
    /// @return mean over the places that have a label
    static NDArray loss(NDArray logits, Splice splice, long classes) {
        long s = splice.length();
        long[][] labels = new long[splice.labels().length][(int) s - 1];
        for (int b = 0; b < labels.length; b++) {
            for (int t = 1; t < s; t++) {
                labels[b][t - 1] = splice.attended()[b][t] == 0 ? Splice.IGNORED : splice.labels()[b][t];
            }
        }
        NDArray kept = logits.get(new NDIndex(":, :{}, :{}", s - 1, classes));
        return Losses.crossEntropy(kept, Splice.tensor(logits.getManager(), labels), Splice.IGNORED);
    }

    @Override
    public List<String> objectives() {
        return List.of(WORDS);
    }

    @Override
    public Lessons lessons() {
        return new LlavaLessons(this, reader);
    }

    /// Section 4.2: first the projector alone, so that pictures are said in the language model's own terms; then both. The picture tower always stays as it is.
    @Override
    public Map<String, Trains> stages() {
        Map<String, Trains> stages = new LinkedHashMap<>();
        stages.put("align", new Trains(List.of("multi_modal_projector"), List.of()));
        stages.put("instruct", new Trains(List.of("multi_modal_projector", "language_model"), List.of()));
        return stages;
    }

    @Override
    public NDArray loss(String objective, Pass pass, Inputs inputs) {
        Prompt prompt = prompt(inputs);
        Splice splice = spliced(prompt, inputs);
        return loss(logits(pass, prompt, splice, features(pass, inputs)), splice, config.language().vocabulary());
    }

    @Override
    public Ends ends() {
        return new Ends(config.ids().begin(), config.ids().end(), config.ids().pad(), config.positions());
    }

    /// The rows from the place holder on were added to the words: a picture's place, padding, and what fills the table up.
    @Override
    public boolean writes(long id) {
        return config.ids().image() < 0 || id < config.ids().image() || id == config.ids().end();
    }

    @Override
    public String text(long[] ids) {
        return reader.prompts().map(p -> p.tokenizer().decode(ids)).orElseGet(() -> Generates.super.text(ids));
    }

    @Override
    public String word(long id) {
        return reader.prompts().map(p -> p.tokenizer().readable((int) id))
                .orElseGet(() -> Generates.super.word(id));
    }

    @Override
    public List<String> stops() {
        return reader.template().stops();
    }

    @Override
    public List<String> templates() {
        List<String> all = new ArrayList<>(Template.names());
        all.remove(reader.template().name());
        all.addFirst(reader.template().name());
        return all;
    }

    @Override
    public Encoded encode(Sample sample, Said conversation) throws EngineException {
        return reader.encode(sample, conversation);
    }

    @Override
    public List<String> stops(String template) throws EngineException {
        return Template.named(template).stops();
    }

    @Override
    public boolean needsText() {
        return true;
    }

    @Override
    public boolean needsPicture() {
        return false;
    }

    @Override
    public Writing begin(Pass pass, Inputs inputs, int rows, boolean cached) {
        return new LlavaWriting(this, pass, inputs, rows, cached);
    }

    /// @return the splice of prompts that are to be gone on from: padding before them, so that all end in one place
    Splice forWriting(Prompt prompt, Inputs inputs) {
        return Splice.anew(prompt.ids, prompt.attended, Optional.empty(), config.rows(), pictures(inputs),
                prompt.image, Integer.MAX_VALUE, true, true);
    }

    @Override
    public List<AttentionSite> sites(Encoded sample) {
        return new LlavaSites(config).of(sample);
    }

    @Override
    public Optional<Axis.Patches> patches() {
        return Optional.of(new LlavaSites(config).patches());
    }

    @Override
    public List<RelevanceMethod> methods() {
        return List.of(RelevanceMethod.RAW, RelevanceMethod.ROLLOUT, RelevanceMethod.GRAD_ATTENTION,
                RelevanceMethod.CHEFER);
    }

    @Override
    public NDArray nextLogits(Pass pass, Inputs inputs) {
        Prompt prompt = prompt(inputs);
        Splice splice = forWriting(prompt, inputs);
        return language.logits(states(pass, splice, embedded(prompt, splice, features(pass, inputs)),
                Optional.empty()).get(new NDIndex(":, -1")));
    }

    @Override
    public int imageSize() {
        return config.vision().image();
    }

    @Override
    public int textLength() {
        return config.positions() - config.rows() + 1;
    }

    @Override
    public Map<String, NDArray> outputs(Map<String, NDArray> inputs) {
        return new LlavaTrace(this).outputs(inputs);
    }

    @Override
    public Map<String, NDArray> losses(Map<String, NDArray> inputs) {
        return new LlavaTrace(this).losses(inputs);
    }

    @Override
    public void initialise(NDManager scope, long seed) {
        NormalStart.fill(weights(), scope, seed);
    }
}
