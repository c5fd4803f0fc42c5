package org.diptych.app.inspect;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import javafx.util.Duration;
import org.diptych.app.canvas.Input;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Exhibit;
import org.diptych.app.shell.RegionChooser;
import org.diptych.engine.api.AttentionTrace.SiteTrace;
import org.diptych.engine.api.AttentionTrace;
import org.diptych.engine.api.CommandLine;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionPlace;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Score;
import org.diptych.engine.api.TimingRequest;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.api.TraceSelection;

/// Says which properties lead to which question; nothing else in the view starts work.
final class InspectController {
    private static final int SHOWN_SIZE = 512;
    private static final int SHOWN_MOST = 1200;
    private static final String WORLD = "aligned";
    /// A scene of the test split with three things, so that the first map has something to tell apart.
    private static final long FIRST_SCENE = (2L << 40) + 1;

    private final AppContext context;
    private final InspectModel model;
    private final Consumer<Throwable> failed;
    private final LatestTask<InspectRequest, InspectResult> look;
    private final LatestTask<RelevanceRequest, RelevanceResult> ask;
    private long nextScene = FIRST_SCENE;
    private boolean layerChosen;
    private Optional<Path> regionFile = Optional.empty();

    InspectController(AppContext context, InspectModel model, Consumer<Throwable> failed) {
        this.context = context;
        this.model = model;
        this.failed = failed;
        look = new LatestTask<>(Duration.millis(150),
                request -> context.jobs().track(context.engine().inspect(request)), this::looked, failed);
        ask = new LatestTask<>(Duration.millis(60),
                request -> context.jobs().track(context.engine().relevance(request)),
                found -> model.relevance.set(Optional.of(found)), failed);
        // What leads to a new look at the picture:
        context.model().subscribe((old, now) -> newModel(now));
        model.input.subscribe((old, now) -> look());
        model.text.subscribe((old, now) -> look());
        // What other views may begin from:
        model.input.subscribe((old, now) -> exhibit());
        model.text.subscribe((old, now) -> exhibit());
        model.regions.subscribe((old, now) -> look());
        // What leads to a new question about what the score rests on:
        model.words.subscribe((old, now) -> {
            now.ifPresent(span -> wordsChosen());
            ask();
        });
        model.method.subscribe((old, now) -> ask());
        model.score.subscribe((old, now) -> ask());
        model.result.subscribe((old, now) -> ask());
        model.patch.subscribe((old, now) -> now.ifPresent(p -> patchChosen()));
        model.query.subscribe((old, now) -> {
            now.ifPresent(q -> queryChosen());
            if (model.method.get().equals(Optional.of(RelevanceMethod.GRAD_CAM))) {
                ask();
            }
        });
    }

    private void exhibit() {
        context.exhibit().set(model.input.get().map(input -> new Exhibit(input, model.text.get())));
    }

    LatestTask<InspectRequest, InspectResult> looking() {
        return look;
    }

    LatestTask<RelevanceRequest, RelevanceResult> asking() {
        return ask;
    }

    List<RelevanceMethod> methods() {
        boolean match = score().filter(Score::ofPair).isPresent();
        return context.model().get().map(LoadedModel::methods).orElse(List.of()).stream()
                .filter(m -> match || m != RelevanceMethod.OCCLUSION && m != RelevanceMethod.PATCH_TEXT).toList();
    }

    /// @return what a map of this model can explain now
    List<Score> scores() {
        Set<Capability> able = context.model().get().map(LoadedModel::capabilities).orElse(Set.of());
        List<Score> all = new ArrayList<>();
        if (able.contains(Capability.SCORES_PAIRS)) {
            all.add(new Score.Match());
        }
        if (context.model().get().filter(m -> m.scores().size() > 1).isPresent()) {
            all.add(new Score.Similarity());
        }
        if (able.contains(Capability.ANSWERS)) {
            model.result.get().ifPresent(r -> r.answers().forEach(a -> all.add(new Score.Answer(a.name()))));
        }
        model.result.get().ifPresent(r -> r.next().forEach(g -> all.add(new Score.Next(g.name()))));
        if (able.contains(Capability.FILLS_MASKS)) {
            model.words.get().map(TokenStrip.Span::first)
                    .filter(w -> model.result.get().filter(r -> w < r.tokens().size()
                            && !r.tokens().tokens().get(w).special()).isPresent())
                    .ifPresent(w -> all.add(new Score.Word(w)));
        }
        return all;
    }

