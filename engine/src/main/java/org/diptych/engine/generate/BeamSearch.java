package org.diptych.engine.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.diptych.engine.model.Generates;
import org.diptych.engine.model.Generates.Search;
import org.diptych.engine.model.Writing;

/// Keeps the K best texts at once, by the rules of the code that a model was published with (transformers 4.41 `generation/beam_search.py`; microsoft/unilm
/// `beit3/engine_for_finetuning.py`).
final class BeamSearch {
    private static final double NEVER = -1e9;

    private final Decoder decoder;
    private final Generates model;
    private final Writing writing;
    private final Writing.Begun begun;
    private final Decoder.Limits limits;
    private final int beams;
    private final boolean unilm;
    private final int kept;
    private final int started;
    private final Processors processors;

    /// A text in the making.
    private record Beam(List<Choice> choices, double sum) {
        Beam then(Choice choice, double sum) {
            List<Choice> longer = new ArrayList<>(choices);
            longer.add(choice);
            return new Beam(List.copyOf(longer), sum);
        }
    }

    private record Finished(Beam beam, double score, Written.Reason reason) {
    }

    /// One sample's beams and finished texts.
    private static final class Item {
        private List<Beam> live = new ArrayList<>();
        private final List<Finished> finished = new ArrayList<>();
        private boolean done;
    }

    BeamSearch(Decoder decoder, Generates model, Writing writing, Decoder.Limits limits) {
        this.decoder = decoder;
        this.model = model;
        this.writing = writing;
        this.limits = limits;
        begun = writing.begun();
        beams = decoder.how().beams();
        unilm = model.search() == Search.UNILM;
        kept = unilm ? 1 : beams;
        started = begun.ids()[0].length;
        processors = new Processors(decoder.how(), model);
    }

    Written run() {
        int rows = begun.ids().length;
        List<Item> items = new ArrayList<>();
        for (int i = 0; i < rows / beams; i++) {
            Item item = new Item();
            for (int k = 0; k < beams; k++) {
                item.live.add(new Beam(List.of(), k == 0 ? 0 : NEVER)); // all begin alike: one is enough
            }
            items.add(item);
        }
        int steps = unilm ? limits.fresh() - 1 : limits.fresh();
        for (int step = 0; step < steps && !items.stream().allMatch(i -> i.done); step++) {
            float[] logits = writing.logits().toFloatArray();
            int[] parents = IntStream.range(0, rows).toArray();
            long[] next = new long[rows];
            Choice[] chosen = new Choice[rows];
            Arrays.fill(next, model.ends().pad());
            boolean[] done = new boolean[rows];
            for (int i = 0; i < items.size(); i++) {
                Arrays.fill(done, i * beams, (i + 1) * beams, items.get(i).done);
                if (!items.get(i).done) {
                    step(items.get(i), i, step, step == steps - 1, logits, parents, next, chosen);
                }
            }
            for (int r = 0; r < rows; r++) {
                chosen[r] = chosen[r] == null ? new Choice(next[r], 0, List.of()) : chosen[r];
            }
            decoder.listener().step(new Decoder.Moment(step, logits, List.of(), List.of(chosen), parents, done));
            if (step + 1 < steps && !items.stream().allMatch(i -> i.done)) {
                writing.append(parents, next);
            }
        }
        return new Written(IntStream.range(0, items.size()).mapToObj(i -> text(items.get(i), i)).toList(),
                model.ends().pad(), unilm ? started + limits.fresh() : 0);
    }

    private void step(Item item, int number, int step, boolean last, float[] logits, int[] parents, long[] next,
            Choice[] chosen) {
        int rows = parents.length;
        double[][] own = new double[beams][];
        double[] sums = null;
        int v = logits.length / rows;
        for (int k = 0; k < beams; k++) {
            double[] logit = Decoder.row(logits, number * beams + k, rows);
            double[] scores = Processors.logSoftmax(logit);
            own[k] = processors.own(logit);
            Beam beam = item.live.get(k);
            processors.always(scores, Decoder.joined(begun.ids()[number * beams + k], beam.choices()), limits.least());
            sums = sums == null ? new double[beams * v] : sums;
            for (int id = 0; id < v; id++) {
                sums[k * v + id] = scores[id] + beam.sum();
            }
        }
        int[] candidates = Best.of(sums, (unilm ? 3 : 2) * beams);
        List<Beam> live = new ArrayList<>();
        for (int rank = 0; rank < candidates.length && live.size() < beams; rank++) {
            int parent = candidates[rank] / v;
            int id = candidates[rank] % v;
            double sum = sums[candidates[rank]];
            Beam from = item.live.get(parent);
            boolean end = !decoder.endless() && id == model.ends().end();
            if (unilm && (end || last)) {
                finish(item, new Finished(from, sum / divisor(started + step + 1),
                        end ? Written.Reason.END : limits.why()));
                continue;
            }
            if (end) {
                if (rank < beams) { // one that is not among the first K takes no place and is forgotten
                    finish(item, new Finished(from, sum / divisor(step + 1), Written.Reason.END));
                }
                continue;
            }
            Beam longer = from.then(Best.choice(own[parent], id, decoder.alternatives()), sum);
            if (decoder.stops().test(Decoder.ids(longer.choices()))) {
                finish(item, new Finished(longer, sum / divisor(step + 1), Written.Reason.STOP));
                continue;
            }
            int row = number * beams + live.size();
            parents[row] = number * beams + parent;
            next[row] = id;
            chosen[row] = longer.choices().getLast();
            live.add(longer);
        }
        while (live.size() < beams) { // fewer candidates than places: what was written cannot be gone on from
            live.add(new Beam(List.of(), Double.NEGATIVE_INFINITY));
        }
        item.live = live;
        double hope = sums[candidates[0]] / divisor(unilm ? started + limits.fresh() : step + 1);
        item.done = item.finished.size() == kept && worst(item).score() >= hope;
    }

    private double divisor(int length) {
        return Math.pow(length, decoder.how().length());
    }

    private void finish(Item item, Finished text) {
        if (item.finished.size() < kept || text.score() > worst(item).score()) {
            item.finished.add(text);
            if (item.finished.size() > kept) {
                item.finished.remove(worst(item));
            }
        }
    }

    private static Finished worst(Item item) {
        return item.finished.stream().min(Comparator.comparingDouble(Finished::score)).orElseThrow();
    }

    private Written.Text text(Item item, int number) {
        if (!item.done && !unilm) {
            for (Beam beam : item.live) {
                finish(item, new Finished(beam, beam.sum() / divisor(beam.choices().size()), limits.why()));
            }
        }
        Finished best = item.finished.stream().max(Comparator.comparingDouble(Finished::score))
                .orElseGet(() -> new Finished(item.live.getFirst(), 0, limits.why()));
        boolean room = best.beam().choices().size() < limits.fresh() && best.reason() != Written.Reason.STOP;
        long[] tail = room && !decoder.endless() ? new long[]{model.ends().end()} : new long[0];
        return new Written.Text(
                Decoder.joined(begun, number * beams, Decoder.ids(best.beam().choices()), tail),
                best.beam().choices(), best.score(), best.reason());
    }
}
