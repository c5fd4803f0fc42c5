package org.diptych.app.capfilt;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import javafx.beans.Observable;
import javafx.beans.property.DoubleProperty;
import javafx.beans.property.IntegerProperty;
import javafx.beans.property.ObjectProperty;
import javafx.beans.property.SimpleDoubleProperty;
import javafx.beans.property.SimpleIntegerProperty;
import javafx.beans.property.SimpleObjectProperty;
import javafx.beans.property.SimpleStringProperty;
import javafx.beans.property.StringProperty;
import org.diptych.engine.api.CapFiltRequest;
import org.diptych.engine.api.CapFiltRole;
import org.diptych.engine.api.CapFiltWork;
import org.diptych.engine.api.CaptionDecision.Source;
import org.diptych.engine.api.CommandLine;

/// What the form holds, and the decisions in sight.
final class CapFiltModel {
    /// Which pairs the table shows.
    enum Show {
        ALL(p -> true), WEB_DROPPED(p -> p.web().isPresent() && !p.keeps(Source.WEB)), SYNTHETIC_KEPT(
                p -> p.keeps(Source.SYNTHETIC)), REPLACED(
                        p -> !p.keeps(Source.WEB) && p.keeps(Source.SYNTHETIC)), OVERRULED(
                                Pair::overruled), LET_BY(p -> p.wrong() && p.keeps(Source.WEB));

        final Predicate<Pair> holds;

        Show(Predicate<Pair> holds) {
            this.holds = holds;
        }
    }

    /// The decisions of one folder.
    ///
    /// @param other number of a decision that a person takes -> whether its text is kept
    record Board(Path folder, CapFiltWork work, double threshold, Map<Integer, Boolean> other) {
        Board {
            other = Map.copyOf(other);
        }

        /// @param person nothing where the filter's own view is to hold
        Board with(int number, Optional<Boolean> person) {
            Map<Integer, Boolean> next = new TreeMap<>(other);
            person.ifPresentOrElse(keep -> next.put(number, keep), () -> next.remove(number));
            return new Board(folder, work, threshold, next);
        }

        Board with(double other) {
            return new Board(folder, work, other, this.other);
        }

        /// @return the command that goes on with it
        String command() {
            return "diptych capfilt --captioner " + CommandLine.quote(work.captioner()) + " --filter "
                    + CommandLine.quote(work.filter()) + " --pairs " + CommandLine.quote(work.pairs().toString())
                    + work.human().map(h -> " --human " + CommandLine.quote(h.toString())).orElse("") + " --out "
                    + CommandLine.quote(folder.toString()) + " --top-p " + work.topP() + " --least " + work.least()
                    + " --most " + work.most() + " --threshold " + threshold + " --seed " + work.seed();
        }
    }

    /// The text that a key acts on.
    record Chosen(int pair, Source source) {
    }

    private static final CapFiltRequest USUAL = CapFiltRequest.usual("", "", Path.of(""), Path.of(""));
    static final int MOST_SEED = 999_999;
    static final int MOST_PAIRS = 100_000;
    static final int MOST_TOKENS = 64;
    static final int MOST_STEPS = 20_000;

    final ObjectProperty<Optional<Part>> captioner = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Optional<Part>> filter = new SimpleObjectProperty<>(Optional.empty());
    /// Steps for which a part is taught.
    final IntegerProperty steps = new SimpleIntegerProperty(600);
    /// Pairs beyond doubt: learnt from and added; Toybox without noise where there are none.
    final ObjectProperty<Optional<Path>> human = new SimpleObjectProperty<>(Optional.empty());
    /// Doubtful pairs; Toybox with noise where there are none.
    final ObjectProperty<Optional<Path>> pairs = new SimpleObjectProperty<>(Optional.empty());
    final IntegerProperty count = new SimpleIntegerProperty(200);
    final DoubleProperty noise = new SimpleDoubleProperty(0.4);
    final ObjectProperty<Optional<Path>> out = new SimpleObjectProperty<>(Optional.empty());
    final DoubleProperty threshold = new SimpleDoubleProperty(USUAL.threshold());
    final DoubleProperty topP = new SimpleDoubleProperty(USUAL.topP());
    final IntegerProperty least = new SimpleIntegerProperty(USUAL.least());
    final IntegerProperty most = new SimpleIntegerProperty(USUAL.most());
    final IntegerProperty seed = new SimpleIntegerProperty((int) USUAL.seed());

