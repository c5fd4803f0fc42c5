package org.diptych.engine.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Targets;
import org.diptych.engine.api.Task;
import org.diptych.engine.api.Tokens;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;
import org.diptych.engine.model.Distils;
import org.diptych.engine.model.Encoded;
import org.diptych.engine.model.FillsMasks;
import org.diptych.engine.model.Inputs;
import org.diptych.engine.model.Lesson;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.objective.Objective;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.Priority;

/// Reads what a step is about to aim at. Nothing is written down beside the queue: which example stands at which of its places follows from the pointer and from what each step draws.
final class Aims {
    private static final int SHOWN = 6;
    private static final int WORDS = 5;
    private static final int PICTURE = 96;

    private final VisionLanguageModel model;
    private final Dataset data;
    private final Draw draw;
    private final Corrections corrections;
    private final int known;
    private final Supplier<List<Objective>> present;

    /// @param draw       of the run, for this reader alone
    /// @param known      steps that another plan may have drawn, of whose examples nothing is known
    /// @param present the objectives of the run's present stage
    Aims(VisionLanguageModel model, Dataset data, Draw draw, Corrections corrections, int known,
            Supplier<List<Objective>> present) {
        this.model = model;
        this.data = data;
        this.draw = draw;
        this.corrections = corrections;
        this.known = known;
        this.present = present;
    }

    private List<Objective> objectives() {
        Set<Task> distilled = model instanceof Distils distils ? distils.distilled() : Set.of();
        return present.get().stream()
                .filter(o -> Task.named(o.name()).filter(distilled::contains).isPresent()).toList();
    }

