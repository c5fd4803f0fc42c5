package org.diptych.app.finetune;

import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyIntegerProperty;
import javafx.beans.property.ReadOnlyIntegerWrapper;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import org.diptych.app.canvas.Input;
import org.diptych.app.canvas.TokenStrip;
import org.diptych.app.fx.Fx;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Exhibit;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.GenerateRequest;
import org.diptych.engine.api.GenerateResult;
import org.diptych.engine.api.Guess;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Score;
import org.diptych.engine.api.Texts;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.api.TraceSelection;
import org.diptych.engine.api.TrainingControl;

/// Asks a run's model and what it began from the same, one question after another. What is still to be asked is a set, so that another word or sentence only puts back what it makes stale.
final class BeforeAfter {
    enum Side {
        BEFORE, AFTER
    }

    /// In the order in which they are asked; a map needs both looks.
    enum Kind {
        OPEN, LOOK, MAP, GAP, ANSWER, CAPTION
    }

    private record Question(Kind kind, Side side) implements Comparable<Question> {
        @Override
        public int compareTo(Question other) {
            return kind != other.kind ? kind.compareTo(other.kind) : side.compareTo(other.side);
        }
    }

    private static final int SHOWN_SIZE = 384;
    /// Where a scene is drawn that the Look view shows.
    private static final String WORLD = "aligned";
    /// A scene of the test split, which no run has seen.
    private static final long FIRST_SCENE = (2L << 40) + 1;
    private static final int GUESSES = 3;
    private static final int MOST_WORDS = 40;

    private final AppContext context;
    private final TrainingControl run;
    private final FineTunePlan.Data data;
    private final LoadedModel after;
    private final String base;
    private final Consumer<Throwable> failed;
    private final Map<Side, ObjectProperty<Findings>> found = new EnumMap<>(Side.class);
    private final Set<Question> todo = new TreeSet<>();
    private final ReadOnlyBooleanWrapper busy = new ReadOnlyBooleanWrapper(false);
    private final ReadOnlyIntegerWrapper left = new ReadOnlyIntegerWrapper(0);
    final ObjectProperty<Exhibit> exhibit;
    final ObjectProperty<Optional<TokenStrip.Span>> words = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Optional<RelevanceMethod>> method;
    final StringProperty question = new SimpleStringProperty("");
    private String world = WORLD;
    private long seed = FIRST_SCENE;
    private Optional<JobHandle<?>> running = Optional.empty();
    private Optional<Question> asked = Optional.empty();
    private long newest;
    private boolean opened;
    private boolean closed;

    /// @param after  the run's model as the engine holds it
    /// @param failed gets what went wrong; what was to be asked waits for [#go]
    BeforeAfter(AppContext context, TrainingControl run, LoadedModel after, Consumer<Throwable> failed) {
        this.context = context;
        this.run = run;
        this.after = after;
        this.failed = failed;
        data = run.log().header().plan().data();
        base = "base:" + run.log().header().id();
        for (Side side : Side.values()) {
            found.put(side, new SimpleObjectProperty<>(Findings.NOTHING));
        }
        method = new SimpleObjectProperty<>(methods().stream()
                .filter(m -> m == RelevanceMethod.GRAD_ATTENTION || m == RelevanceMethod.CHEFER).findFirst()
                .or(() -> methods().stream().findFirst()));
        exhibit = new SimpleObjectProperty<>(context.exhibit().get().map(this::inOwnWords).orElseGet(this::scene));
        question.set(usualQuestion());
        todo.add(new Question(Kind.OPEN, Side.BEFORE));
        want(Kind.LOOK, Kind.MAP, Kind.GAP, Kind.ANSWER, Kind.CAPTION);
        words.subscribe((old, now) -> again(Kind.MAP, Kind.GAP));
        method.subscribe((old, now) -> again(Kind.MAP));
        question.subscribe((old, now) -> again(Kind.ANSWER));
    }

    ObjectProperty<Findings> found(Side side) {
        return found.get(side);
    }

    /// True while something is asked.
    ReadOnlyBooleanProperty busyProperty() {
        return busy.getReadOnlyProperty();
    }

    /// Questions that are not answered yet.
    ReadOnlyIntegerProperty leftProperty() {
        return left.getReadOnlyProperty();
    }

