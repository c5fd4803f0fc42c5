package org.diptych.app.capfilt;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import javafx.beans.Observable;
import javafx.beans.property.ObjectProperty;
import javafx.collections.ListChangeListener;
import javafx.util.Duration;
import org.diptych.app.capfilt.CapFiltModel.Board;
import org.diptych.app.capfilt.CapFiltModel.Chosen;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.shell.AppContext;
import org.diptych.app.shell.Navigator;
import org.diptych.engine.api.CapFiltRequest;
import org.diptych.engine.api.CapFiltRole;
import org.diptych.engine.api.CapFiltWork;
import org.diptych.engine.api.CaptionDecision;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.ModelCard;
import org.diptych.engine.api.ToyboxRequest;

/// Begins work and goes on with it, and carries what a person decides to the disk.
final class CapFiltController {
    private static final String SETTINGS = "capfilt.json";
    private static final String CLEANED = "cleaned";

    private final AppContext context;
    private final CapFiltModel model;
    private final Consumer<Throwable> failed;
    private final Stages stages;
    private final LatestTask<Path, CapFiltWork> read;
    private final Saves saves;
    private Optional<Consumer<Board>> onceShown = Optional.empty();
    private long seen = -1;

    CapFiltController(AppContext context, CapFiltModel model, Consumer<Throwable> failed) {
        this.context = context;
        this.model = model;
        this.failed = failed;
        saves = new Saves(context.engine(), failed);
        stages = new Stages(context, model.going, result -> ended(), error -> {
            ended();
            if (error instanceof CancellationException) {
                context.notices().info("capfilt.stopped");
            } else {
                failed.accept(error);
            }
        });
        read = new LatestTask<>(Duration.millis(20), folder -> context.engine().cleaning().work(folder), this::show,
                failed);
        Map<String, String> remembered = context.settings().get().choices();
        Fx.deliver(CompletableFuture.supplyAsync(this::families), found -> {
            model.families.set(Optional.of(found));
            choose(model.captioner, CapFiltRole.CAPTIONER, remembered.getOrDefault("capfilt.captioner", ""));
            choose(model.filter, CapFiltRole.FILTER, remembered.getOrDefault("capfilt.filter", ""));
        }, failed);
        context.loaded().addListener((ListChangeListener<LoadedModel>) change -> {
            choose(model.captioner, CapFiltRole.CAPTIONER, "");
            choose(model.filter, CapFiltRole.FILTER, "");
        });
        if (model.out.get().isEmpty()) {
            model.out.set(Optional.of(free()));
        }
        for (Observable each : model.settings()) {
            each.addListener(o -> context.settings().update(v -> v.withChoices(model.remembered())));
        }
    }

    /// Asks each family's plan what can be learnt by it, for which its model is laid out without weights.
    private Map<String, Set<CapFiltRole>> families() {
        Map<String, Set<CapFiltRole>> out = new LinkedHashMap<>();
        for (ModelCard card : context.engine().catalog()) {
            if (context.engine().implemented(card.id()) && context.engine().teaches(card.id())) {
                out.put(card.id(), context.engine().cleaning().learns(card.id()));
            }
        }
        return out;
    }

    /// Shows what lies in the folder that was last worked in.
    void begin() {
        model.out.get().filter(CapFiltController::holdsWork).ifPresent(this::open);
    }

    static boolean holdsWork(Path folder) {
        return Files.isRegularFile(folder.resolve(SETTINGS));
    }

    /// @return a folder in which nothing was done yet
    private Path free() {
        Path all = context.engine().runs().folder().resolveSibling("capfilt");
        int number = 1;
        while (Files.exists(all.resolve("set-" + number))) {
            number++;
        }
        return all.resolve("set-" + number);
    }

    /// @return what can have this part: open models, what a work was begun with, and families that can be taught it
    List<Part> parts(CapFiltRole role) {
        List<Part> out = new ArrayList<>();
        for (LoadedModel each : context.loaded()) {
            if (context.engine().cleaning().roles(each.handle()).contains(role)) {
                out.add(new Part(Part.Kind.OPEN, each.handle(), each.title()));
            }
        }
        part(role).get().filter(p -> p.kind() == Part.Kind.FILE).ifPresent(out::add);
        model.families.get().orElse(Map.of()).forEach((family, roles) -> {
            if (roles.contains(role)) {
                out.add(new Part(Part.Kind.TAUGHT, family, context.engine().catalog().stream()
                        .filter(c -> c.id().equals(family)).findFirst().map(ModelCard::title).orElse(family)));
            }
        });
        return out;
    }

    ObjectProperty<Optional<Part>> part(CapFiltRole role) {
        return role == CapFiltRole.CAPTIONER ? model.captioner : model.filter;
    }

