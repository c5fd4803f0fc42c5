package org.diptych.engine.models.blip2;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan.Trains;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.Sample;
import org.diptych.engine.checkpoint.ModelFiles;
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
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.Stacked;
import org.diptych.engine.model.Staging;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.TellsNext;
import org.diptych.engine.model.Traceable;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;
import org.diptych.engine.model.Writing;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.tower.NormalStart;

/// BLIP-2 with those parts that its file has: a picture tower, the Q-Former, stage 1's heads or stage 2's language model.
public final class Blip2Model extends Module
        implements
            VisionLanguageModel,
            ScoresPairs,
            Generates,
            Converses,
            TellsNext,
            Taught,
            LearnsInStages,
            Traceable,
            Initialises {
    /// What the objectives of one training step share.
    ///
    /// @param pixels of the batch, by which it is known again
    private record Shared(NDArray pixels, Blip2Losses.Step step) {
    }

    private final JsonObject json;
    private final Blip2Config config;
    private final Blip2Reader reader;
    private final Blip2Bridge bridge;
    private final Blip2Heads heads;
    private final Optional<Linear> projection;
    private final Optional<LanguageModel> language;
    private Optional<Shared> shared = Optional.empty();

    Blip2Model(JsonObject json, Blip2Config config, ModelFiles files) throws EngineException {
        this.json = json;
        this.config = config;
        reader = Blip2Reader.of(config, files);
        bridge = child("", new Blip2Bridge(config));
        heads = child("", new Blip2Heads(config, bridge.former()::words));
        projection = config.projects() > 0
                ? Optional.of(child(config.kind().projection(), new Linear(config.former().width(), config.projects())))
                : Optional.empty();
        language = config.language().map(facts -> switch (facts) {
            case Blip2Config.Opt opt -> child(config.kind().model(), new OptLanguage(opt));
            case Blip2Config.T5 t5 -> child(config.kind().model(), new T5Language(t5));
        });
    }

    Blip2Config facts() {
        return config;
    }

    Blip2Heads heads() {
        return heads;
    }

    /// Only where the file has one.
    LanguageModel language() {
        return language.orElseThrow();
    }

    Blip2Bridge bridge() {
        return bridge;
    }

    /// @return what the objectives of stage 1 share; computed once for all of a training step
    Blip2Losses.Step step(Pass pass, Inputs inputs) {
        Blip2Losses losses = new Blip2Losses(this);
        if (!pass.training()) {
            return losses.step(pass, inputs);
        }
        NDArray pixels = inputs.get("pixel_values");
        if (shared.filter(s -> s.pixels == pixels).isEmpty()) {
            shared = Optional.of(new Shared(pixels, losses.step(pass, inputs)));
        }
        return shared.get().step;
    }

    @Override
    public Lessons lessons() {
        return new Blip2Lessons(this, reader.tokenizer());
    }

    @Override
    public String family() {
        return "blip2";
    }

    @Override
    public Module module() {
        return this;
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.noneOf(Capability.class);
        if (heads.matches() || heads.compares()) {
            all.add(Capability.SCORES_PAIRS);
        }
        if (language.isPresent()) {
            all.add(Capability.GENERATES);
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
        long pad = config.language().map(Blip2Config.Language::pad).orElse(config.former().pad());
        Map<String, NDArray> out = new HashMap<>(Stacked.text(samples, (int) pad, manager));
        out.putAll(Stacked.pixels(samples, manager));
        return new Inputs(out, samples);
    }

    static NDArray attended(Inputs inputs) {
        return inputs.has("attention_mask") ? inputs.get("attention_mask") : inputs.get("input_ids").onesLike();
    }

    /// @return (B, Q, 2) logits of mismatch and match, one opinion a query
    NDArray match(Pass pass, NDArray picture, NDArray ids, NDArray attended) {
        return heads.match(pass, bridge.together(pass, picture, ids, attended));
    }

    /// @return the ids as a text that is written begins: with `[DEC]`
    NDArray writes(NDArray ids) {
        long[] all = new long[(int) ids.getShape().get(0)];
        Arrays.fill(all, config.former().start());
        return Staging.longs(ids.getManager(), all, new Shape(all.length, 1)).concat(ids.get(new NDIndex(":, 1:")), 1);
    }

    /// @param states (B, Q, D)
    /// @return (B, Q, W) as the language model reads the queries
    NDArray projected(Pass pass, NDArray states) {
        NDArray out = projection.orElseThrow().apply(states);
        pass.probe().value(config.kind().projection(), out);
        return out;
    }

    /// @param text with `input_ids` that follow the queries, and `attention_mask` where it is padded
    /// @return logits of the language model, the last place's of the word behind the text
    NDArray languageLogits(Pass pass, NDArray projected, Inputs text) {
        return language().logits(pass, projected, prompt(text));
    }

    private static Optional<Inputs> prompt(Inputs inputs) {
        return inputs.has("input_ids") ? Optional.of(inputs) : Optional.empty();
    }

    /// @return (B, Q, W) what the language model is told of the picture
    private NDArray told(Pass pass, Inputs inputs) {
        return projected(pass, bridge.ask(pass, bridge.picture(pass, inputs)).states());
    }

    /// Each pass that this file allows: the queries ask; words are read alone, matched and written, or the language model reads on.
    @Override
    public void forward(Pass pass, Inputs inputs) {
        NDArray picture = bridge.picture(pass, inputs);
        QFormer.Asked asked = bridge.ask(pass, picture);
        boolean text = inputs.has("input_ids");
        if (language.isPresent()) {
            languageLogits(pass, projected(pass, asked.states()), inputs);
        } else if (text && config.former().vocabulary() > 0) {
            if (heads.compares()) {
                heads.text(pass, bridge.read(pass, inputs));
            }
            if (heads.matches()) {
                match(pass, picture, inputs.get("input_ids"), attended(inputs));
            }
            if (heads.writes()) {
                new Blip2Losses(this).writtenLogits(pass, asked, inputs);
            }
        }
    }

    @Override
    public NDArray scorePairs(Pass pass, Inputs images, Inputs texts) {
        return heads.matches()
                ? eachPair(pass, images, texts).softmax(-1).get(new NDIndex(":, :, 1"))
                : similarity(pass, images, texts);
    }

    /// One vector a query.
    @Override
    public NDArray pictureVectors(Pass pass, Inputs images) {
        pass.probe().phase(Phase.PICTURE);
        return heads.pictures(pass, bridge.ask(pass, bridge.picture(pass, images)).states());
    }

    @Override
    public NDArray textVectors(Pass pass, Inputs texts) {
        pass.probe().phase(Phase.TEXT);
        return heads.text(pass, bridge.read(pass, texts));
    }

    @Override
    public boolean compares() {
        return heads.compares();
    }

    @Override
    public NDArray matchLogits(Pass pass, Inputs images, Inputs texts) {
        return heads.matches()
                ? eachPair(pass, images, texts).get(new NDIndex(":, :, 1"))
                : scorePairs(pass, images, texts);
    }

    /// @return (N, M, 2) logits of mismatch and match, mean over the queries
    private NDArray eachPair(Pass pass, Inputs images, Inputs texts) {
        pass.probe().phase(Phase.PICTURE);
        NDArray pictures = bridge.picture(pass, images);
        NDArray ids = texts.get("input_ids");
        NDArray attended = attended(texts);
        pass.probe().phase(Phase.TOGETHER);
        NDList rows = new NDList();
        for (long i = 0; i < pictures.getShape().get(0); i++) {
            NDArray seen = pictures.get(new NDIndex("{}:{}", i, i + 1)).repeat(0, ids.getShape().get(0));
            rows.add(match(pass, seen, ids, attended).mean(new int[]{1}).expandDims(0));
        }
        return Rows.under(rows);
    }

    @Override
    public double scale() {
        return probability() ? 1 : similarityScale();
    }

    @Override
    public double similarityScale() {
        return 1 / heads.temperature();
    }

    @Override
    public boolean probability() {
        return heads.matches();
    }

    @Override
    public Ends ends() {
        Blip2Config.Language facts = config.language().orElseThrow();
        return new Ends(facts.start(), facts.end(), facts.pad(), facts.positions());
    }

    @Override
    public Writing begin(Pass pass, Inputs inputs, int rows, boolean cached) {
        return language().begin(pass, told(pass, inputs), prompt(inputs), rows, cached);
    }

    /// Only a language model can be asked; stage 1 has none.
    @Override
    public List<String> templates() {
        return language.isPresent()
                ? Stream.concat(Stream.of(config.kind().form()), Stream.of(QuestionForm.values()))
                        .map(QuestionForm::id).distinct().toList()
                : List.of();
    }

    @Override
    public Encoded encode(Sample sample, Said conversation) throws EngineException {
        return reader.encode(sample, conversation);
    }

    @Override
    public List<String> stops(String template) throws EngineException {
        QuestionForm.named(template);
        return QuestionForm.STOPS;
    }

    @Override
    public String text(long[] ids) {
        return reader.tokenizer().map(t -> t.decode(ids)).orElseGet(() -> Generates.super.text(ids));
    }

    @Override
    public String word(long id) {
        return reader.tokenizer().map(t -> t.readable((int) id)).orElseGet(() -> Generates.super.word(id));
    }

    @Override
    public NDArray nextLogits(Pass pass, Inputs inputs) {
        return LanguageModel.last(languageLogits(pass, told(pass, inputs), inputs));
    }

    @Override
    public List<String> objectives() {
        List<String> all = new ArrayList<>();
        if (heads.compares() && config.former().vocabulary() > 0) {
            all.add(Blip2Losses.CONTRAST);
            if (heads.matches()) { // hard pairs are drawn from what the contrast finds alike
                all.add(Blip2Losses.MATCHING);
            }
        }
        if (heads.writes()) {
            all.add(Blip2Losses.WRITING);
        }
        language.ifPresent(_ -> all.add(Blip2Losses.LANGUAGE));
        return all;
    }

    @Override
    public NDArray loss(String objective, Pass pass, Inputs inputs) {
        return new Blip2Losses(this).loss(objective, pass, inputs);
    }

    /// The bridge between frozen towers is what the paper teaches (sections 3.2 and 3.3); the projection alone, and everything, stand beside it for comparison.
    @Override
    public Map<String, Trains> stages() {
        List<String> bridge = new ArrayList<>(List.of("Qformer", "ln_vision", "query_tokens"));
        bridge.addAll(projection.isPresent()
                ? List.of(config.kind().projection())
                : List.of("itm_head", "temp", "text_proj", "vision_proj"));
        Map<String, Trains> stages = new LinkedHashMap<>();
        stages.put("bridge", new Trains(bridge, List.of()));
        projection.ifPresent(_ -> stages.put("projection", new Trains(List.of(config.kind().projection()), List.of())));
        stages.put("all", new Trains(List.of(), List.of()));
        return stages;
    }

    @Override
    public Map<String, NDArray> outputs(Map<String, NDArray> inputs) {
        return new Blip2Trace(this).outputs(inputs);
    }

    @Override
    public Map<String, NDArray> losses(Map<String, NDArray> inputs) {
        return new Blip2Trace(this).losses(inputs);
    }

    @Override
    public List<AttentionSite> sites(Encoded sample) {
        return new Blip2Sites(config).of(sample);
    }

    @Override
    public Optional<Axis.Patches> patches() {
        return Optional.of(new Blip2Sites(config).patches());
    }

    @Override
    public List<RelevanceMethod> methods() {
        return capabilities().contains(Capability.SCORES_PAIRS)
                ? List.of(RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER, RelevanceMethod.GRAD_CAM,
                        RelevanceMethod.ROLLOUT, RelevanceMethod.RAW, RelevanceMethod.OCCLUSION)
                : language.isPresent()
                        ? List.of(RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER, RelevanceMethod.GRAD_CAM)
                        : List.of();
    }

    @Override
    public int imageSize() {
        return config.vision().image();
    }

    @Override
    public int textLength() {
        return reader.words();
    }

    /// As LAVIS begins but for its public ViT, BERT and OPT weights.
    @Override
    public void initialise(NDManager scope, long seed) {
        NormalStart.fill(weights(), scope, seed);
        heads.initialise(scope);
        Map<String, Weight> all = weights(); // what serves queries begins as what serves words, where both are there
        all.forEach((name, weight) -> Optional.ofNullable(all.get(name.replace("_query.", ".")))
                .filter(twin -> twin != weight).ifPresent(twin -> weight.set(twin.get().duplicate())));
    }
}
