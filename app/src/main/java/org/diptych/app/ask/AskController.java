package org.diptych.app.ask;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javafx.animation.Animation;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.util.Duration;
import org.diptych.app.ask.AskModel.Place;
import org.diptych.app.ask.Turn.Finding;
import org.diptych.app.ask.Turn.Pace;
import org.diptych.app.canvas.Input;
import org.diptych.app.fx.Fx;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.GenerateRequest;
import org.diptych.engine.api.GenerateResult;
import org.diptych.engine.api.Generation;
import org.diptych.engine.api.InspectRequest;
import org.diptych.engine.api.InspectResult;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Score;
import org.diptych.engine.api.TraceSelection;

/// Starts questions, brings their words as they come, and stops them; nothing else in the view starts work.
final class AskController {
    /// Rivals told of each word.
    static final int RIVALS = 8;
    private static final int MOST_TURNS = 100;
    private static final int SHOWN_SIZE = 512;
    private static final int SHOWN_MOST = 1200;
    private static final String WORLD = "aligned";
    private static final long FIRST_SCENE = (2L << 40) + 1;
    private static final Duration OFTEN = Duration.millis(50);
    /// Those that follow the words back through the layers say the most; a model offers at least one of them where it has a score.
    private static final List<RelevanceMethod> METHODS = List.of(RelevanceMethod.GRAD_ATTENTION,
            RelevanceMethod.CHEFER);

    private final AppContext context;
    private final AskModel model;
    private final Consumer<Throwable> failed;
    private final Timeline clock = new Timeline();
    private Optional<Generation> writing = Optional.empty();
    private List<JobHandle<?>> running = List.of();
    private long nextScene = FIRST_SCENE;
    private long begun;

    AskController(AppContext context, AskModel model, Consumer<Throwable> failed) {
        this.context = context;
        this.model = model;
        this.failed = failed;
        clock.getKeyFrames().add(new KeyFrame(OFTEN, e -> bring()));
        clock.setCycleCount(Animation.INDEFINITE);
        context.model().subscribe(this::newModel);
        model.ways.subscribe(w -> context.settings().update(v -> v.withChoices(w.remembered())));
        model.place.subscribe(place -> place.ifPresent(this::explain));
    }

    boolean can(Mode mode) {
        return context.model().get().filter(mode::can).isPresent();
    }

    /// @return true when what is asked now is answered in words that come one by one
    boolean writes() {
        return context.model().get().filter(this::writes).isPresent();
    }

    /// Answers to choose from are ranked, not written.
    private boolean writes(LoadedModel loaded) {
        return model.mode.get().writes(loaded) && among(loaded).isEmpty();
    }

    private List<String> among(LoadedModel loaded) {
        return model.mode.get() == Mode.QUESTION && loaded.talk().ranks()
                ? Stream.of(model.among.get().split("[,，、;；]")).map(String::strip).filter(a -> !a.isEmpty()).distinct()
                        .toList()
                : List.of();
    }

    /// @return true when a person has to say which answers there are
    boolean wantsAnswers() {
        return context.model().get().filter(m -> model.mode.get() == Mode.QUESTION && m.talk().ranks()
                && !m.talk().lists() && !m.talk().asked() && among(m).isEmpty()).isPresent();
    }

    private void newModel(Optional<LoadedModel> now) {
        model.input.get().flatMap(Input::scene).ifPresent(s -> scene(s.seed()));
        now.ifPresent(m -> {
            if (!m.talk().templates().contains(model.template.get())) {
                model.template.set(m.talk().templates().isEmpty() ? "" : m.talk().templates().getFirst());
            }
            if (!model.mode.get().can(m)) {
                for (Mode mode : Mode.values()) {
                    if (mode.can(m)) {
                        model.mode.set(mode);
                        return;
                    }
                }
            }
        });
    }

    /// A first picture, so that there is something to ask about.
    void begin() {
        if (model.input.get().isEmpty()) {
            scene(nextScene);
        }
    }

    void anotherScene() {
        model.place.set(Optional.empty());
        scene(++nextScene);
    }

    private void scene(long seed) {
        Scene large = context.engine().scene(seed, SHOWN_SIZE, WORLD);
        model.input.set(Optional
                .of(new Input(large.picture(), small(seed).picture(), Optional.of(large), Optional.empty())));
    }

    /// The scene as the model's own world was drawn.
    private Scene small(long seed) {
        return context.engine().scene(seed, context.model().get().map(LoadedModel::sceneSize)
                .orElse(LoadedModel.TOYBOX_SIDE), WORLD);
    }

    void open(Path file) {
        Fx.deliver(context.jobs().track(context.engine().readPicture(file)).result().thenApplyAsync(
                p -> new Input(p.fit(SHOWN_MOST), p, Optional.empty(), Optional.of(file))), this::show, failed);
    }