    /// As far as nothing was chosen before, both parts are of one kind, as in the paper.
    private void choose(ObjectProperty<Optional<Part>> to, CapFiltRole role, String remembered) {
        if (model.families.get().isEmpty()) {
            return; // what was chosen the last time may be among them
        }
        List<Part> offered = parts(role);
        to.set(to.get().flatMap(p -> offered.stream().filter(p::same).findFirst())
                .or(() -> offered.stream().filter(p -> p.remembered().equals(remembered)).findFirst())
                .or(() -> offered.stream().filter(p -> model.captioner.get().filter(p::same).isPresent()).findFirst())
                .or(() -> offered.stream().findFirst()));
    }

    /// @return why work cannot begin, and what to do; nothing when it can
    Optional<Message> why() {
        if (model.going.get().isPresent()) {
            return Optional.of(Message.of("capfilt.why.going"));
        }
        if (model.captioner.get().isEmpty()) {
            return Optional.of(Message.of("capfilt.why.captioner"));
        }
        if (model.filter.get().isEmpty()) {
            return Optional.of(Message.of("capfilt.why.filter"));
        }
        if (model.pairs.get().filter(p -> !holdsCaptions(p)).isPresent()) {
            return Optional.of(Message.of("capfilt.why.pairs", model.pairs.get().get()));
        }
        if (model.human.get().filter(p -> !holdsCaptions(p)).isPresent()) {
            return Optional.of(Message.of("capfilt.why.human", model.human.get().get()));
        }
        if (model.out.get().isEmpty()) {
            return Optional.of(Message.of("capfilt.why.out"));
        }
        return model.least.get() > model.most.get()
                ? Optional.of(Message.of("capfilt.why.lengths", model.least.get(), model.most.get()))
                : Optional.empty();
    }

    private static boolean holdsCaptions(Path folder) {
        return Files.exists(folder.resolve("captions.jsonl")) || Files.exists(folder.resolve("captions.csv"));
    }

    /// @return true when Start goes on with what lies in the folder: decisions, or a part that was being taught
    boolean begun() {
        return model.out.get().filter(out -> model.board.get().filter(b -> b.folder().equals(out)).isPresent()
                || Stages.teaches(out)).isPresent();
    }

    void start() {
        if (why().isPresent()) {
            return;
        }
        Part captioner = model.captioner.get().orElseThrow();
        Path out = model.out.get().orElseThrow();
        Optional<ToyboxRequest> toybox = model.pairs.get().isPresent()
                ? Optional.empty()
                : Optional.of(Stages.Order.scenes(out, model.count.get(), model.noise.get(), side(captioner)));
        if (model.board.get().filter(b -> b.folder().equals(out)).isEmpty()) {
            model.board.set(Optional.empty());
        }
        seen = -1;
        saves.afterwards(() -> stages.begin(new Stages.Order(toybox, captioner, model.filter.get().orElseThrow(),
                model.steps.get(),
                new CapFiltRequest("", "", model.pairs.get().orElseGet(() -> toybox.orElseThrow().out()),
                        model.human.get(), out, model.topP.get(), model.least.get(), model.most.get(),
                        model.threshold.get(), model.seed.get()))));
    }

    private int side(Part captioner) {
        return context.loaded().stream().filter(m -> m.handle().equals(captioner.id())).findFirst()
                .map(m -> Math.min(224, m.sceneSize())).orElse(LoadedModel.TOYBOX_SIDE);
    }

    void cancel() {
        stages.cancel();
    }

    private void ended() {
        model.out.get().filter(CapFiltController::holdsWork).ifPresent(read::askNow);
    }

    /// Looks whether more was decided while work goes on.
    void tick() {
        model.going.get().filter(g -> g.stage() == Stages.Stage.JUDGING).ifPresent(g -> {
            long now = g.job().progress().done();
            if (now != seen && !read.busyProperty().get() && model.out.get().filter(CapFiltController::holdsWork)
                    .isPresent()) {
                seen = now;
                read.askNow(model.out.get().get());
            }
        });
    }

    /// Shows the decisions of a folder and takes over what they were taken with.
    void open(Path folder) {
        if (model.going.get().isPresent()) {
            context.notices().info("capfilt.why.going");
            return;
        }
        model.out.set(Optional.of(folder));
        model.board.set(Optional.empty());
        model.chosen.set(Optional.empty());
        saves.afterwards(() -> read.askNow(folder));
    }

    /// A new work in a new folder, with the settings as they are.
    void anew() {
        into(free());
    }

    /// A new work in this folder.
    void into(Path folder) {
        if (model.going.get().isEmpty()) {
            model.board.set(Optional.empty());
            model.chosen.set(Optional.empty());
            model.out.set(Optional.of(folder));
        }
    }