    /// Which parts each family can be taught; nothing while it is being asked for.
    final ObjectProperty<Optional<Map<String, Set<CapFiltRole>>>> families = new SimpleObjectProperty<>(
            Optional.empty());
    final ObjectProperty<Optional<Stages.Going>> going = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<Optional<Board>> board = new SimpleObjectProperty<>(Optional.empty());
    final ObjectProperty<List<Pair>> rows = new SimpleObjectProperty<>(List.of());
    final ObjectProperty<Show> show = new SimpleObjectProperty<>(Show.ALL);
    final StringProperty query = new SimpleStringProperty("");
    final ObjectProperty<Optional<Chosen>> chosen = new SimpleObjectProperty<>(Optional.empty());

    private static final String NAME = "capfilt.";

    /// @param remembered as [#remembered()] made it; what it lacks or cannot mean stays as usual
    CapFiltModel(Map<String, String> remembered) {
        whole(remembered, "steps", 1, MOST_STEPS, steps::set);
        whole(remembered, "count", 2, MOST_PAIRS, count::set);
        whole(remembered, "least", 0, MOST_TOKENS, least::set);
        whole(remembered, "most", 2, MOST_TOKENS, most::set);
        whole(remembered, "seed", 0, MOST_SEED, seed::set);
        share(remembered, "noise", noise::set);
        share(remembered, "threshold", threshold::set);
        share(remembered, "topP", p -> topP.set(Math.max(0.05, p)));
        folder(remembered, "human", human);
        folder(remembered, "pairs", pairs);
        folder(remembered, "out", out);
        board.subscribe(b -> rows.set(b.map(each -> Pair.of(each.work(), each.threshold(), each.other()))
                .orElse(List.of())));
    }

    /// @return all that is remembered, and that has a say in whether work can begin
    Observable[] settings() {
        return new Observable[]{captioner, filter, steps, human, pairs, count, noise, out, threshold, topP, least, most,
                seed};
    }

    Map<String, String> remembered() {
        Map<String, String> out = new TreeMap<>();
        captioner.get().ifPresent(p -> out.put(NAME + "captioner", p.remembered()));
        filter.get().ifPresent(p -> out.put(NAME + "filter", p.remembered()));
        out.put(NAME + "steps", Integer.toString(steps.get()));
        out.put(NAME + "count", Integer.toString(count.get()));
        out.put(NAME + "least", Integer.toString(least.get()));
        out.put(NAME + "most", Integer.toString(most.get()));
        out.put(NAME + "seed", Integer.toString(seed.get()));
        out.put(NAME + "noise", Double.toString(noise.get()));
        out.put(NAME + "threshold", Double.toString(threshold.get()));
        out.put(NAME + "topP", Double.toString(topP.get()));
        out.put(NAME + "human", human.get().map(Path::toString).orElse(""));
        out.put(NAME + "pairs", pairs.get().map(Path::toString).orElse(""));
        out.put(NAME + "out", this.out.get().map(Path::toString).orElse(""));
        return out;
    }

    private static void whole(Map<String, String> from, String name, int low, int high, Consumer<Integer> to) {
        String text = from.getOrDefault(NAME + name, "");
        if (text.matches("\\d{1,7}")) {
            to.accept(Math.clamp(Integer.parseInt(text), low, high));
        }
    }

    private static void share(Map<String, String> from, String name, Consumer<Double> to) {
        String text = from.getOrDefault(NAME + name, "");
        if (text.matches("[01](\\.\\d{1,18})?")) {
            to.accept(Math.clamp(Double.parseDouble(text), 0.0, 1.0));
        }
    }

    private static void folder(Map<String, String> from, String name, ObjectProperty<Optional<Path>> to) {
        String text = from.getOrDefault(NAME + name, "");
        if (!text.isBlank()) {
            to.set(Optional.of(Path.of(text)));
        }
    }
}
