package org.diptych.engine.models.blip2;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
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
import org.diptych.engine.kernel.Scalars;
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
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;
import org.diptych.engine.nn.Rows;
import org.diptych.engine.tower.NormalStart;
import org.diptych.engine.tower.WordHead;

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
    private record Projections(Linear pictures, Linear texts) {
    }

    /// What the objectives of one training step share.
    ///
    /// @param pixels of the batch, by which it is known again
    private record Shared(NDArray pixels, Blip2Losses.Step step) {
    }

    private final JsonObject json;
    private final Blip2Config config;
    private final Blip2Reader reader;
    private final EvaTower tower;
    private final LayerNorm norm;
    private final Weight queries;
    private final QFormer former;
    private final Optional<WordHead> head;
    private final Optional<Projections> projections;
    private final Optional<Linear> match;
    private final Optional<Weight> temperature;
    private final Optional<Linear> projection;
    private final Optional<OptLanguage> language;
    private Optional<Shared> shared = Optional.empty();

    Blip2Model(JsonObject json, Blip2Config config, ModelFiles files) throws EngineException {
        this.json = json;
        this.config = config;
        Blip2Config.Former f = config.former();
        reader = Blip2Reader.of(config, files);
        tower = child("visual_encoder", new EvaTower(config.vision()));
        norm = child("ln_vision", new LayerNorm(config.vision().width(), config.vision().lastEpsilon()));
        queries = weight("query_tokens", 1, f.queries(), f.width());
        former = child("Qformer.bert", new QFormer(f));
        head = config.parts().writes()
                ? Optional.of(child("Qformer.cls.predictions", new WordHead(f.width(), f.epsilon(), f.activation(),
                        former.words(), WordHead.Names.BERT)))
                : Optional.empty();
        projections = config.embed() > 0
                ? Optional.of(new Projections(child("vision_proj", new Linear(f.width(), config.embed())),
                        child("text_proj", new Linear(f.width(), config.embed()))))
                : Optional.empty();
        match = config.parts().match()
                ? Optional.of(child("itm_head", new Linear(f.width(), 2)))
                : Optional.empty();
        temperature = config.parts().scaled() ? Optional.of(weight("temp")) : Optional.empty();
        projection = config.projects() > 0
                ? Optional.of(child("opt_proj", new Linear(f.width(), config.projects())))
                : Optional.empty();
        language = config.language().map(facts -> child("opt_model", new OptLanguage(facts)));
    }

    Blip2Config facts() {
        return config;
    }

    QFormer former() {
        return former;
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
        if (match.isPresent() || projections.isPresent()) {
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
        long pad = config.language().map(Blip2Config.Opt::pad).orElse(config.former().pad());
        Map<String, NDArray> out = new HashMap<>(Stacked.text(samples, (int) pad, manager));
        out.putAll(Stacked.pixels(samples, manager));
        return new Inputs(out, samples);
    }

    static NDArray attended(Inputs inputs) {
        return inputs.has("attention_mask") ? inputs.get("attention_mask") : inputs.get("input_ids").onesLike();
    }

    /// @return (B, 1 + N, D') out of the picture tower
    NDArray vision(Pass pass, Inputs inputs) {
        return tower.apply(pass, inputs.has("image") ? inputs.get("image") : inputs.get("pixel_values"));
    }

    NDArray normed(Pass pass, NDArray states) {
        NDArray seen = norm.apply(states);
        pass.probe().value("ln_vision", seen);
        return seen;
    }

    /// The same norm with the epsilon that LAVIS's code has.
    NDArray normedAsLavis(NDArray states) {
        return states.getNDArrayInternal().layerNorm(states, new Shape(config.vision().width()), norm.weight(),
                norm.bias(), (float) Blip2Config.LAVIS_EPSILON).singletonOrThrow();
    }

    /// @return (B, 1 + N, D') as the queries see it
    NDArray picture(Pass pass, Inputs inputs) {
        return normed(pass, vision(pass, inputs));
    }

    private NDArray queries(NDArray picture) {
        Blip2Config.Former f = config.former();
        return picture.getManager().zeros(new Shape(picture.getShape().get(0), f.queries(), f.width()))
                .add(queries.get());
    }

    QFormer.Asked ask(Pass pass, NDArray picture) {
        return former.ask(pass, queries(picture), picture);
    }

    /// @param states (B, Q, D)
    /// @return (B, Q, E) of unit length
    NDArray pictureFeatures(Pass pass, NDArray states) {
        return feature(pass, "vision_proj", projections.orElseThrow().pictures().apply(states));
    }

    /// @param states (B, T, D)
    /// @return (B, E) of unit length
    NDArray textFeature(Pass pass, NDArray states) {
        return feature(pass, "text_proj",
                projections.orElseThrow().texts().apply(states.get(new NDIndex(":, 0"))));
    }

    private static NDArray feature(Pass pass, String name, NDArray projected) {
        pass.probe().value(name, projected);
        return projected.div(Scalars.atLeast(projected.norm(new int[]{-1}, true), 1e-12));
    }

    /// @return (B, Q, 2) logits of mismatch and match, one opinion a query
    NDArray match(Pass pass, NDArray picture, NDArray ids, NDArray attended) {
        NDArray states = former.together(pass, queries(picture), ids, attended, picture);
        NDArray logits = match.orElseThrow().apply(states.get(new NDIndex(":, :{}", config.former().queries())));
        pass.probe().value("itm_head", logits);
        return logits;
    }

    /// @return the ids as a text that is written begins: with `[DEC]`
    NDArray writes(NDArray ids) {
        long[] all = new long[(int) ids.getShape().get(0)];
        Arrays.fill(all, config.former().start());
        return Staging.longs(ids.getManager(), all, new Shape(all.length, 1)).concat(ids.get(new NDIndex(":, 1:")), 1);
    }

    /// @param states (B, T, D)
    /// @return (B, T, V) of the Q-Former's own words
    NDArray words(NDArray states) {
        return head.orElseThrow().apply(states);
    }

    NDArray temperature(NDArray near) {
        NDArray start = near.getManager().create((float) config.temperature());
        return temperature.map(t -> near.getManager().create(1f).mul(t.get())).orElse(start);
    }

    /// @param states (B, Q, D)
    /// @return (B, Q, W) as the language model reads the queries
    NDArray projected(Pass pass, NDArray states) {
        NDArray out = projection.orElseThrow().apply(states);
        pass.probe().value("opt_proj", out);
        return out;
    }

    /// A tokenizer that closes each text leaves nothing to go on with: what closes a prompt is not read.
    private Inputs opened(Inputs prompts) {
        long last = prompts.get("input_ids").getShape().get(1) - 1;
        boolean closed = last > 0 && Arrays.stream(prompts.get("input_ids").get(new NDIndex(":, -1")).toLongArray())
                .allMatch(id -> id == ends().end());
        NDIndex open = new NDIndex(":, :{}", last);
        return closed
                ? new Inputs(Map.of("input_ids", prompts.get("input_ids").get(open), "attention_mask",
                        attended(prompts).get(open)), List.of())
                : prompts;
    }

    /// @return int64 (B, 1) what the language model begins with where there is no text
    private NDArray first(NDArray told) {
        long[] first = new long[(int) told.getShape().get(0)];
        Arrays.fill(first, ends().start());
        return Staging.longs(told.getManager(), first, new Shape(first.length, 1));
    }

    /// @param projected (B, Q, W)
    /// @param text      with `input_ids` that follow the queries, and `attention_mask` where it is padded
    /// @return (B, Q + T, V)
    NDArray languageLogits(Pass pass, NDArray projected, Inputs text) {
        OptLanguage model = language.orElseThrow();
        NDArray all = NDArrays.concat(new NDList(projected, model.embed(text.get("input_ids"))), 1);
        NDArray there = projected.getManager().ones(projected.getShape().slice(0, 2), DataType.INT64)
                .concat(attended(text).toType(DataType.INT64, false), 1);
        return model.logits(model.apply(pass, all, there));
    }

    /// Each pass that this file allows: the queries ask; words are read alone, matched and written, or the language model reads on.
    @Override
    public void forward(Pass pass, Inputs inputs) {
        NDArray picture = picture(pass, inputs);
        QFormer.Asked asked = ask(pass, picture);
        boolean text = inputs.has("input_ids");
        if (language.isPresent()) {
            NDArray told = projected(pass, asked.states());
            languageLogits(pass, told, text ? inputs : new Inputs(Map.of("input_ids", first(told)), List.of()));
        } else if (text && config.former().vocabulary() > 0) {
            NDArray ids = inputs.get("input_ids");
            projections.ifPresent(_ -> textFeature(pass, former.read(pass, ids, attended(inputs))));
            match.ifPresent(_ -> match(pass, picture, ids, attended(inputs)));
            head.ifPresent(_ -> new Blip2Losses(this).writtenLogits(pass, asked, inputs));
        }
    }

    @Override
    public NDArray scorePairs(Pass pass, Inputs images, Inputs texts) {
        if (match.isPresent()) {
            return eachPair(pass, images, texts).softmax(-1).get(new NDIndex(":, :, 1"));
        }
        pass.probe().phase(Phase.PICTURE);
        NDArray seen = pictureFeatures(pass, ask(pass, picture(pass, images)).states());
        pass.probe().phase(Phase.TEXT);
        NDArray read = textFeature(pass, former.read(pass, texts.get("input_ids"), attended(texts)));
        pass.probe().phase(Phase.TOGETHER);
        return Blip2Losses.alike(seen, read).max(new int[]{2});
    }

    @Override
    public NDArray matchLogits(Pass pass, Inputs images, Inputs texts) {
        return match.isPresent()
                ? eachPair(pass, images, texts).get(new NDIndex(":, :, 1"))
                : scorePairs(pass, images, texts);
    }

    /// @return (N, M, 2) logits of mismatch and match, mean over the queries
    private NDArray eachPair(Pass pass, Inputs images, Inputs texts) {
        pass.probe().phase(Phase.PICTURE);
        NDArray pictures = picture(pass, images);
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
        return probability()
                ? 1
                : 1 / temperature.map(t -> (double) t.get().toFloatArray()[0])
                        .orElse(config.temperature());
    }

    @Override
    public boolean probability() {
        return match.isPresent();
    }

    @Override
    public Ends ends() {
        Blip2Config.Opt opt = config.language().orElseThrow();
        return new Ends(opt.start(), opt.end(), opt.pad(), opt.positions());
    }

    /// Without a prompt the language model goes on from its first id.
    @Override
    public Writing begin(Pass pass, Inputs inputs, int rows, boolean cached) {
        NDArray queried = projected(pass, ask(pass, picture(pass, inputs)).states());
        OptLanguage model = language.orElseThrow();
        Inputs prompt = inputs.has("input_ids")
                ? opened(inputs)
                : new Inputs(Map.of("input_ids", first(queried)), List.of());
        NDArray ids = prompt.get("input_ids");
        NDArray there = attended(prompt);
        return new Blip2Writing(model, config.language().orElseThrow(), pass, queried, ids, there, rows, cached);
    }

    /// Only a language model can be asked; stage 1 has none.
    @Override
    public List<String> templates() {
        return language.isPresent()
                ? Stream.of(QuestionForm.ANSWER, QuestionForm.SHORT).map(QuestionForm::id).toList()
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
        NDArray queried = projected(pass, ask(pass, picture(pass, inputs)).states());
        return languageLogits(pass, queried, inputs).get(new NDIndex(":, -1"));
    }

    @Override
    public List<String> objectives() {
        List<String> all = new ArrayList<>();
        if (projections.isPresent() && config.former().vocabulary() > 0) {
            all.add(Blip2Losses.CONTRAST);
            match.ifPresent(_ -> all.add(Blip2Losses.MATCHING)); // hard pairs are drawn from what the contrast finds alike
        }
        head.ifPresent(_ -> all.add(Blip2Losses.WRITING));
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
                ? List.of("opt_proj")
                : List.of("itm_head", "temp", "text_proj", "vision_proj"));
        Map<String, Trains> stages = new LinkedHashMap<>();
        stages.put("bridge", new Trains(bridge, List.of()));
        projection.ifPresent(_ -> stages.put("projection", new Trains(List.of("opt_proj"), List.of())));
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
                ? List.of(RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER, RelevanceMethod.ROLLOUT,
                        RelevanceMethod.RAW, RelevanceMethod.OCCLUSION)
                : language.isPresent()
                        ? List.of(RelevanceMethod.GRAD_ATTENTION, RelevanceMethod.CHEFER)
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
        temperature.ifPresent(t -> t.set(scope.create((float) config.temperature())));
        Map<String, Weight> all = weights(); // what serves queries begins as what serves words, where both are there
        all.forEach((name, weight) -> Optional.ofNullable(all.get(name.replace("_query.", ".")))
                .filter(twin -> twin != weight).ifPresent(twin -> weight.set(twin.get().duplicate())));
    }
}
