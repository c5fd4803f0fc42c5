package org.diptych.app.contrast;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import javafx.util.Duration;
import org.diptych.app.contrast.ContrastModel.Items;
import org.diptych.app.fx.LatestTask;
import org.diptych.app.shell.AppContext;
import org.diptych.engine.api.ContrastRequest;
import org.diptych.engine.api.ContrastResult;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.MatrixMath;
import org.diptych.engine.api.ModelCard.Capability;
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

    private final AppContext context;
    private final ContrastModel model;
    private final LatestTask<ContrastRequest, ContrastResult> compare;
    private final LatestTask<RelevanceRequest, RelevanceResult> explain;

    ContrastController(AppContext context, ContrastModel model, Consumer<Throwable> failed) {
        this.context = context;
        this.model = model;
        compare = new LatestTask<>(Duration.millis(150),
                request -> context.jobs().track(context.engine().contrast(request)), this::compared, failed);
        explain = new LatestTask<>(Duration.millis(60), request -> context.engine().relevance(request),
                found -> model.detail.set(java.util.Optional.of(found)), failed);
        context.model().subscribe((old, now) -> ask());
        model.items.subscribe((old, now) -> ask());
    }

    LatestTask<ContrastRequest, ContrastResult> comparing() {
        return compare;
    }

    boolean able() {
        return context.model().get().filter(m -> m.capabilities().contains(Capability.SCORES_PAIRS)).isPresent();
    }

    private void ask() {
        Items items = model.items.get();
        model.detail.set(java.util.Optional.empty());
        if (!able() || items.seen().isEmpty() || items.texts().isEmpty()) {
            compare.cancel();
            model.result.set(java.util.Optional.empty());
            return;
        }
        compare.ask(new ContrastRequest(context.model().get().orElseThrow().handle(), items.seen(), items.texts(),
                items.regions()));
    }

    private void compared(ContrastResult result) {
        if (result.rows() == model.items.get().seen().size() && result.cols() == model.items.get().texts().size()) {
            model.temperature.set(1 / result.scale());
            model.result.set(java.util.Optional.of(result));
        }
    }

    private void change(Items next) {
        Items before = model.items.get();
        context.undo().push("contrast.undo", () -> model.items.set(before));
        model.items.set(next);
    }

    /// Scenes of the test split with pairwise different captions, so that each pair has one right partner.
    void toybox(int count) {
        int size = context.model().get().map(LoadedModel::sceneSize).orElse(64);
        List<Picture> shown = new ArrayList<>();
        List<Picture> seen = new ArrayList<>();
        List<RegionSource> regions = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (long i = 0; shown.size() < count; i++) {
            Scene scene = context.engine().scene(TEST_SCENES + i, SHOWN_SIZE, WORLD);
            String text = scene.captions().get("en").getFirst();
            if (!texts.contains(text)) {
                shown.add(scene.picture());
                Scene small = context.engine().scene(TEST_SCENES + i, size, WORLD);
                seen.add(small.picture());
                regions.add(RegionSource.Crops.of(small));
                texts.add(text);
            }
        }
        change(new Items(List.copyOf(shown), List.copyOf(seen), List.copyOf(regions), List.copyOf(texts)));
    }

    void add(List<Path> files) {
        for (Path file : files) {
            context.jobs().run(context.engine().readPicture(file), picture -> {
                Items now = model.items.get();
                List<Picture> more = new ArrayList<>(now.seen());
                more.add(picture);
                List<Picture> shown = new ArrayList<>(now.shown());
                shown.add(picture);
                List<RegionSource> regions = new ArrayList<>(now.regions());
                regions.add(RegionSource.Grid.USUAL);
                change(new Items(List.copyOf(shown), List.copyOf(more), List.copyOf(regions), now.texts()));
            });
        }
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
        model.detail.set(java.util.Optional.empty());
        LoadedModel chosen = context.model().get().orElseThrow();
        if (!chosen.methods().isEmpty()) {
            explain.ask(new RelevanceRequest(chosen.handle(), model.items.get().seen().get(row),
                    model.items.get().texts().get(col), 0, 0, chosen.methods().getFirst(), new Score.Match(),
                    java.util.Optional.of(model.items.get().regions().get(row))));
        }
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