    /// @return why there is nothing to read; nothing when there is
    Optional<Message> none() {
        if (!objectives().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(model instanceof Distils distils && !distils.distilled().isEmpty()
                ? Message.of("train.targets.objectives",
                        String.join(", ", distils.distilled().stream().map(Task::plan).sorted().toList()))
                : Message.of("train.targets.model"));
    }

    /// One of those that are chosen among, before it has a name.
    ///
    /// @param place number in the data set; nothing for words and for what nobody knows
    /// @param step  that read it
    private record Seen(OptionalInt place, int step, Targets.Candidate numbers) {
    }

    private record Aim(Targets.Side side, String asked, List<Seen> seen, int of) {
    }

    /// What was read on the lane; [#named] makes the rest of it.
    record Read(int step, double alpha, double temperature, Optional<Targets.Queue> queue, List<Prepared.Pair> pairs,
            int pair, List<Aim> aims, double millis) {
    }

    /// Reads on the lane, and looks up what that stands for beside it.
    JobHandle<Targets> targets(EngineLane lane, EngineLane.Work<Read> read) {
        JobHandle<Read> reading = lane.submit(Message.of("train.targets.job"), Priority.INTERACTIVE, read);
        return new Then<>(reading, reading.result().thenApplyAsync(r -> {
            try {
                return named(r);
            } catch (EngineException e) {
                throw new CompletionException(e);
            }
        }), reading::cancel);
    }

    /// Lane thread only.
    ///
    /// @param step  that will learn from these
    /// @param given number of the pair
    Read read(Prepared prepared, int step, OptionalInt given, NDManager scope) {
        long began = System.nanoTime();
        Distils distils = (Distils) model;
        List<Prepared.Pair> pairs = prepared.pairs();
        int pair = given.isPresent() && given.getAsInt() < pairs.size()
                ? given.getAsInt()
                : IntStream.range(0, pairs.size()).filter(i -> !pairs.get(i).right()).findFirst().orElse(0);
        Optional<Targets.Queue> queue = distils.queued()
                .map(q -> new Targets.Queue(q.size(), q.pointer(), brought(q.size(), step - 1), step - 1));
        List<Aim> aims = new ArrayList<>();
        double alpha = 0;
        for (Objective objective : objectives()) {
            Lesson.Course course = prepared.courses().get(objective);
            alpha = course.alpha();
            if (objective.name().equals(Task.CONTRAST.plan())) {
                Inputs base = model.batch(prepared.samples(), scope);
                List<Distils.Soft> both = distils.soft(Task.CONTRAST, objective.inputs(model, course, base, scope));
                aims.add(contrast(Targets.Side.SENTENCES, both.get(0), step, pair, pairs, queue.orElseThrow()));
                aims.add(contrast(Targets.Side.PICTURES, both.get(1), step, pair, pairs, queue.orElseThrow()));
            } else {
                Encoded sample = prepared.samples().get(pair);
                Lesson lesson = course.lessons().get(pair);
                Inputs inputs = objective.inputs(model, new Lesson.Course(List.of(lesson), alpha),
                        model.batch(List.of(sample), scope), scope);
                aims.addAll(words(lesson, distils.soft(Task.MASKED_WORDS, inputs).getFirst()));
            }
        }
        return new Read(step, alpha, distils.temperature(), queue, pairs, pair, aims,
                (System.nanoTime() - began) / 1e6);
    }

    /// @return features of each step, the newest first, until a queue is full of them
    private List<Integer> brought(int size, int steps) {
        List<Integer> out = new ArrayList<>();
        int left = size;
        for (int step = steps; step > 0 && left > 0; step--) {
            out.add(draw.size(step));
            left -= out.getLast();
        }
        return out;
    }

    private Aim contrast(Targets.Side side, Distils.Soft soft, int step, int pair, List<Prepared.Pair> pairs,
            Targets.Queue queue) {
        Row row = new Row(soft, pair);
        List<Seen> seen = new ArrayList<>();
        for (int i : row.shown(SHOWN)) {
            OptionalInt place = OptionalInt.empty();
            int by = step;
            OptionalInt age = OptionalInt.empty();
            if (i < pairs.size()) {
                place = OptionalInt.of(pairs.get(i).place());
            } else {
                age = queue.age(i - pairs.size());
                Optional<Targets.Queue.Entry> entry = queue.entry(i - pairs.size()).filter(e -> e.step() > known);
                if (entry.isPresent()) {
                    by = entry.get().step();
                    place = OptionalInt.of(draw.examples(by)[entry.get().row()]);
                }
            }
            seen.add(new Seen(place, by, row.candidate(i, Optional.empty(), age)));
        }
        return new Aim(side, pairs.get(pair).caption(), seen, row.target.length);
    }

    private List<Aim> words(Lesson lesson, Distils.Soft soft) {
        Tokens tokens = lesson.shown().tokens().orElseThrow();
        int[] hidden = IntStream.range(0, lesson.words().length).filter(t -> lesson.words()[t] >= 0).toArray();
        List<Aim> out = new ArrayList<>();
        for (int n = 0; n < hidden.length; n++) {
            Row row = new Row(soft, n);
            List<Seen> seen = new ArrayList<>();
            for (int id : row.shown(WORDS)) {
                seen.add(new Seen(OptionalInt.empty(), 0,
                        row.candidate(id, Optional.of(((FillsMasks) model).word(id)), OptionalInt.empty())));
            }
            Tokens.Token gap = tokens.tokens().get(hidden[n]);
            String asked = gap.special()
                    ? tokens.text()
                    : tokens.text().substring(0, gap.start()) + "____" + tokens.text().substring(gap.end());
            out.add(new Aim(Targets.Side.WORDS, asked, seen, row.target.length));
        }
        return out;
    }

    /// One row of a task's targets as plain numbers.
    private static final class Row {
        final int label;
        final float[] model;
        final float[] copy;
        final float[] target;

        Row(Distils.Soft soft, int row) {
            label = (int) soft.labels()[row];
            model = numbers(soft.model(), row);
            copy = numbers(soft.copy(), row);
            target = numbers(soft.target(), row);
        }

        private static float[] numbers(NDArray matrix, int row) {
            return matrix.get(new NDIndex("{}", row)).toFloatArray();
        }

        /// @return the label, what has the largest shares of the target, and what the model likes best
        Set<Integer> shown(int count) {
            Set<Integer> out = new LinkedHashSet<>();
            out.add(label);
            while (out.size() < Math.min(count, target.length)) {
                out.add(largest(target, out));
            }
            out.add(largest(model, Set.of()));
            return out;
        }

        private static int largest(float[] values, Set<Integer> without) {
            int best = -1;
            for (int i = 0; i < values.length; i++) {
                if ((best < 0 || values[i] > values[best]) && !without.contains(i)) {
                    best = i;
                }
            }
            return best;
        }

        Targets.Candidate candidate(int i, Optional<String> text, OptionalInt age) {
            return new Targets.Candidate(text, Optional.empty(), age, i == label ? 1 : 0, copy[i], target[i],
                    model[i]);
        }
    }

    /// Looks up what the numbers stand for; runs on any thread.
    ///
    /// @throws EngineException when an example's files cannot be read
    Targets named(Read read) throws EngineException {
        List<Targets.Aim> aims = new ArrayList<>();
        for (Aim aim : read.aims) {
            List<Targets.Candidate> candidates = new ArrayList<>();
            for (Seen seen : aim.seen) {
                candidates.add(named(seen));
            }
            aims.add(new Targets.Aim(aim.side, aim.asked, candidates, aim.of));
        }
        return new Targets(read.step, read.alpha, read.temperature, read.queue,
                read.pairs.stream().map(p -> new Targets.Pair(p.caption(), p.right())).toList(), read.pair,
                data.example(read.pairs.get(read.pair).place()).picture().fit(PICTURE), aims, read.millis);
    }

    private Targets.Candidate named(Seen seen) throws EngineException {
        Targets.Candidate c = seen.numbers;
        if (seen.place.isEmpty()) {
            return c;
        }
        Example example = new Reworded(data, corrections, seen.step).example(seen.place.getAsInt());
        return new Targets.Candidate(Optional.of(example.caption()), Optional.of(example.picture().fit(PICTURE)),
                c.age(), c.label(), c.copy(), c.target(), c.model());
    }
}