    /// @return true when a word can be asked about once it is chosen
    boolean fills() {
        return context.model().get().filter(m -> m.capabilities().contains(Capability.FILLS_MASKS)).isPresent();
    }

    /// @return the chosen score, or the first of those there are
    Optional<Score> score() {
        List<Score> all = scores();
        Score chosen = model.score.get();
        return all.stream().filter(s -> s.equals(chosen) || s instanceof Score.Word && chosen instanceof Score.Word)
                .findFirst().or(() -> all.stream().findFirst());
    }

    /// The way to explain a score that depends on the words, gradients first.
    private Optional<RelevanceMethod> bestMethod() {
        return methods().stream().filter(m -> m == RelevanceMethod.GRAD_ATTENTION || m == RelevanceMethod.CHEFER)
                .findFirst().or(() -> methods().stream().findFirst());
    }

    /// The first picture and sentence: a scene of the small world, its true caption, and nothing stored.
    void begin() {
        if (model.input.get().isEmpty()) {
            scene(FIRST_SCENE);
        }
        model.method.set(bestMethod());
        look();
    }

    void anotherScene() {
        remember();
        scene(++nextScene);
    }

    private void scene(long seed) {
        Scene large = context.engine().scene(seed, SHOWN_SIZE, WORLD);
        model.words.set(Optional.empty());
        model.patch.set(Optional.empty());
        forgetRegions();
        // the longest caption: it says how the things stand to each other, too
        model.text.set(large.captions().get("en").getLast());
        model.input.set(Optional.of(new Input(large.picture(), forModel(seed), Optional.of(large), Optional.empty())));
    }

    /// The scene as the model's own world was drawn.
    private Picture forModel(long seed) {
        return smallScene(seed).picture();
    }

    private Scene smallScene(long seed) {
        int size = context.model().get().map(LoadedModel::sceneSize).orElse(64);
        return context.engine().scene(seed, size, WORLD);
    }

    void open(Path file) {
        JobHandle<Picture> reading = context.jobs().track(context.engine().readPicture(file));
        Fx.deliver(reading.result().thenApplyAsync(picture -> new Input(picture.fit(SHOWN_MOST), picture,
                Optional.empty(), Optional.of(file))), this::show, failed);
    }

    /// A picture that is no file: from the clipboard, or dragged from another program.
    void open(Picture picture) {
        show(new Input(picture.fit(SHOWN_MOST), picture, Optional.empty(), Optional.empty()));
    }

    private void show(Input next) {
        remember();
        model.patch.set(Optional.empty());
        forgetRegions();
        model.input.set(Optional.of(next));
    }

    /// A grid fits every picture; boxes belong to the one that they were made for.
    private void forgetRegions() {
        model.regions.set(model.regions.get().filter(RegionSource.Grid.class::isInstance));
    }

    void chooseRegions(Optional<RegionSource> regions) {
        model.patch.set(Optional.empty()); // another box would have its number
        model.regions.set(regions);
    }

    void openRegions(Path file) {
        model.input.get().ifPresent(input -> Fx.deliver(
                context.jobs().track(context.engine().readRegions(RegionPlace.whole(file), input.seen())).result(),
                regions -> {
                    model.patch.set(Optional.empty());
                    model.regions.set(Optional.of(new RegionSource.Given(regions)));
                    regionFile = Optional.of(file);
                }, failed));
    }

    /// The question where the time goes, for the picture and sentence that are shown.
    Optional<TimingRequest> timing(List<String> models, int runs) {
        return model.input.get().map(input -> new TimingRequest(models, input.seen(), model.text.get(),
                input.scene().<RegionSource>map(s -> RegionSource.Crops.of(smallScene(s.seed())))
                        .orElse(RegionSource.Grid.USUAL),
                runs));
    }