    /// A picture that is no file: from the clipboard, or dragged from another program.
    void open(Picture picture) {
        show(new Input(picture.fit(SHOWN_MOST), picture, Optional.empty(), Optional.empty()));
    }

    private void show(Input next) {
        model.place.set(Optional.empty());
        model.input.set(Optional.of(next));
    }

    /// Asks without a picture from now on.
    void noPicture() {
        model.place.set(Optional.empty());
        model.input.set(Optional.empty());
    }

    /// Forgets what was asked; a conversation begins anew.
    void clear() {
        List<Turn> before = List.copyOf(model.turns);
        cancel();
        model.place.set(Optional.empty());
        model.turns.clear();
        if (!before.isEmpty()) {
            context.undo().push("ask.undo", () -> model.turns.setAll(before));
        }
    }

    void ask() {
        Optional<LoadedModel> loaded = context.model().get();
        if (loaded.isEmpty() || !model.mode.get().can(loaded.get()) || model.going.get().isPresent()) {
            return;
        }
        Mode mode = model.mode.get();
        String text = model.text.get().strip();
        try {
            check(mode, loaded.get(), text);
            boolean writes = writes(loaded.get());
            Turn turn = new Turn(mode, loaded.get(), text, model.input.get(),
                    writes ? Optional.of(model.ways.get().decoding()) : Optional.empty(),
                    switch (mode) {
                        case CHAT -> Optional.of(said(loaded.get()));
                        case QUESTION -> loaded.get().talk().question();
                        default -> Optional.empty();
                    }, among(loaded.get()));
            // before the start: what fails at once puts its text back
            model.text.set(mode == Mode.QUESTION || mode == Mode.CHAT ? "" : text);
            if (writes) {
                write(turn);
            } else {
                find(turn);
            }
        } catch (EngineException e) {
            failed.accept(e);
        }
    }

    private void check(Mode mode, LoadedModel loaded, String text) throws EngineException {
        if (wantsAnswers()) {
            throw new EngineException("engine.answers", loaded.card().title());
        }
        if (model.input.get().isEmpty() && !(writes(loaded) && mode != Mode.CAPTION)) {
            throw new EngineException("ask.picture");
        }
        if (text.isEmpty() && mode != Mode.CAPTION) {
            throw new EngineException("ask.words." + mode.name().toLowerCase(java.util.Locale.ROOT));
        }
        Optional<String> mask = loaded.talk().mask();
        if (mode == Mode.FILL && !text.contains(mask.orElseThrow())) {
            throw new EngineException("ask.gap", mask.get());
        }
    }

    private void start(Turn turn) {
        model.turns.add(turn);
        if (model.turns.size() > MOST_TURNS) {
            model.turns.removeFirst();
        }
        model.place.set(Optional.empty());
        model.going.set(Optional.of(turn));
        begun = System.nanoTime();
    }

    private void write(Turn turn) {
        Optional<String> text = turn.asked().isEmpty() ? Optional.empty() : Optional.of(turn.asked());
        Generation generation = context.engine().generate(new GenerateRequest(turn.model().handle(),
                turn.input().map(Input::seen), text, turn.how().orElseThrow(), RIVALS, true, turn.said()));
        start(turn);
        writing = Optional.of(generation);
        clock.playFromStart();
        await(turn, List.of(generation.job()), generation.job(), this::written);
    }

    /// The run of questions with this model about this picture that ends here.
    private Said said(LoadedModel loaded) {
        List<Conversation.Turn> before = new ArrayList<>();
        for (Turn old : model.turns) {
            boolean same = old.mode() == Mode.CHAT && old.model().handle().equals(loaded.handle())
                    && old.input().equals(model.input.get());
            if (!same) {
                before.clear();
            } else if (!old.text().isEmpty() && old.state.get() != Turn.State.FAILED) {
                before.add(new Conversation.Turn(old.asked(), old.text()));
            }
        }
        return new Said(model.template.get(), before);
    }

    private void find(Turn turn) {
        JobHandle<InspectResult> looking = context.engine().inspect(new InspectRequest(turn.model().handle(),
                turn.input().orElseThrow().seen(), turn.asked(), TraceSelection.DEFAULT, regions(turn), turn.among()));
        start(turn);
        await(turn, List.of(looking), looking, this::found);
    }

