package org.diptych.engine.curves;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Note;
import org.diptych.engine.api.Note.Kind;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.ValueNames;

/// Reads a run's numbers as a careful teacher would: it says only what the numbers show beyond their own noise, and nothing of a healthy run.
public final class Coach {
    /// Fewer rows than this say nothing.
    private static final int LEAST = 60;
    /// Share of the peak rate below which a curve may well stand still.
    private static final double AT_WORK = 0.2;
    /// Nats; every loss is in nats, and below this the right answer has nine tenths of the probability.
    private static final double LEARNT = 0.1;

    private final RunLog log;
    private final FineTunePlan plan;
    private final List<RunLog.Row> rows;
    private final Series loss;
    private final Series rate;
    private final double peak;

    private Coach(RunLog log) {
        this.log = log;
        plan = log.header().plan();
        rows = log.since(0);
        loss = Series.of(rows, "loss");
        rate = Series.of(rows, "rate");
        peak = java.util.Arrays.stream(rate.values()).max().orElse(0);
    }

    /// @return the findings, the most urgent first
    public static List<Note> notes(RunLog log) {
        Coach coach = new Coach(log);
        List<Note> out = new ArrayList<>();
        coach.runAway().ifPresent(out::add);
        coach.blowUp().ifPresent(out::add);
        coach.rateTooHigh().ifPresent(out::add);
        if (out.isEmpty()) { // what has run away has no rest to judge
            coach.noLearning().or(coach::plateau).ifPresent(out::add);
            coach.overfitting().ifPresent(out::add);
        }
        coach.temperature().ifPresent(out::add);
        out.addAll(coach.textAlone());
        return out;
    }

    private static Note note(Kind kind, String curve, int from, int to, String key, Object... args) {
        return new Note(kind, curve, from, to, Message.of(key + ".says", args), Message.of(key + ".todo"));
    }