    /// What a model that reads regions is given: what was chosen, else a scene's own boxes or a grid.
    private Optional<RegionSource> regions() {
        if (context.model().get().map(LoadedModel::regionWidth).orElse(0) == 0) {
            return Optional.empty();
        }
        return model.regions.get().or(() -> Optional.of(model.input.get().flatMap(Input::scene)
                .<RegionSource>map(s -> RegionSource.Crops.of(smallScene(s.seed()))).orElse(RegionSource.Grid.USUAL)));
    }

    void say(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        if (!line.equals(model.text.get())) {
            remember();
            model.words.set(Optional.empty());
            model.text.set(line);
        }
    }

    private void remember() {
        Optional<Input> input = model.input.get();
        String text = model.text.get();
        if (input.isPresent()) {
            context.undo().push("inspect.undo", () -> {
                model.words.set(Optional.empty());
                model.patch.set(Optional.empty());
                model.text.set(text);
                model.input.set(input);
            });
        }
    }

    private void wordsChosen() {
        if (model.hint.get() == InspectModel.Hint.WORD) {
            model.hint.set(InspectModel.Hint.PATCH);
        }
        if (model.method.get().isEmpty()) {
            Choice words = new Choice(model.words.get(), Optional.empty(), Optional.empty(), false);
            if (model.result.get().flatMap(r -> Reading.joining(r.trace(), words, Choice.Asker.WORDS)).isEmpty()) {
                // Two towers: no attention leads from a word to the picture, but the score does.
                model.method.set(bestMethod());
            } else {
                goWhere(Choice.Asker.WORDS);
            }
        }
    }

    /// Chooses the first site where the asker looks at the picture, unless it does so where one is already.
    private void goWhere(Choice.Asker asker) {
        boolean there = model.chosenSite().map(s -> Reading.of(s, 0, AttentionTrace.HEAD_MEAN, model.choice()))
                .filter(r -> r.asker() == asker && r.picture().isPresent()).isPresent();
        if (!there) {
            model.result.get().flatMap(r -> Reading.joining(r.trace(), model.choice(), asker))
                    .ifPresent(model.site::set);
        }
    }

    private void patchChosen() {
        if (model.hint.get() == InspectModel.Hint.PATCH) {
            model.hint.set(InspectModel.Hint.NONE);
        }
        model.method.set(Optional.empty());
    }

    /// A query's own map is what it looks at, or of that what the score rests on where a method tells it query by query.
    private void queryChosen() {
        if (!model.method.get().equals(Optional.of(RelevanceMethod.GRAD_CAM))) {
            model.method.set(Optional.empty());
            goWhere(Choice.Asker.QUERY);
        }
    }

    /// @return the query whose view alone is explained
    OptionalInt explainedQuery() {
        return model.method.get().equals(Optional.of(RelevanceMethod.GRAD_CAM)) && model.query.get().isPresent()
                ? OptionalInt.of(model.query.get().get())
                : OptionalInt.empty();
    }

    private void newModel(Optional<LoadedModel> now) {
        model.result.set(Optional.empty());
        model.relevance.set(Optional.empty());
        model.patch.set(Optional.empty());
        model.query.set(Optional.empty());
        model.regions.set(model.regions.get().filter(r -> !(r instanceof RegionSource.Crops)));
        layerChosen = false;
        if (model.method.get().filter(m -> now.map(LoadedModel::methods).orElse(List.of()).contains(m)).isEmpty()) {
            model.method.set(bestMethod());
        }
        model.input.get().filter(i -> i.scene().isPresent() && now.isPresent()).ifPresent(i -> model.input.set(
                Optional.of(new Input(i.shown(), forModel(i.scene().get().seed()), i.scene(), i.file()))));
        look();
    }

    void look() {
        if (context.model().get().isPresent() && model.input.get().isPresent()) {
            look.ask(new InspectRequest(context.model().get().get().handle(), model.input.get().get().seen(),
                    model.text.get(), TraceSelection.DEFAULT, regions()));
        } else {
            look.cancel();
        }
    }

