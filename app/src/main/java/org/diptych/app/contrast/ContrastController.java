package org.diptych.app.contrast;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javafx.beans.value.ObservableValue;
import javafx.util.Duration;
import org.diptych.app.contrast.ContrastModel.Items;
import org.diptych.app.fx.Fx;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.ContrastRequest;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.PairScore;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.RegionSource;
import org.diptych.engine.api.RelevanceRequest;
import org.diptych.engine.api.RelevanceResult;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.Score;

/// Says which properties lead to which question; nothing else in the view starts work.
final class ContrastController {
    private static final String WORLD = "aligned";
    private static final long TEST_SCENES = 2L << 40;
    private static final int SHOWN_SIZE = 128;
    private static final String REMEMBERED = "contrast.score";

    private final AppContext context;
    private final ContrastModel model;
    private final LatestTask<ContrastRequest, ContrastResult> compare;
    private final LatestTask<RelevanceRequest, RelevanceResult> explain;
    private final Consumer<Throwable> failed;
    private final ObservableValue<List<PairScore>> scores;
    private int drawn;

    ContrastController(AppContext context, ContrastModel model, Consumer<Throwable> failed) {
        this.context = context;
        this.model = model;
        this.failed = failed;
        compare = new LatestTask<>(Duration.millis(150),
                request -> context.jobs().track(context.engine().contrast(request)), this::compared, failed);
        explain = new LatestTask<>(Duration.millis(60),
                request -> context.jobs().track(context.engine().relevance(request)),
                found -> model.detail.set(Optional.of(found)), failed);
        scores = context.model().map(m -> m.map(LoadedModel::scores).orElse(List.of()));
        model.score.set(Optional.ofNullable(context.settings().get().choices().get(REMEMBERED))
                .flatMap(
                        word -> Stream.of(PairScore.values()).filter(s -> ScorePane.word(s).equals(word)).findFirst()));
        context.model().subscribe((old, now) -> ask());
        model.items.subscribe((old, now) -> ask());
    }

    LatestTask<ContrastRequest, ContrastResult> comparing() {
        return compare;
    }

    /// @return how the chosen model can score pairs, its own way first
    ObservableValue<List<PairScore>> scores() {
        return scores;
    }

    /// @return what fills the matrix: what was chosen where the model can, else its own way; empty where it cannot compare
    Optional<PairScore> score() {
        List<PairScore> able = scores.getValue();
        return model.score.get().filter(able::contains).or(() -> able.stream().findFirst());
    }

    /// Chooses one of those that the model has, and asks for its matrix if it is another.
    void choose(PairScore score) {
        if (score().filter(score::equals).isPresent()) {
            return;
        }
        if (scores.getValue().contains(score)) {
            model.score.set(Optional.of(score));
            context.settings().update(v -> v.withChoices(Map.of(REMEMBERED, ScorePane.word(score))));
            ask();
        } else {
            score().ifPresentOrElse(only -> context.notices().info("contrast.score.only." + ScorePane.word(only)),
                    () -> context.notices().info("contrast.model.none"));
        }
    }

    boolean able() {
        return score().isPresent();
    }

    void ask() {
        Items items = model.items.get();
        model.detail.set(Optional.empty());
        if (!able() || items.seen().isEmpty() || items.texts().isEmpty()) {
            compare.cancel();
            model.result.set(Optional.empty());
            return;
        }
        compare.ask(new ContrastRequest(context.model().get().orElseThrow().handle(), items.seen(), items.texts(),
                items.regions(), score()));
    }

    private void compared(ContrastResult result) {
        if (result.rows() == model.items.get().seen().size() && result.cols() == model.items.get().texts().size()) {
            model.temperature.set(1 / result.scale());
            model.result.set(Optional.of(result));
        }
    }

    private void change(Items next) {
        drawn++; // scenes that are still being drawn would take the place of what came since
        Items before = model.items.get();
        context.undo().push("contrast.undo", () -> model.items.set(before));
        model.items.set(next);
    }

    /// Scenes of the test split with pairwise different captions, so that each pair has one right partner. Hundreds take longer than a frame, so they are drawn
    /// beside the window's thread.
    void toybox(int count) {
        int size = context.model().get().map(LoadedModel::sceneSize).orElse(64);
        int mine = ++drawn;
        Fx.deliver(CompletableFuture.supplyAsync(() -> scenes(count, size)), items -> {
            if (mine == drawn) {
                change(items);
            }
        }, failed);
    }

