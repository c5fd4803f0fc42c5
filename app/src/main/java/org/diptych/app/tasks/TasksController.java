package org.diptych.app.tasks;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import javafx.util.Duration;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.RegionChooser;
import org.diptych.app.tasks.TasksModel.Answer;
import org.diptych.app.tasks.TasksModel.Hiding;
import org.diptych.app.tasks.TasksModel.Input;
import org.diptych.engine.api.CommandLine;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionPlace;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.TaskView;
import org.diptych.engine.api.TasksRequest;

/// Asks for the objectives' views whenever model, input, seed or way of hiding changes.
final class TasksController {
    private static final String WORLD = "aligned";
    private static final int SHOWN_SIZE = 256;
    /// A scene of the test split with three things.
    private static final long FIRST_SCENE = (2L << 40) + 1;

    private static final long MOST_SEED = (long) Math.pow(10, TasksModel.SEED_DIGITS);

    private final AppContext context;
    private final TasksModel model;
    private final Consumer<Throwable> failed;
    private final LatestTask<TasksRequest, List<TaskView>> ask;
    private Optional<Path> regionFile = Optional.empty();
    private Optional<Input> asked = Optional.empty();
    private long nextScene = FIRST_SCENE;

    TasksController(AppContext context, TasksModel model, Consumer<Throwable> failed) {
        this.context = context;
        this.model = model;
        this.failed = failed;
        ask = new LatestTask<>(Duration.millis(150),
                request -> context.jobs().track(context.engine().tasks(request)),
                views -> model.answer.set(Optional.of(new Answer(asked.orElseThrow(), views))), failed);
        context.model().subscribe((old, now) -> {
            model.answer.set(Optional.empty());
            ask();
        });
        model.input.subscribe((old, now) -> ask());
        model.text.subscribe((old, now) -> ask());
        model.regions.subscribe((old, now) -> ask());
        model.seed.subscribe((old, now) -> chosen());
        model.hiding.subscribe((old, now) -> chosen());
    }

    private void chosen() {
        context.settings().update(v -> v.withChoices(model.remembered()));
        ask();
    }

    LatestTask<TasksRequest, List<TaskView>> asking() {
        return ask;
    }

    /// @return true when the chosen model has objectives
    boolean able() {
        return context.model().get().filter(m -> !m.tasks().isEmpty()).isPresent();
    }

    /// @return true when it can hide words and regions or patches at once
    boolean hidesBoth() {
        return context.model().get().filter(m -> m.tasks().contains(Task.MASKED_WORDS)
                && (m.regionWidth() > 0 || m.tasks().contains(Task.MASKED_PATCHES))).isPresent();
    }

    void begin() {
        scene(FIRST_SCENE);
    }

    void anotherScene() {
        remember();
        scene(++nextScene);
    }

    void drawAgain() {
        model.seed.set((model.seed.get() + 1) % MOST_SEED);
    }

    private void scene(long seed) {
        Scene large = context.engine().scene(seed, SHOWN_SIZE, WORLD);
        forgetRegions();
        model.text.set(large.captions().get("en").getFirst());
        model.input.set(Optional.of(new Input(large.picture(), large.picture(), OptionalLong.of(seed),
                Optional.empty())));
    }

    private void remember() {
        Optional<Input> input = model.input.get();
        Optional<RegionSource> regions = model.regions.get();
        String text = model.text.get();
        context.undo().push("tasks.undo", () -> {
            model.regions.set(regions);
            model.text.set(text);
            model.input.set(input);
        });
    }

    void open(Path file) {
        JobHandle<Picture> reading = context.jobs().track(context.engine().readPicture(file));
        Fx.deliver(reading.result().thenApplyAsync(picture -> new Input(picture.fit(SHOWN_SIZE), picture,
                OptionalLong.empty(), Optional.of(file))), input -> {
                    remember();
                    forgetRegions();
                    model.input.set(Optional.of(input));
                }, failed);
    }

    /// A grid fits every picture; boxes belong to the one that they were made for.
    private void forgetRegions() {
        model.regions.set(model.regions.get().filter(RegionSource.Grid.class::isInstance));
    }

    void openRegions(Path file) {
        model.input.get().ifPresent(input -> Fx.deliver(
                context.jobs().track(context.engine().readRegions(RegionPlace.whole(file), input.seen())).result(),
                regions -> {
                    regionFile = Optional.of(file);
                    model.regions.set(Optional.of(new RegionSource.Given(regions)));
                }, failed));
    }

    void ask() {
        if (!able() || model.input.get().isEmpty() || model.text.get().isBlank()) {
            ask.cancel();
            model.answer.set(Optional.empty());
            return;
        }
        LoadedModel chosen = context.model().get().orElseThrow();
        Input input = model.input.get().get();
        Optional<Scene> scene = input.scene().isPresent()
                ? Optional.of(context.engine().scene(input.scene().getAsLong(), chosen.sceneSize(), WORLD))
                : Optional.empty();
        Picture seen = scene.map(Scene::picture).orElse(input.seen());
        asked = Optional.of(new Input(input.shown(), seen, input.scene(), input.file()));
        ask.ask(new TasksRequest(chosen.handle(), seen, model.text.get().strip(),
                Optional.of(model.regions.get().orElseGet(() -> scene.<RegionSource>map(RegionSource.Crops::of)
                        .orElse(RegionSource.Grid.USUAL))),
                input.scene(), model.seed.get(), hiding().maskings));
    }

    /// @return the way of hiding that the model can follow
    Hiding hiding() {
        return hidesBoth() ? model.hiding.get() : Hiding.CONDITIONAL;
    }

    /// @return what the window shows, as a command
    String command() {
        StringBuilder text = new StringBuilder("diptych tasks --model ");
        text.append(CommandLine.quote(context.model().get()
                .map(m -> m.provenance() == LoadedModel.Provenance.TOYBOX ? m.handle() : m.origin()).orElse("clip")));
        model.input.get().ifPresent(input -> text.append(input.scene().isPresent()
                ? " --scene " + input.scene().getAsLong()
                : " --image " + CommandLine.quote(input.file().map(f -> f.toAbsolutePath().toString())
                        .orElse(input.seen().name()))));
        text.append(" --text ").append(CommandLine.quote(model.text.get().strip()));
        if (context.model().get().filter(m -> m.regionWidth() > 0).isPresent()) {
            text.append(RegionChooser.option(model.regions.get(), regionFile));
        }
        text.append(" --seed ").append(model.seed.get());
        return text.append(switch (hiding()) {
            case CONDITIONAL -> "";
            case JOINT -> " --joint";
            case BOTH -> " --both";
        }).toString();
    }
}