    Optional<JobHandle<?>> running() {
        return running;
    }

    LoadedModel model() {
        return after;
    }

    /// @return true when it can be asked in words
    boolean answers() {
        return after.talk().asked() || after.capabilities().contains(Capability.ANSWERS) && after.talk().lists();
    }

    /// @return ways to say what a score of this model rests on; none for a model that shows no map
    List<RelevanceMethod> methods() {
        boolean match = after.capabilities().contains(Capability.SCORES_PAIRS);
        return after.methods().stream()
                .filter(m -> match || m != RelevanceMethod.OCCLUSION && m != RelevanceMethod.PATCH_TEXT).toList();
    }

    /// @return true while this is still to be answered
    boolean waits(Kind kind, Side side) {
        return todo.contains(new Question(kind, side));
    }

    /// A caption of a scene is said in the language that the run learns; a sentence of a person's own stays.
    private Exhibit inOwnWords(Exhibit shown) {
        for (Map.Entry<String, List<String>> said : shown.input().scene().map(Scene::captions).orElse(Map.of())
                .entrySet()) {
            int at = said.getValue().indexOf(shown.sentence());
            if (at >= 0 && !said.getKey().equals(data.language())) {
                List<String> own = shown.input().scene().get().captions().get(data.language());
                return new Exhibit(shown.input(), own.get(Math.min(at, own.size() - 1)));
            }
        }
        return shown;
    }

    private Exhibit scene() {
        world = data.world();
        Scene large = context.engine().scene(seed, SHOWN_SIZE, world);
        return new Exhibit(new Input(large.picture(), small(large).picture(), Optional.of(large), Optional.empty()),
                large.captions().get(data.language()).getLast());
    }

    /// The scene as the model's own world was drawn.
    private Scene small(Scene shown) {
        return context.engine().scene(shown.seed(), after.sceneSize(), world);
    }

    /// A colour that can be asked for without doubt; empty for a picture of which nothing is known.
    private String usualQuestion() {
        List<Scene.Thing> things = exhibit.get().input().scene().map(Scene::objects).orElse(List.of());
        Texts texts = data.language().equals("zh") ? Texts.CHINESE : Texts.ENGLISH;
        return things.stream()
                .filter(t -> things.stream().filter(o -> o.kind().equals(t.kind())).count() == 1).findFirst()
                .map(t -> texts.get("finetune.sides.question.colour", texts.get("inspect.kind." + t.kind())))
                .orElse("");
    }

    void nextScene() {
        seed++;
        show(scene(), Kind.LOOK, Kind.MAP, Kind.GAP, Kind.ANSWER, Kind.CAPTION);
        question.set(usualQuestion());
    }

    void say(String text) {
        String line = text.replaceAll("\\s+", " ").strip();
        if (!line.isEmpty() && !line.equals(exhibit.get().sentence())) {
            show(new Exhibit(exhibit.get().input(), line), Kind.LOOK, Kind.MAP, Kind.GAP);
        }
    }

    private void show(Exhibit next, Kind... stale) {
        forget(stale);
        exhibit.set(next);
        want(stale);
        words.set(Optional.empty());
        go();
    }

    private void want(Kind... kinds) {
        for (Kind kind : kinds) {
            boolean wanted = switch (kind) {
                case OPEN, LOOK -> true;
                case MAP -> method.get().isPresent();
                case GAP -> after.talk().mask().isPresent();
                case ANSWER -> answers() && !question.get().isBlank();
                case CAPTION -> after.talk().alone();
            };
            for (Side side : Side.values()) {
                if (wanted) {
                    todo.add(new Question(kind, side));
                }
            }
        }
        left.set(todo.size());
    }

    /// What was said of these is of something else now; so is what is being said.
    private void forget(Kind... kinds) {
        Set<Kind> stale = Set.of(kinds);
        if (asked.filter(q -> stale.contains(q.kind())).isPresent()) {
            stop();
        }
        todo.removeIf(q -> stale.contains(q.kind()));
        for (ObjectProperty<Findings> each : found.values()) {
            Findings f = each.get();
            for (Kind kind : kinds) {
                f = switch (kind) {
                    case OPEN -> f;
                    case LOOK -> f.withLook(Optional.empty());
                    case MAP -> f.withMap(Optional.empty());
                    case GAP -> f.withGap(Optional.empty());
                    case ANSWER -> f.withAnswer(Optional.empty());
                    case CAPTION -> f.withCaption(Optional.empty());
                };
            }
            each.set(f);
        }
    }