    private void looked(InspectResult result) {
        if (result.trace().site(model.site.get()).isEmpty()) {
            // Sites over the picture first: that is what a newcomer wants to see.
            model.site.set(result.trace().sites().stream()
                    .sorted((a, b) -> Boolean.compare(Reading.overPicture(b), Reading.overPicture(a)))
                    .map(s -> s.site().name()).findFirst().orElse(""));
        }
        // A choice that this sentence or this grid no longer has would point at something else.
        if (model.words.get().filter(s -> s.last() >= result.tokens().size()).isPresent()) {
            model.words.set(Optional.empty());
        }
        if (model.patch.get().filter(p -> p >= places(result)).isPresent()) {
            model.patch.set(Optional.empty());
        }
        if (model.query.get().filter(q -> q >= Reading.queries(result.trace())).isPresent()) {
            model.query.set(Optional.empty());
        }
        model.result.set(Optional.of(result));
        score().ifPresent(model.score::set); // what was explained of another model or sentence may not be there any more
        int layers = model.chosenSite().map(SiteTrace::site).map(s -> s.layers()).orElse(1);
        model.layer.set(layerChosen ? Math.min(model.layer.get(), layers - 1) : layers - 1);
        layerChosen = true;
    }

    /// @return how many patches or boxes there are to choose from
    private static int places(InspectResult result) {
        return result.regions().map(r -> r.boxes().size())
                .orElse(result.patches().map(g -> g.rows() * g.cols()).orElse(0));
    }

    private void ask() {
        if (context.model().get().isEmpty() || model.input.get().isEmpty() || model.method.get().isEmpty()
                || model.result.get().isEmpty() || score().isEmpty()) {
            ask.cancel();
            model.relevance.set(Optional.empty());
            return;
        }
        int[] asked = characters();
        ask.ask(new RelevanceRequest(context.model().get().get().handle(), model.input.get().get().seen(),
                model.text.get(), asked[0], asked[1], model.method.get().get(), score().get(),
                regions(), explainedQuery()));
    }

    /// @return first character of the chosen words, and the one after the last; twice 0 for the whole sentence
    private int[] characters() {
        Optional<TokenStrip.Span> span = model.words.get();
        Tokens tokens = model.result.get().orElseThrow().tokens();
        if (span.isPresent() && span.get().last() < tokens.size() && tokens.text().equals(model.text.get())) {
            int start = tokens.tokens().get(span.get().first()).start();
            int end = tokens.tokens().get(span.get().last()).end();
            if (start >= 0 && end > start) {
                return new int[]{start, end};
            }
        }
        return new int[]{0, 0};
    }

    /// @return the command that shows the same without a window
    String command() {
        StringBuilder text = new StringBuilder("diptych look --model ");
        text.append(CommandLine.quote(context.model().get()
                .map(m -> m.provenance() == LoadedModel.Provenance.TOYBOX ? m.handle() : m.origin()).orElse("clip")));
        model.input.get().ifPresent(input -> text.append(input.scene()
                .map(s -> " --scene " + s.seed())
                .orElseGet(() -> " --image " + CommandLine.quote(
                        input.file().map(f -> f.toAbsolutePath().toString()).orElse(input.seen().name())))));
        text.append(" --text ").append(CommandLine.quote(model.text.get()));
        if (regions().isPresent()) {
            text.append(RegionChooser.option(model.regions.get(), regionFile));
        }
        score().ifPresent(s -> text.append(switch (s) {
            case Score.Match _ -> "";
            case Score.Similarity _ -> " --score similarity";
            case Score.Answer answer -> " --score " + CommandLine.quote("answer:" + answer.name());
            case Score.Next next -> " --score " + CommandLine.quote("next:" + next.word());
            case Score.Word word -> " --score word:" + word.token();
        }));
        model.method.get().ifPresent(m -> text.append(" --method ").append(m.name().toLowerCase(Locale.ROOT)));
        explainedQuery().ifPresent(q -> text.append(" --query ").append(q + 1));
        if (model.result.get().isPresent()) {
            int[] asked = characters();
            if (asked[1] > asked[0]) {
                text.append(" --words ").append(CommandLine.quote(model.text.get().substring(asked[0], asked[1])));
            }
        }
        return text.append(" --out look").toString();
    }
}
