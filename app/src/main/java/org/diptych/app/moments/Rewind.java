package org.diptych.app.moments;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import javafx.animation.KeyFrame;
import javafx.animation.Timeline;
import javafx.beans.property.BooleanProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.ReadOnlyBooleanProperty;
import javafx.beans.property.ReadOnlyBooleanWrapper;
import javafx.beans.property.ReadOnlyObjectProperty;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.beans.property.SimpleBooleanProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.util.Duration;
import org.diptych.app.fx.Fx;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Moment;
import org.diptych.engine.api.Moments;

/// Where a person stands in the kept moments of a run. Files are read beside the window's thread; only the newest wish is granted.
public final class Rewind {
    static final Duration FRAME = Duration.millis(200);
    private static final int REMEMBERED = 128;
    private static final long LEAST_NANOS = 1_000_000_000L;

    /// A run whose moments can be looked at.
    ///
    /// @param run    its folder
    /// @param steps  of its plan
    /// @param follow true while it may still add moments
    public record Source(Path run, int steps, boolean follow) {
    }

    /// What a run has kept.
    ///
    /// @param bytes on disk of all of it
    public record Kept(List<Moments.Mark> marks, List<Moments.Pair> pairs, long bytes) {
        static final Kept NOTHING = new Kept(List.of(), List.of(), 0);
    }