    private void again(Kind... kinds) {
        forget(kinds);
        want(kinds);
        go();
    }

    /// Asks what is left, unless something is being asked already.
    void go() {
        if (closed || asked.isPresent()) {
            return;
        }
        Iterator<Question> all = todo.iterator();
        left.set(todo.size());
        busy.set(all.hasNext());
        if (all.hasNext()) {
            Question next = all.next();
            asked = Optional.of(next);
            ask(next);
        }
    }

    private void ask(Question next) {
        Side side = next.side();
        switch (next.kind()) {
            case OPEN -> {
                opened = true;
                begin(next, Optional.of(context.engine().base(context.engine().runs().folder()
                        .resolve(run.log().header().id()))), (f, model) -> f);
            }
            case LOOK -> begin(next, Optional.of(context.engine().inspect(look(side, exhibit.get().sentence()))),
                    (f, look) -> f.withLook(Optional.of(look)));
            case MAP ->
                begin(next, map(side).map(context.engine()::relevance), (f, map) -> f.withMap(Optional.of(map)));
            case GAP -> begin(next, hidden().map(text -> context.engine().inspect(look(side, text))),
                    (f, look) -> f.withGap(look.fills().values().stream().findFirst().map(BeforeAfter::said)));
            case ANSWER -> {
                if (after.talk().asked()) {
                    begin(next, Optional.of(write(side, Optional.of(question.get().strip()), after.talk().question())),
                            (f, text) -> f.withAnswer(Optional.of(text.text())));
                } else {
                    begin(next, Optional.of(context.engine().inspect(look(side, question.get().strip()))),
                            (f, look) -> f.withAnswer(Optional.of(said(look.answers()))));
                }
            }
            case CAPTION -> begin(next, Optional.of(write(side, Optional.empty(), Optional.empty())),
                    (f, text) -> f.withCaption(Optional.of(text.text())));
        }
    }

    @FunctionalInterface
    private interface Taking<T> {
        Findings take(Findings before, T value);
    }

    /// @param handle empty for what cannot be asked of this input, which is then answered by nothing
    private <T> void begin(Question next, Optional<JobHandle<T>> handle, Taking<T> taking) {
        if (handle.isEmpty()) {
            answered(next, f -> f);
            return;
        }
        long mine = ++newest;
        running = Optional.of(handle.get());
        context.jobs().track(handle.get()).result().whenCompleteAsync((value, error) -> {
            if (mine != newest) {
                return;
            }
            if (error == null) {
                answered(next, f -> taking.take(f, value));
            } else {
                stop();
                if (!(Fx.cause(error) instanceof CancellationException)) {
                    failed.accept(Fx.cause(error));
                }
            }
        }, Fx.EXECUTOR);
    }

    private void answered(Question question, Function<Findings, Findings> taking) {
        running = Optional.empty();
        asked = Optional.empty();
        todo.remove(question);
        ObjectProperty<Findings> of = found.get(question.side());
        of.set(taking.apply(of.get()));
        if (question.kind() == Kind.LOOK && words.get().isEmpty()) {
            of.get().look().ifPresent(look -> words.set(usualWords(look.tokens())));
        }
        go();
    }

    /// Stops what is being asked; it stays among what is left.
    void stop() {
        newest++;
        running.ifPresent(JobHandle::cancel);
        running = Optional.empty();
        asked = Optional.empty();
        busy.set(false);
        left.set(todo.size());
    }

    /// Frees what was opened for this.
    void close() {
        closed = true;
        stop();
        if (opened) { // on the engine's lane behind the opening, be it finished or not
            context.jobs().run(context.engine().unload(base), context.models()::remove);
        }
    }

    private String handle(Side side) {
        return side == Side.BEFORE ? base : after.handle();
    }

    private InspectRequest look(Side side, String text) {
        return new InspectRequest(handle(side), seen().seen(), text, TraceSelection.DEFAULT, regions());
    }

    private JobHandle<GenerateResult> write(Side side, Optional<String> text, Optional<Said> form) {
        return context.engine().generate(new GenerateRequest(handle(side), Optional.of(seen().seen()), text,
                Decoding.greedy(MOST_WORDS), 0, false, form)).job();
    }