    private Items scenes(int count, int size) {
        List<Picture> shown = new ArrayList<>();
        List<Picture> seen = new ArrayList<>();
        List<RegionSource> regions = new ArrayList<>();
        Set<String> texts = new LinkedHashSet<>();
        for (long i = 0; shown.size() < count; i++) {
            Scene scene = context.engine().scene(TEST_SCENES + i, SHOWN_SIZE, WORLD);
            String text = scene.captions().get("en").getFirst();
            if (texts.add(text)) {
                shown.add(scene.picture());
                Scene small = context.engine().scene(TEST_SCENES + i, size, WORLD);
                seen.add(small.picture());
                regions.add(RegionSource.Crops.of(small));
            }
        }
        return new Items(List.copyOf(shown), List.copyOf(seen), List.copyOf(regions), List.copyOf(texts));
    }

    /// Adds pictures, and the sentences of texts, in the order of the files and as one step. What cannot be read is told; the rest is taken.
    void add(List<Path> pictures, List<Path> texts) {
        CompletableFuture<List<Picture>> seen = all(pictures,
                file -> context.jobs().track(context.engine().readPicture(file)).result().toCompletableFuture());
        CompletableFuture<List<List<String>>> said = all(texts,
                file -> CompletableFuture.supplyAsync(() -> Dropped.lines(file)));
        Fx.deliver(seen.thenCombine(said, (p, t) -> own(p, t.stream().flatMap(List::stream).toList())), this::more,
                failed);
    }

    /// Of pictures that are no scenes nobody knows what lies where.
    private static Items own(List<Picture> pictures, List<String> texts) {
        return new Items(pictures, pictures, pictures.stream().<RegionSource>map(p -> RegionSource.Grid.USUAL).toList(),
                texts);
    }

    private void more(Items found) {
        Items now = model.items.get();
        if (!found.seen().isEmpty() || !found.texts().isEmpty()) {
            change(new Items(both(now.shown(), found.shown()), both(now.seen(), found.seen()),
                    both(now.regions(), found.regions()), both(now.texts(), found.texts())));
        }
    }

    /// Adds a picture and sentences that are no files: dragged from another program.
    void add(Optional<Picture> picture, List<String> texts) {
        more(own(picture.stream().toList(), texts));
    }

    private static <T> List<T> both(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    /// @return what could be read, in the files' order
    private <T> CompletableFuture<List<T>> all(List<Path> files, Function<Path, CompletableFuture<T>> read) {
        CompletableFuture<List<T>> all = CompletableFuture.completedFuture(List.of());
        for (Path file : files) {
            CompletableFuture<List<T>> one = read.apply(file).handle((value, error) -> {
                if (error != null && !(Fx.cause(error) instanceof CancellationException)) {
                    // a notice, which stays, while the view's own line of errors goes with the next matrix
                    context.notices().error(Fx.cause(error));
                }
                return error == null ? List.of(value) : List.of();
            });
            all = all.thenCombine(one, ContrastController::both);
        }
        return all;
    }

    void say(List<String> texts) {
        Items now = model.items.get();
        if (!texts.equals(now.texts())) {
            change(new Items(now.shown(), now.seen(), now.regions(), List.copyOf(texts)));
        }
    }

    void clear() {
        change(Items.NONE);
    }

    void explain(int row, int col) {
        model.detail.set(Optional.empty());
        LoadedModel chosen = context.model().get().orElseThrow();
        if (!chosen.methods().isEmpty()) {
            explain.ask(new RelevanceRequest(chosen.handle(), model.items.get().seen().get(row),
                    model.items.get().texts().get(col), 0, 0, chosen.methods().getFirst(), explained(),
                    Optional.of(model.items.get().regions().get(row))));
        }
    }

    /// @return the number that fills the matrix; a model's only one is its match, whichever that is
    private Score explained() {
        boolean alike = model.result.get().filter(r -> r.score() == PairScore.SIMILARITY).isPresent();
        return alike && scores.getValue().size() > 1 ? new Score.Similarity() : new Score.Match();
    }

    /// @return the order of pairs: as given, by their own score, or by how much a wrong partner beats them
    int[] order() {
        ContrastResult result = model.result.get().orElseThrow();
        int n = result.rows();
        if (!model.items.get().paired() || model.order.get() == ContrastModel.Order.ORIGINAL) {
            return IntStream.range(0, n).toArray();
        }
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            float own = result.at(i, i);
            double other = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < n; j++) {
                if (j != i) {
                    other = Math.max(other, Math.max(result.at(i, j), result.at(j, i)));
                }
            }
            values[i] = model.order.get() == ContrastModel.Order.SCORE ? own : other - own;
        }
        return MatrixMath.order(values);
    }
}
