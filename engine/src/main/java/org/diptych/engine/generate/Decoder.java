package org.diptych.engine.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Pass;
import org.diptych.engine.model.Writing;

/// Writes with a model, word after word, as transformers 4.41 does (`generation/utils.py`). Lane thread only.
///
/// @param how          what to choose
/// @param draws        where drawn ids come from
/// @param alternatives likeliest ids kept for every word, 0 for none
/// @param endless      true goes on after the end is said
/// @param cached       false computes everything anew at every step
/// @param stops        true for new ids whose text is to end here
/// @param listener     told of every step
public record Decoder(Decoding how, Draws draws, int alternatives, boolean endless, boolean cached,
        Predicate<long[]> stops, Listener listener) {
    /// Hears every step. What it throws ends the writing: so a person's "stop" is seen between two words.
    @FunctionalInterface
    public interface Listener {
        void step(Moment moment);
    }

    /// One step of all rows.
    ///
    /// @param step          from 0
    /// @param logits        (R, V) of the model
    /// @param probabilities R rows that ids were drawn from; empty unless drawing
    /// @param chosen        R choices: the words of this step; in a beam search those of the rows as they now stand
    /// @param parents       R rows that the rows come from
    /// @param done          R rows that had ended before this step
    public record Moment(int step, float[] logits, List<double[]> probabilities, List<Choice> chosen, int[] parents,
            boolean[] done) {
    }

    public Decoder(Decoding how) {
        this(how, Draws.seeded(how.seed()), 0, false, true, _ -> false, _ -> {
        });
    }

    public Decoder with(Draws other) {
        return new Decoder(how, other, alternatives, endless, cached, stops, listener);
    }

    public Decoder with(Listener other) {
        return new Decoder(how, draws, alternatives, endless, cached, stops, other);
    }

    /// @param other of new ids, the last one included
    public Decoder stopping(Predicate<long[]> other) {
        return new Decoder(how, draws, alternatives, endless, cached, other, listener);
    }

    public Decoder showing(int likeliest) {
        return new Decoder(how, draws, likeliest, endless, cached, stops, listener);
    }

    public Decoder pastTheEnd() {
        return new Decoder(how, draws, alternatives, true, cached, stops, listener);
    }

    public Decoder anew() {
        return new Decoder(how, draws, alternatives, endless, false, stops, listener);
    }

    /// @param inputs B samples
    /// @return B texts
    public Written write(Generates model, Pass pass, Inputs inputs) {
        try (Writing writing = model.begin(pass, inputs, how.beams(), cached)) {
            Writing.Begun begun = writing.begun();
            int before = begun.ids()[0].length;
            int allowed = how.whole() ? Math.max(0, how.most() - begun.taken() - before) : how.most();
            int fresh = Math.max(0, Math.min(allowed, begun.room()));
            Written.Reason limit = fresh < allowed ? Written.Reason.CONTEXT : Written.Reason.LENGTH;
            int least = how.whole() ? Math.max(0, how.least() - begun.hidden()) : how.least() + before;
            return how.beams() > 1
                    ? new BeamSearch(this, model, writing, new Limits(fresh, least, limit)).run()
                    : single(model, writing, new Limits(fresh, least, limit));
        }
    }

    /// @param fresh new ids at most
    /// @param least ids, those that a text begins with included, before which it does not end
    /// @param why   a text ends after `fresh`
    record Limits(int fresh, int least, Written.Reason why) {
    }

    private Written single(Generates model, Writing writing, Limits limits) {
        Generates.Ends ends = model.ends();
        Processors processors = new Processors(how, model);
        Writing.Begun begun = writing.begun();
        long[][] ids = begun.ids().clone();
        int rows = ids.length;
        List<List<Choice>> choices = IntStream.range(0, rows).<List<Choice>>mapToObj(_ -> new ArrayList<>()).toList();
        Written.Reason[] reasons = new Written.Reason[rows];
        boolean[] said = new boolean[rows];
        int[] same = IntStream.range(0, rows).toArray();
        for (int step = 0; step < limits.fresh && Arrays.asList(reasons).contains(null); step++) {
            float[] logits = writing.logits().toFloatArray();
            List<double[]> distributions = new ArrayList<>();
            List<Choice> chosen = new ArrayList<>();
            boolean[] done = new boolean[rows];
            long[] next = new long[rows];
            for (int r = 0; r < rows; r++) {
                double[] scores = row(logits, r, rows);
                double[] own = processors.own(scores);
                processors.always(scores, ids[r], limits.least);
                done[r] = reasons[r] != null;
                int id = choose(processors, scores, step, r, distributions, done[r]);
                next[r] = done[r] ? ends.pad() : id;
                chosen.add(Best.choice(own, id, done[r] ? 0 : alternatives));
                ids[r] = append(ids[r], next[r]);
                if (!done[r]) {
                    said[r] = !endless && next[r] == ends.end();
                    if (!said[r]) {
                        choices.get(r).add(chosen.get(r));
                    }
                    reasons[r] = said[r]
                            ? Written.Reason.END
                            : stops.test(ids(choices.get(r))) ? Written.Reason.STOP : null;
                }
            }
            listener.step(new Moment(step, logits, distributions, chosen, same, done));
            if (step + 1 < limits.fresh && Arrays.asList(reasons).contains(null)) {
                writing.append(same, next);
            }
        }
        List<Written.Text> texts = new ArrayList<>();
        for (int r = 0; r < rows; r++) {
            long[] tail = said[r] ? new long[]{ends.end()} : new long[0];
            texts.add(new Written.Text(joined(begun.front(), begun.ids()[r], ids(choices.get(r)), tail),
                    List.copyOf(choices.get(r)), 0,
                    reasons[r] == null ? limits.why : reasons[r]));
        }
        return new Written(texts, ends.pad(), 0);
    }

    private int choose(Processors processors, double[] scores, int step, int row, List<double[]> distributions,
            boolean done) {
        if (!how.sample()) {
            return Best.of(scores, 1)[0];
        }
        double[] probabilities = processors.forDraw(scores);
        distributions.add(probabilities);
        return done ? Best.of(probabilities, 1)[0] : draws.draw(step, row, probabilities); // a finished row draws nothing
    }

    /// @return what a beam search of the reference returns: front, beginning, new ids, behind, end
    static long[] joined(Writing.Begun begun, int row, long[] fresh, long[] tail) {
        return joined(begun.front(), begun.ids()[row], fresh, begun.behind(), tail);
    }

    private static long[] joined(long[]... parts) {
        return Arrays.stream(parts).flatMapToLong(Arrays::stream).toArray();
    }

    /// @return what a text holds: its beginning and the new ids
    static long[] joined(long[] beginning, List<Choice> choices) {
        return joined(beginning, ids(choices));
    }

    static double[] row(float[] logits, int row, int rows) {
        int v = logits.length / rows;
        double[] out = new double[v];
        for (int i = 0; i < v; i++) {
            out[i] = logits[row * v + i];
        }
        return out;
    }

    static long[] append(long[] ids, long id) {
        long[] out = Arrays.copyOf(ids, ids.length + 1);
        out[ids.length] = id;
        return out;
    }

    static long[] ids(List<Choice> choices) {
        return choices.stream().mapToLong(Choice::id).toArray();
    }
}