    /// The picture as this model is to see it.
    private Input seen() {
        Input input = exhibit.get().input();
        return input.scene().map(s -> new Input(input.shown(), small(s).picture(), input.scene(), input.file()))
                .orElse(input);
    }

    /// @return shown pixels for each pixel that the models see
    double scale() {
        return seen().scale();
    }

    private Optional<RegionSource> regions() {
        return after.regionWidth() == 0
                ? Optional.empty()
                : Optional.of(exhibit.get().input().scene().<RegionSource>map(s -> RegionSource.Crops.of(small(s)))
                        .orElse(RegionSource.Grid.USUAL));
    }

    private Optional<RelevanceRequest> map(Side side) {
        int[] at = characters();
        return score().flatMap(score -> method.get().map(m -> new RelevanceRequest(handle(side), seen().seen(),
                exhibit.get().sentence(), at[0], at[1], m, score, regions())));
    }

    /// The same score on both sides: that of the pair, else what the learnt model holds for likeliest.
    private Optional<Score> score() {
        Set<Capability> able = after.capabilities();
        if (able.contains(Capability.SCORES_PAIRS)) {
            return Optional.of(new Score.Match());
        }
        Optional<InspectResult> look = found.get(Side.AFTER).get().look();
        List<Guess> answers = look.map(InspectResult::answers).orElse(List.of());
        List<Guess> next = look.map(InspectResult::next).orElse(List.of());
        if (!answers.isEmpty()) {
            return Optional.of(new Score.Answer(answers.getFirst().name()));
        }
        if (!next.isEmpty()) {
            return Optional.of(new Score.Next(next.getFirst().name()));
        }
        return able.contains(Capability.FILLS_MASKS)
                ? words.get().map(s -> new Score.Word(s.first()))
                : Optional.empty();
    }

    /// @return first character of the chosen words, and the one after the last; twice 0 for the whole sentence
    private int[] characters() {
        Optional<Tokens> tokens = found.get(Side.AFTER).get().look().map(InspectResult::tokens);
        if (words.get().isPresent() && tokens.filter(t -> words.get().get().last() < t.size()).isPresent()) {
            int start = tokens.get().tokens().get(words.get().get().first()).start();
            int end = tokens.get().tokens().get(words.get().get().last()).end();
            if (start >= 0 && end > start) {
                return new int[]{start, end};
            }
        }
        return new int[]{0, 0};
    }

    /// @return the chosen words, empty for the whole sentence
    String chosen() {
        int[] at = characters();
        return exhibit.get().sentence().substring(at[0], at[1]);
    }

    /// The sentence with the chosen words hidden.
    private Optional<String> hidden() {
        int[] at = characters();
        String text = exhibit.get().sentence();
        return at[1] == at[0]
                ? Optional.empty()
                : after.talk().mask().map(mask -> text.substring(0, at[0]) + mask + text.substring(at[1]));
    }

    /// What a scene's first map is best of: the name of a thing in it, else the longest word.
    private Optional<TokenStrip.Span> usualWords(Tokens tokens) {
        List<String> kinds = exhibit.get().input().scene().map(Scene::objects).orElse(List.of()).stream()
                .flatMap(t -> List.of(t.kind(), Texts.CHINESE.get("inspect.kind." + t.kind())).stream()).toList();
        int best = -1;
        int length = 0;
        for (int i = 0; i < tokens.size(); i++) {
            Tokens.Token token = tokens.tokens().get(i);
            if (token.special()) {
                continue;
            }
            String word = tokens.text().substring(token.start(), token.end()).strip().toLowerCase(Locale.ROOT);
            if (kinds.contains(word)) {
                return Optional.of(new TokenStrip.Span(i, i));
            }
            if (word.length() > length) {
                best = i;
                length = word.length();
            }
        }
        return best < 0 ? Optional.empty() : Optional.of(new TokenStrip.Span(best, best));
    }

    /// @return the best guesses with their shares, `red 96 %, blue 2 %`
    static String said(List<Guess> guesses) {
        return guesses.stream().limit(GUESSES)
                .map(g -> String.format(Locale.ROOT, "%s %.0f %%", g.name(), 100 * g.probability()))
                .collect(Collectors.joining(", "));
    }
}