    private void show(CapFiltWork work) {
        Path folder = model.out.get().orElseThrow();
        boolean first = model.board.get().filter(b -> b.folder().equals(folder)).isEmpty();
        if (first && model.going.get().isEmpty()) {
            adopt(work);
        }
        Map<Integer, Boolean> other = new LinkedHashMap<>();
        work.decisions().stream().filter(CaptionDecision::overruled).forEach(d -> other.put(d.number(), d.keep()));
        model.board.set(Optional.of(new Board(folder, work, work.threshold(), other)));
        Optional<Consumer<Board>> wanted = onceShown;
        onceShown = Optional.empty();
        wanted.ifPresent(w -> w.accept(model.board.get().orElseThrow()));
        boolean there = model.chosen.get().filter(c -> model.rows.get().stream().anyMatch(p -> p.number() == c.pair()))
                .isPresent();
        if (!there) {
            model.chosen.set(model.rows.get().stream().findFirst()
                    .map(p -> new Chosen(p.number(), CaptionDecision.Source.WEB)));
        }
    }

    private void adopt(CapFiltWork work) {
        model.captioner.set(Optional.of(at(work.captioner())));
        model.filter.set(Optional.of(at(work.filter())));
        model.pairs.set(Optional.of(work.pairs()));
        model.human.set(work.human());
        model.topP.set(work.topP());
        model.least.set(work.least());
        model.most.set(work.most());
        model.threshold.set(work.threshold());
        model.seed.set(Math.clamp(work.seed(), 0, CapFiltModel.MOST_SEED));
    }

    private Part at(String origin) {
        return context.loaded().stream()
                .filter(m -> Path.of(m.origin()).toAbsolutePath().normalize().toString().equals(origin)).findFirst()
                .map(m -> new Part(Part.Kind.OPEN, m.handle(), m.title()))
                .orElseGet(() -> new Part(Part.Kind.FILE, origin, origin));
    }

    /// @return true when decisions can be changed: not while more of them are being written
    boolean mayOverrule() {
        return model.board.get().isPresent() && model.going.get().isEmpty();
    }

    /// Turns a decision round. Turned back to what the filter says, it is the filter's again.
    void overrule(Chosen which) {
        Optional<CaptionDecision> decision = model.rows.get().stream().filter(p -> p.number() == which.pair())
                .findFirst().flatMap(p -> p.of(which.source()));
        if (!mayOverrule() || decision.isEmpty()) {
            return;
        }
        Board board = model.board.get().orElseThrow();
        CaptionDecision d = decision.get();
        boolean own = d.match() >= board.threshold();
        Optional<Boolean> before = Optional.ofNullable(board.other().get(d.number()));
        put(board.with(d.number(), d.keep() == own ? Optional.of(!d.keep()) : Optional.empty()));
        context.undo().push("capfilt.undo",
                () -> takeBack("capfilt.undo", board.folder(), b -> put(b.with(d.number(), before))));
    }

    /// Lets the filter keep more, or less.
    void threshold(double next) {
        model.board.get().filter(b -> mayOverrule() && b.threshold() != next).ifPresent(board -> {
            put(board.with(next));
            context.undo().push("capfilt.undo.threshold",
                    () -> takeBack("capfilt.undo.threshold", board.folder(), b -> {
                        model.threshold.set(board.threshold());
                        put(b.with(board.threshold()));
                    }));
        });
    }

    /// Takes something back in the folder in which it was done, which is opened for it. While work goes on it stays to be taken back.
    private void takeBack(String key, Path folder, Consumer<Board> what) {
        if (model.going.get().isPresent()) {
            context.notices().info("capfilt.why.going");
            context.undo().push(key, () -> takeBack(key, folder, what));
        } else if (model.board.get().filter(b -> b.folder().equals(folder)).isPresent()) {
            what.accept(model.board.get().orElseThrow());
        } else {
            open(folder);
            onceShown = Optional.of(what);
        }
    }

    private void put(Board next) {
        model.board.set(Optional.of(next));
        saves.save(next, result -> {
        });
    }

    /// Writes what is kept by now as a set to learn from.
    void write(Consumer<Path> then) {
        model.board.get().filter(b -> mayOverrule())
                .ifPresent(b -> saves.save(b, result -> then.accept(result.cleaned())));
    }

    void writeAndTell() {
        write(folder -> {
            Counts counts = Counts.of(model.rows.get());
            context.notices().info("capfilt.written", counts.kept(), folder);
        });
    }

    void teach() {
        write(folder -> context.navigator().open(Navigator.TEACH, folder));
    }

    void openFolder() {
        model.board.get().ifPresent(b -> context.folders().accept(Files.isDirectory(b.folder().resolve(CLEANED))
                ? b.folder().resolve(CLEANED)
                : b.folder()));
    }
}