    /// @return a value as a person reads it: four digits that count
    private static String number(double value) {
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-3 || size >= 1e5)) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        return String.format(Locale.ROOT, size < 1 ? "%.4f" : size < 100 ? "%.3f" : "%.1f", value);
    }

    /// A loss or gradient that is no number.
    private Optional<Note> runAway() {
        return rows.stream().filter(r -> Stream.of("loss", "grad_norm").map(r.values()::get)
                .anyMatch(v -> v != null && !Double.isFinite(v))).findFirst().map(row -> {
                    Series before = loss.part(0, loss.before(row.step()));
                    Series near = before.part(Math.max(0, before.size() - 20), before.size());
                    return near.size() == 0
                            ? note(Kind.RUN_AWAY, "loss", row.step(), row.step(), "coach.runaway.once", row.step())
                            : note(Kind.RUN_AWAY, "loss", near.steps()[0], row.step(), "coach.runaway", row.step(),
                                    number(near.median()));
                });
    }

    /// Gradients ten times as long as before, for good, while the loss does not fall.
    private Optional<Note> blowUp() {
        Series norm = Series.of(rows, "grad_norm");
        int window = 5;
        for (int i = 20; i + 2 * window <= norm.size(); i++) {
            double before = norm.part(Math.max(0, i - 100), i).median();
            double after = norm.part(i, i + window).median();
            if (before > 0 && after > 10 * before) {
                int step = norm.steps()[i];
                Series rest = norm.part(i, norm.size());
                Series now = rest.part(Math.max(0, rest.size() - 20), rest.size());
                double lossBefore = loss.part(Math.max(0, loss.before(step) - 20), loss.before(step)).median();
                double lossNow = loss.part(Math.max(0, loss.size() - 20), loss.size()).median();
                if (now.median() > 5 * before && !(lossNow < lossBefore)) {
                    return Optional.of(note(Kind.BLOW_UP, "grad_norm", step, norm.lastStep(), "coach.blowup", step,
                            number(before), number(now.median()), number(lossBefore), number(lossNow)));
                }
            }
        }
        return Optional.empty();
    }

    private Series warm() {
        return loss.part(loss.before(plan.schedule().warmup() + 1), loss.size());
    }

    private boolean atWork(Series part) {
        Series rates = rate.steps(part.steps()[0], part.lastStep());
        return rates.size() == 0 || rates.mean() >= AT_WORK * peak;
    }

    /// A training loss that climbs again though the rate is still high, or that jumps to and fro from step to step: batches drawn at random cannot make a
    /// loss fall after each rise.
    private Optional<Note> rateTooHigh() {
        Series warm = warm();
        int blocks = 12;
        if (warm.size() < 10 * blocks) {
            return Optional.empty();
        }
        Series best = warm.part(0, warm.size() / blocks);
        double[] means = new double[blocks];
        for (int b = 0; b < blocks; b++) {
            Series block = warm.part(b * warm.size() / blocks, (b + 1) * warm.size() / blocks);
            means[b] = block.mean();
            best = b < blocks - 2 && block.mean() < best.mean() ? block : best;
        }
        Series late = warm.part((blocks - 2) * warm.size() / blocks, (blocks - 1) * warm.size() / blocks);
        Series end = warm.part((blocks - 1) * warm.size() / blocks, warm.size());
        double drop = loss.part(0, Math.min(20, loss.size())).mean() - best.mean();
        // the best of ten parts is low by chance too, so a rise must stand out from how the parts vary among themselves
        double least = Math.max(Math.max(0.2 * drop, 0.1 * Math.abs(best.mean())),
                4 * new Series(new int[blocks], means).noise());
        if (atWork(end) && end.mean() >= LEARNT && above(late, best, least) && above(end, best, least)) {
            return Optional.of(note(Kind.RATE_TOO_HIGH, "loss", best.steps()[0], end.lastStep(), "coach.rate.rising",
                    number(best.mean()), best.steps()[0], best.lastStep(), number(end.mean()), end.steps()[0],
                    end.lastStep(), number(rateAt(end))));
        }
        Series third = warm.part(2 * warm.size() / 3, warm.size());
        if (third.size() >= LEAST && third.likeness() < -0.45 && atWork(third)
                && third.noise() > 0.02 * Math.abs(third.mean())) {
            return Optional.of(note(Kind.RATE_TOO_HIGH, "loss", third.steps()[0], third.lastStep(),
                    "coach.rate.swinging", third.steps()[0], third.lastStep(), number(third.noise() * Math.sqrt(2)),
                    number(third.mean()), number(rateAt(third))));
        }
        return Optional.empty();
    }

    private double rateAt(Series part) {
        Series rates = rate.steps(part.steps()[0], part.lastStep());
        return rates.size() == 0 ? plan.optimizer().rate() : rates.mean();
    }

    /// @return true when one mean lies over another by more than `least` and four times what chance explains
    private static boolean above(Series high, Series low, double least) {
        return high.mean() - low.mean() > Math.max(least, 4 * Math.hypot(high.error(), low.error()));
    }

    /// A loss that is where it began, and has something left to learn.
    private Optional<Note> noLearning() {
        Series warm = warm();
        if (warm.size() < 2 * LEAST) {
            return Optional.empty();
        }
        Series first = loss.part(0, 20);
        Series last = warm.part(warm.size() * 3 / 4, warm.size());
        double gain = first.mean() - last.mean();
        double chance = 2 * Math.hypot(first.error(), last.error());
        boolean flat = Math.abs(gain) <= Math.max(0.005 * Math.abs(first.mean()),
                Math.min(chance, 0.05 * Math.abs(first.mean())));
        if (!flat || last.mean() < LEARNT || !atWork(last) || better()) {
            return Optional.empty();
        }
        int batch = log.batch(last.lastStep());
        double guessing = Math.log(batch);
        boolean guesses = plan.objectives().keySet().equals(java.util.Set.of("contrastive"))
                && Math.abs(last.mean() - guessing) < 0.03 * guessing;
        return Optional.of(guesses
                ? note(Kind.NO_LEARNING, "loss", 1, last.lastStep(), "coach.nolearning.guessing", last.lastStep(),
                        number(first.mean()), number(last.mean()), batch, number(guessing))
                : note(Kind.NO_LEARNING, "loss", 1, last.lastStep(), "coach.nolearning", last.lastStep(),
                        number(first.mean()), number(last.mean())));
    }

    /// @return true when the validation loss tells of progress that the training loss hides in its noise
    private boolean better() {
        Series validation = Series.of(rows, "validation.loss");
        return validation.size() > 1 && validation.last() < 0.98 * validation.values()[0];
    }

    /// A loss that fell and then stood still for the last third, with the rate still at work and much loss left.
    private Optional<Note> plateau() {
        Series warm = warm();
        if (warm.size() < 3 * LEAST) {
            return Optional.empty();
        }
        Series first = loss.part(0, 20);
        Series third = warm.part(warm.size() * 2 / 3, warm.size());
        Series one = third.part(0, third.size() / 2);
        Series two = third.part(third.size() / 2, third.size());
        double drop = first.mean() - one.mean();
        double gain = one.mean() - two.mean();
        boolean fell = drop > Math.max(4 * Math.hypot(first.error(), one.error()), 0.05 * Math.abs(first.mean()));
        // where noise would hide a gain of two hundredths, nothing can be said
        boolean stands = gain <= 0.01 * drop && 2 * Math.hypot(one.error(), two.error()) <= 0.02 * drop;
        Series validation = Series.of(rows, "validation.loss").steps(third.steps()[0], third.lastStep());
        boolean validates = validation.size() > 1 && validation.last() < 0.97 * validation.values()[0];
        if (!fell || !stands || validates || !atWork(third) || two.mean() < 0.1 * first.mean()) {
            return Optional.empty();
        }
        return Optional.of(note(Kind.PLATEAU, "loss", third.steps()[0], third.lastStep(), "coach.plateau",
                third.steps()[0], third.lastStep(), number(one.mean()), number(two.mean()), number(first.mean()),
                number(rateAt(third))));
    }

    /// A validation loss that has turned upward beyond its own noise, while the training loss went on falling.
    private Optional<Note> overfitting() {
        Series validation = Series.of(rows, "validation.loss");
        int n = validation.size();
        if (n < 5) {
            return Optional.empty();
        }
        int best = 0;
        for (int i = 1; i < n; i++) {
            best = validation.values()[i] < validation.values()[best] ? i : best;
        }
        double low = validation.values()[best];
        double least = Math.max(0.05 * Math.abs(low), 4 * validation.bend());
        for (int i = n - 3; i < n; i++) {
            if (i <= best || validation.values()[i] - low <= least) {
                return Optional.empty();
            }
        }
        int turn = validation.steps()[best];
        int at = loss.before(turn);
        int width = Math.max(10, (loss.size() - at) / 4);
        if (loss.size() - at < 20) {
            return Optional.empty();
        }
        Series then = loss.part(Math.max(0, at - width / 2), Math.min(loss.size(), at + width / 2));
        Series now = loss.part(loss.size() - width, loss.size());
        if (!above(then, now, 0.02 * Math.abs(then.mean()))) {
            return Optional.empty();
        }
        return Optional.of(note(Kind.OVERFITTING, "validation.loss", turn, validation.lastStep(), "coach.overfitting",
                turn, number(low), validation.lastStep(), number(validation.last()), number(then.mean()),
                number(now.mean())));
    }

    /// A temperature that moved, and then stands still to the bit at the end of its way, while the rate is at work.
    private Optional<Note> temperature() {
        Series temperature = Series.of(rows, "temperature");
        int n = temperature.size();
        int still = n;
        while (still > 0 && temperature.values()[still - 1] == temperature.last()) {
            still--;
        }
        int least = Math.max(20, n / 20);
        boolean end = java.util.Arrays.stream(temperature.values()).allMatch(v -> v >= temperature.last())
                || java.util.Arrays.stream(temperature.values()).allMatch(v -> v <= temperature.last());
        if (n == 0 || still < 5 || n - still < least || !end || !atWork(temperature.part(still, n))) {
            return Optional.empty();
        }
        return Optional.of(note(Kind.TEMPERATURE, "temperature", temperature.steps()[still], temperature.lastStep(),
                "coach.temperature", temperature.steps()[still], number(temperature.last()),
                number(temperature.values()[0])));
    }

    /// A score of which nearly all that was learnt stays when the picture is blank: a log that measures it names it as the score with `.blank` behind. Words are learnt before
    /// pictures, so nothing is said of the first half of a run.
    private List<Note> textAlone() {
        List<Note> out = new ArrayList<>();
        TreeSet<String> names = new TreeSet<>();
        rows.forEach(r -> r.values().keySet().stream().filter(k -> k.endsWith(ValueNames.BLANK)).forEach(names::add));
        for (String name : names) {
            Series blank = Series.of(rows, name);
            Series seen = Series.of(rows, name.substring(0, name.length() - ValueNames.BLANK.length()));
            boolean late = seen.size() >= 3 && 2 * seen.lastStep() >= plan.steps();
            double gain = late ? seen.last() - seen.values()[0] : 0;
            if (gain > 0.05 && blank.size() > 0 && blank.last() - seen.values()[0] >= 0.9 * gain) {
                out.add(note(Kind.TEXT_ALONE, name, seen.steps()[0], seen.lastStep(), "coach.text",
                        seen.lastStep(), number(seen.last()), number(blank.last())));
            }
        }
        return out;
    }
}