    private <T> void await(Turn turn, List<JobHandle<?>> jobs, JobHandle<T> last, BiConsumer<Turn, T> done) {
        running = jobs;
        context.jobs().track(last).result().whenCompleteAsync((value, error) -> {
            bring();
            clock.stop();
            writing = Optional.empty();
            running = List.of();
            if (model.going.get().equals(Optional.of(turn))) {
                model.going.set(Optional.empty());
            }
            if (!model.turns.contains(turn)) {
                return;
            }
            if (error == null) {
                done.accept(turn, value);
                turn.state.set(Turn.State.DONE);
            } else if (Fx.cause(error) instanceof CancellationException) {
                turn.state.set(Turn.State.STOPPED);
            } else {
                turn.state.set(Turn.State.FAILED);
                if (turn.words.isEmpty()) {
                    model.turns.remove(turn);
                    model.text.set(turn.asked());
                }
                failed.accept(Fx.cause(error));
            }
        }, Fx.EXECUTOR);
    }

    void cancel() {
        running.forEach(JobHandle::cancel);
    }

    /// The words that have come since. The map follows the newest as long as no other word was chosen.
    private void bring() {
        if (writing.isEmpty() || model.going.get().isEmpty()) {
            return;
        }
        Turn turn = model.going.get().get();
        if (!model.turns.contains(turn)) {
            return; // taken away while it was being written
        }
        if (turn.read.get().isEmpty()) {
            turn.read.set(writing.get().read());
        }
        int before = turn.words.size();
        boolean follow = follows(turn, before);
        turn.words.addAll(writing.get().since(before));
        if (turn.words.size() > before) {
            turn.pace.set(new Pace(turn.words.size(), (System.nanoTime() - begun) / 1e9));
            if (follow) {
                model.place.set(Optional.of(new Place(turn, turn.words.size() - 1)));
            }
        }
    }

    private boolean follows(Turn turn, int count) {
        return model.place.get().isEmpty() || model.place.get().equals(Optional.of(new Place(turn, count - 1)));
    }

    /// Beams tell their words at the end only; a text that was stopped by a text of its own may have one word less than was written.
    private void written(Turn turn, GenerateResult result) {
        boolean follow = follows(turn, turn.words.size());
        turn.words.setAll(result.words());
        turn.pace.set(new Pace(result.words().size(), result.seconds()));
        turn.written.set(Optional.of(result));
        if (!follow) {
            model.place.set(model.place.get().filter(p -> p.turn() != turn || p.word() < turn.words.size()));
        } else if (!turn.words.isEmpty()) {
            model.place.set(Optional.of(new Place(turn, turn.words.size() - 1)));
        }
    }

    private void found(Turn turn, InspectResult result) {
        turn.found.set(Optional.of(result));
        turn.pace.set(new Pace(0, (System.nanoTime() - begun) / 1e9));
        turn.finding.set(switch (turn.mode()) {
            case QUESTION -> new Finding(-1, result.answers().isEmpty() ? "" : result.answers().getFirst().name());
            case FILL -> new Finding(result.fills().keySet().stream().findFirst().orElse(-1), "");
            default -> Finding.WHOLE;
        });
        model.place.set(Optional.of(new Place(turn, 0)));
    }

    /// Another answer or gap of a turn.
    void choose(Turn turn, Finding finding) {
        turn.finding.set(finding);
        turn.rests.set(Optional.empty());
        Optional<Place> place = Optional.of(new Place(turn, 0));
        if (model.place.get().equals(place)) {
            explain(place.get());
        } else {
            model.place.set(place);
        }
    }

    /// @return how a finding of this model is explained; nothing where nothing leads from it back to the picture
    static Optional<RelevanceMethod> method(LoadedModel loaded) {
        return METHODS.stream().filter(loaded.methods()::contains).findFirst();
    }

    private void explain(Place place) {
        Turn turn = place.turn();
        Optional<RelevanceMethod> method = method(turn.model());
        if (turn.found.get().isEmpty() || turn.rests.get().isPresent() || method.isEmpty()) {
            return;
        }
        Finding finding = turn.finding.get();
        Score score = switch (turn.mode()) {
            case QUESTION -> new Score.Answer(finding.answer());
            case FILL -> new Score.Word(finding.place());
            default -> new Score.Match();
        };
        JobHandle<RelevanceResult> asking = context.engine().relevance(new RelevanceRequest(turn.model().handle(),
                turn.input().orElseThrow().seen(), turn.asked(), 0, 0, method.get(), score, regions(turn)));
        context.jobs().run(asking, found -> {
            if (turn.finding.get().equals(finding)) {
                turn.rests.set(Optional.of(found));
            }
        }, failed);
    }

    private Optional<RegionSource> regions(Turn turn) {
        return turn.model().regionWidth() == 0
                ? Optional.empty()
                : Optional.of(turn.input().flatMap(Input::scene)
                        .<RegionSource>map(s -> RegionSource.Crops.of(small(s.seed())))
                        .orElse(RegionSource.Grid.USUAL));
    }
}
