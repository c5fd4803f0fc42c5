package org.diptych.engine.models.beit3;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.AttentionSite.Expert;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Sample;
import org.diptych.engine.api.Way;
import org.diptych.engine.checkpoint.ModelConfig;
import org.diptych.engine.checkpoint.ModelFiles;
import org.diptych.engine.kernel.Scalars;
import org.diptych.engine.model.Answers;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.Experts;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Initialises;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.LearnsContrast;
import org.diptych.engine.model.Lessons;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Phase;
import org.diptych.engine.model.ScoresPairs;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.Traceable;
import org.diptych.engine.model.TellsWays;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.model.Weight;
import org.diptych.engine.model.Writing;
import org.diptych.engine.text.TextTokenizer;
import org.diptych.engine.tower.NormalStart;

/// BEiT-3 with those heads that its file has.
public final class Beit3Model extends Module
        implements
            VisionLanguageModel,
            LearnsContrast,
            ScoresPairs,
            FillsMasks,
            Answers,
            Generates,
            TellsWays,
            Taught,
            Traceable,
            Initialises {
    private static final double COLD = Math.log(1 / 0.07);

    private final JsonObject json;
    private final Beit3Config config;
    private final Beit3Reader reader;
    private final Beit3Stack stack;
    private final Beit3Heads heads;

    private Beit3Model(JsonObject json, Beit3Config config, Beit3Reader reader) {
        this.json = json;
        this.config = config;
        this.reader = reader;
        stack = child("beit3", new Beit3Stack(config));
        heads = child("", new Beit3Heads(config));
    }

    static Beit3Model of(JsonObject json, Beit3Config config, ModelFiles files) throws EngineException {
        return new Beit3Model(json, config, Beit3Reader.of(config, files));
    }

    Beit3Config facts() {
        return config;
    }

    Beit3Stack stack() {
        return stack;
    }

    @Override
    public String family() {
        return "beit3";
    }

    @Override
    public Module module() {
        return this;
    }

    @Override
    public Set<Capability> capabilities() {
        Set<Capability> all = EnumSet.noneOf(Capability.class);
        Beit3Config.Heads parts = config.parts();
        if (parts.contrast()) {
            all.addAll(List.of(Capability.ENCODES_IMAGE, Capability.ENCODES_TEXT, Capability.SCORES_PAIRS));
        }
        if (parts.words()) {
            all.addAll(List.of(Capability.FILLS_MASKS, Capability.GENERATES));
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

    private Beit3Stack.Sequence words(Pass pass, Inputs inputs) {
        return stack.words(pass, Given.ids(inputs).orElseThrow(), Given.padding(inputs), 0);
    }

    /// @return the sequence of the picture; hidden patches are those that the inputs name
    private Beit3Stack.Sequence picture(Pass pass, Inputs inputs) {
        return stack.picture(pass, Given.pixels(inputs).orElseThrow(), Given.hidden(inputs));
    }

    private Beit3Stack.Sequence joined(Pass pass, Inputs inputs) {
        return Beit3Stack.joined(picture(pass, inputs), words(pass, inputs));
    }

    /// @return (B, 1 + N + T, D) of picture and words
    NDArray states(Pass pass, Inputs inputs) {
        return stack.apply(pass, joined(pass, inputs));
    }

    /// @return (B, T, D) of the words of a caption, each of which sees what precedes it
    NDArray written(Pass pass, Inputs inputs) {
        return text(stack.writing(pass, joined(pass, inputs), Optional.empty()));
    }

    private NDArray text(NDArray states) {
        return states.get(new NDIndex(":, {}:", config.pictureLength()));
    }

    /// @param states (..., D)
    /// @return (..., V)
    NDArray wordsOf(NDArray states) {
        return heads.words(states);
    }

    /// What is said of a pair in which words and patches are hidden.
    ///
    /// @param states (B, 1 + N + T, D)
    record Pair(Beit3Heads heads, NDArray states, int picture) {
        /// @return (B, T, V)
        NDArray words() {
            return heads.words(states.get(new NDIndex(":, {}:", picture)));
        }

        /// @return (B, N, codes)
        NDArray codes() {
            return heads.codes(states.get(new NDIndex(":, 1:{}", picture)));
        }
    }

    Pair pair(Pass pass, Inputs inputs) {
        return new Pair(heads, states(pass, inputs), config.pictureLength());
    }

    /// @return (B, N, codes) of a picture alone
    NDArray imageCodes(Pass pass, Inputs inputs) {
        return heads.codes(stack.apply(pass, picture(pass, inputs)).get(new NDIndex(":, 1:")));
    }

    /// @return (B, T, V) of a text alone
    NDArray textWords(Pass pass, Inputs inputs) {
        return heads.words(stack.apply(pass, words(pass, inputs)));
    }

    @Override
    public void forward(Pass pass, Inputs inputs) {
        if (inputs.has("image_a")) {
            pairLogits(pass, inputs);
        } else if (fuses() && Given.pixels(inputs).isPresent() && Given.ids(inputs).isPresent()) {
            states(pass, inputs);
        } else {
            if (Given.pixels(inputs).isPresent()) {
                stack.apply(pass, picture(pass, inputs));
            }
            if (Given.ids(inputs).isPresent()) {
                stack.apply(pass, words(pass, inputs));
            }
        }
    }

    /// @return true when a pair is read as one sequence: all files but those of retrieval
    private boolean fuses() {
        return !config.parts().contrast();
    }

    @Override
    public NDArray encodeImage(Pass pass, Inputs inputs) {
        pass.probe().phase(Phase.PICTURE);
        return heads.picture(stack.apply(pass, picture(pass, inputs)).get(new NDIndex(":, 0")));
    }

    @Override
    public NDArray encodeText(Pass pass, Inputs inputs) {
        pass.probe().phase(Phase.TEXT);
        return heads.text(stack.apply(pass, words(pass, inputs)).get(new NDIndex(":, 0")));
    }

    @Override
    public Weight logScale() {
        return heads.logScale();
    }

    /// @return (N, M) cosines times the scale
    NDArray similarity(NDArray pictures, NDArray texts) {
        return pictures.matMul(texts.transpose()).mul(Scalars.of(pictures, 0).add(logScale().get()).exp());
    }

    @Override
    public NDArray scorePairs(Pass pass, Inputs images, Inputs texts) {
        return similarity(pass, images, texts);
    }

    @Override
    public double scale() {
        return Math.exp(logScale().get().toFloatArray()[0]);
    }

    @Override
    public boolean compares() {
        return config.parts().contrast();
    }

    @Override
    public boolean probability() {
        return false;
    }

    @Override
    public NDArray wordLogits(Pass pass, Inputs inputs) {
        return Given.pixels(inputs).isPresent() ? pair(pass, inputs).words() : textWords(pass, inputs);
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
        return heads.answers(states(pass, inputs).get(new NDIndex(":, 0")));
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

    /// @return (B, classes) of pictures alone: the mean of their patches
    NDArray classLogits(Pass pass, Inputs inputs) {
        return heads.classes(stack.apply(pass, picture(pass, inputs)).get(new NDIndex(":, 1:")).mean(new int[]{1}));
    }

    /// @return (B, 2): the text read with each of two pictures, of both passes the picture's first row and the text's
    NDArray pairLogits(Pass pass, Inputs inputs) {
        NDArray a = states(pass, Given.with(inputs, "image", inputs.get("image_a")));
        NDArray b = states(pass, Given.with(inputs, "image", inputs.get("image_b")));
        return heads.pair(firsts(a).concat(firsts(b), 1));
    }

    /// @return (B, 2 D)
    private NDArray firsts(NDArray states) {
        return states.get(new NDIndex(":, 0")).concat(states.get(new NDIndex(":, {}", config.pictureLength())), 1);
    }

    @Override
    public Ends ends() {
        return new Ends(reader.start(), reader.end(), reader.pad(), config.positions() - Beit3Config.FIRST_POSITION);
    }

    /// Rows of the word table that no piece has are never written.
    @Override
    public String text(long[] ids) {
        return reader.tokenizer().map(t -> t.decode(ids)).orElseGet(() -> Generates.super.text(ids));
    }

    @Override
    public String word(long id) {
        return word((int) id);
    }

    @Override
    public boolean writes(long id) {
        return reader.tokenizer().map(t -> id < t.size()).orElse(true);
    }

    /// @return the token that stands where a word is to come
    long mask() {
        return maskId().orElse(config.mask());
    }

    @Override
    public Search search() {
        return Search.UNILM;
    }

    /// A prompt's own end is left out, since it is gone on with.
    @Override
    public Writing begin(Pass pass, Inputs inputs, int rows, boolean cached) {
        Optional<NDArray> pixels = Given.pixels(inputs);
        Optional<NDArray> prompt = Given.first(inputs, "input_ids");
        NDArray any = pixels.or(() -> prompt).orElseThrow();
        long[][] prompts = new long[(int) any.getShape().get(0)][];
        Arrays.setAll(prompts, i -> prompt
                .map(p -> Arrays.stream(p.get(new NDIndex("{}", i)).toLongArray())
                        .takeWhile(id -> id != reader.end() && id != reader.pad()).toArray())
                .orElseGet(() -> new long[]{reader.start()}));
        if (Arrays.stream(prompts).anyMatch(p -> p.length != prompts[0].length)) {
            throw new IllegalArgumentException("prompts of different lengths");
        }
        return new Captions(this, pass, pixels, prompts, rows, cached, any.getManager());
    }

    @Override
    public List<String> objectives() {
        Beit3Config.Heads parts = config.parts();
        List<String> all = new ArrayList<>();
        if (parts.words()) {
            all.addAll(List.of(Beit3Losses.TEXT_WORDS, Beit3Losses.PAIR_WORDS, Beit3Losses.CAPTION));
        }
        if (parts.codes() > 0) {
            all.addAll(List.of(Beit3Losses.IMAGE_CODES, Beit3Losses.PAIR_CODES));
        }
        if (parts.contrast()) {
            all.add(Beit3Losses.CONTRAST);
        }
        if (parts.answers() > 0) {
            all.add(Beit3Losses.ANSWER);
        }
        if (parts.pair()) {
            all.add(Beit3Losses.PAIR);
        }
        if (parts.classes() > 0) {
            all.add(Beit3Losses.CLASS);
        }
        return all;
    }

    @Override
    public Lessons lessons() {
        return new Beit3Lessons(this, reader);
    }

    @Override
    public NDArray loss(String objective, Pass pass, Inputs inputs) {
        return new Beit3Losses(this).loss(objective, pass, inputs);
    }

    @Override
    public Map<String, NDArray> outputs(Map<String, NDArray> inputs) {
        return new Beit3Trace(this).outputs(inputs);
    }

    @Override
    public Map<String, NDArray> losses(Map<String, NDArray> inputs) {
        return new Beit3Trace(this).losses(inputs);
    }

    /// In every layer all that has weights exists twice, so that the routes are the same in each.
    @Override
    public List<AttentionSite> sites(Encoded sample) {
        int words = sample.tokens().map(t -> t.size()).orElse(0);
        Axis.Patches seen = patches().orElseThrow();
        List<AttentionSite> sites = new ArrayList<>();
        if (fuses() && words > 0 && sample.height() > 0) {
            return List.of(joined(seen, words));
        }
        if (sample.height() > 0) {
            sites.add(site(Beit3Stack.PICTURE, seen, seen.size()));
        }
        if (words > 0) {
            sites.add(site(Beit3Stack.TEXT, new Axis.Text(words), 0));
        }
        return sites;
    }

    /// A match is told by the towers; a word and an answer by both read as one, and so is a caption, of which its first token is there when it is begun.
    @Override
    public List<AttentionSite> everySite(Encoded sample) {
        List<AttentionSite> all = new ArrayList<>(sites(sample));
        if (sample.height() > 0 && all.stream().noneMatch(s -> s.name().equals(Beit3Stack.BOTH))) {
            all.add(joined(patches().orElseThrow(), Math.max(1, sample.tokens().map(t -> t.size()).orElse(0))));
        }
        return all;
    }

    @Override
    public List<Way> ways(Encoded sample) {
        return Experts.ways(this, sample);
    }

    private AttentionSite joined(Axis.Patches seen, int words) {
        return site(Beit3Stack.BOTH, new Axis.Joined(List.of(seen, new Axis.Text(words))), seen.size());
    }

    private AttentionSite site(String name, Axis axis, int split) {
        List<Expert> route = new ArrayList<>();
        if (split > 0) {
            route.add(new Expert("V-FFN", 0, split));
        }
        if (split < axis.size()) {
            route.add(new Expert("L-FFN", split, axis.size()));
        }
        return new AttentionSite(name, AttentionSite.Kind.SELF, config.layers(), config.heads(), axis, axis, false, 0)
                .with(IntStream.range(0, config.layers()).mapToObj(_ -> List.copyOf(route)).toList());
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
        return ends().length();
    }

    /// As the original's `_init_weights`: normal with deviation 0.02, the temperature at CLIP's.
    @Override
    public void initialise(NDManager scope, long seed) {
        NormalStart.fill(weights(), scope, seed);
        if (config.parts().contrast()) {
            logScale().set(scope.create((float) COLD));
        }
    }
}