    private final Consumer<Throwable> failed;
    private final ReadOnlyObjectWrapper<Optional<Source>> source = new ReadOnlyObjectWrapper<>(Optional.empty());
    private final ReadOnlyObjectWrapper<Kept> kept = new ReadOnlyObjectWrapper<>(Kept.NOTHING);
    private final ReadOnlyObjectWrapper<Optional<Moment>> moment = new ReadOnlyObjectWrapper<>(Optional.empty());
    private final ReadOnlyBooleanWrapper playing = new ReadOnlyBooleanWrapper(false);
    private final ObjectProperty<OptionalInt> at = new SimpleObjectProperty<>(OptionalInt.empty());
    private final ObjectProperty<Integer> pair = new SimpleObjectProperty<>(0);
    private final ObjectProperty<String> word = new SimpleObjectProperty<>("");
    private final BooleanProperty known = new SimpleBooleanProperty(false);
    private final Timeline player = new Timeline(new KeyFrame(FRAME, e -> forward()));
    private final Map<Integer, Moment> read = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Moment> eldest) {
            return size() > REMEMBERED;
        }
    };
    private boolean listing;
    private long listed;
    private long asked;

    public Rewind(Consumer<Throwable> failed) {
        this.failed = failed;
        player.setCycleCount(Timeline.INDEFINITE);
        player.statusProperty().subscribe(s -> playing.set(s == Timeline.Status.RUNNING));
    }

    public ReadOnlyObjectProperty<Optional<Source>> sourceProperty() {
        return source.getReadOnlyProperty();
    }

    public ReadOnlyObjectProperty<Kept> keptProperty() {
        return kept.getReadOnlyProperty();
    }

    /// The step that is looked at, empty for the present.
    public ObjectProperty<OptionalInt> atProperty() {
        return at;
    }

    /// What is shown of it; empty in the present, and until it is read.
    public ReadOnlyObjectProperty<Optional<Moment>> momentProperty() {
        return moment.getReadOnlyProperty();
    }

    /// Place in the probe set of the pair whose map is shown.
    public ObjectProperty<Integer> pairProperty() {
        return pair;
    }

    /// The word of its caption whose map is shown, empty for the whole.
    public ObjectProperty<String> wordProperty() {
        return word;
    }

    public ReadOnlyBooleanProperty playingProperty() {
        return playing.getReadOnlyProperty();
    }

    /// True once the folder of the run was read, be there moments or none.
    BooleanProperty knownProperty() {
        return known;
    }

    /// Looks at another run, or none, from its present on.
    public void follow(Optional<Source> next) {
        boolean unchanged = next.equals(source.get());
        boolean same = next.map(Source::run).equals(source.get().map(Source::run));
        if (unchanged && (known.get() && next.filter(Source::follow).isEmpty()
                || System.nanoTime() - listed < LEAST_NANOS)) {
            return; // nothing can have come since
        }
        source.set(next);
        if (!same) {
            live();
            asked++;
            read.clear();
            kept.set(Kept.NOTHING);
            known.set(false);
            listing = false;
        }
        refresh();
    }

    /// Looks for moments that came or went since.
    public void refresh() {
        Optional<Source> of = source.get();
        if (of.isEmpty() || listing) {
            return;
        }
        listing = true;
        listed = System.nanoTime();
        Moments moments = Engine.moments(of.get().run());
        List<Moments.Pair> before = kept.get().pairs();
        Fx.deliver(CompletableFuture.supplyAsync(() -> list(moments, before)), now -> {
            if (of.map(Source::run).equals(source.get().map(Source::run))) {
                listing = false;
                take(now);
            }
        }, error -> {
            listing = false;
            failed.accept(error);
        });
    }

    private void take(Kept now) {
        known.set(true);
        if (now.marks().equals(kept.get().marks())) {
            return;
        }
        kept.set(now);
        if (at.get().isPresent() && now.marks().stream().noneMatch(m -> m.step() == at.get().getAsInt())) {
            go(at.get().getAsInt()); // it was thinned out under the person's eyes
        }
    }

    private static Kept list(Moments moments, List<Moments.Pair> before) {
        try {
            List<Moments.Mark> marks = moments.list();
            return new Kept(marks, before.isEmpty() && !marks.isEmpty() ? moments.pairs() : before, moments.bytes());
        } catch (EngineException e) {
            throw new CompletionException(e);
        }
    }

    /// Goes to the moment that is nearest to a step.
    public void go(double step) {
        kept.get().marks().stream().map(Moments.Mark::step)
                .min((a, b) -> Double.compare(Math.abs(a - step), Math.abs(b - step))).ifPresent(this::show);
    }

    private void show(int step) {
        at.set(OptionalInt.of(step));
        long mine = ++asked;
        Moment known = read.get(step);
        if (known != null) {
            moment.set(Optional.of(known));
            return;
        }
        Moments moments = Engine.moments(source.get().orElseThrow().run());
        Fx.deliver(CompletableFuture.supplyAsync(() -> {
            try {
                return moments.read(step);
            } catch (EngineException e) {
                throw new CompletionException(e);
            }
        }), found -> {
            if (mine == asked) {
                read.put(step, found);
                moment.set(Optional.of(found));
            }
        }, error -> {
            if (mine == asked) {
                live();
                failed.accept(error);
            }
        });
    }

    /// Goes so many moments on, or back; from the present to the last one.
    public void move(int by) {
        List<Moments.Mark> marks = kept.get().marks();
        if (!marks.isEmpty()) {
            int to = at.get().isEmpty() ? marks.size() - 1 : Math.clamp(place() + by, 0, marks.size() - 1);
            show(marks.get(to).step());
        }
    }

    private int place() {
        List<Integer> steps = kept.get().marks().stream().map(Moments.Mark::step).toList();
        return Math.max(0, steps.indexOf(at.get().orElse(-1)));
    }

    public void first() {
        kept.get().marks().stream().findFirst().ifPresent(m -> show(m.step()));
    }

    public void last() {
        if (!kept.get().marks().isEmpty()) {
            show(kept.get().marks().getLast().step());
        }
    }

    /// Plays from where the person stands, from the beginning where that is the end; or holds.
    public void playOrHold() {
        if (playing.get()) {
            player.stop();
        } else if (!kept.get().marks().isEmpty()) {
            if (at.get().isEmpty() || place() == kept.get().marks().size() - 1) {
                first();
            }
            player.playFromStart();
        }
    }

    private void forward() {
        if (at.get().isEmpty() || place() == kept.get().marks().size() - 1) {
            player.stop();
        } else {
            move(1);
        }
    }

    public void hold() {
        player.stop();
    }

    /// Back to the present.
    public void live() {
        player.stop();
        asked++;
        at.set(OptionalInt.empty());
        moment.set(Optional.empty());
    }
}
