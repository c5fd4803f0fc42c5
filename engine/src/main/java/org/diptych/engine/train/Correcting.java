package org.diptych.engine.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Moment;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.StepPairs;
import org.diptych.engine.api.Task;
import org.diptych.engine.data.Dataset;
import org.diptych.engine.data.Example;
import org.diptych.engine.objective.Drawn;
import org.diptych.engine.model.VisionLanguageModel;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.Priority;

/// What a person may do with the examples of a run: look at those of a step, correct their captions, have one learnt once more.
final class Correcting {
    /// Learn from other texts than an example's caption.
    private static final Set<Task> NO_CAPTION = EnumSet.of(Task.ANSWERS, Task.PICTURE_PAIRS, Task.INSTRUCTIONS,
            Task.PATCHES_ALONE);

    /// The run, as far as its examples are concerned.
    interface Run {
        /// @return steps done
        int step();

        double seconds();

        /// @return true once what it learnt was dropped
        boolean dropped();

        /// @return true until it has ended
        boolean underWay();

        Preparer preparer(Dataset data, int step);

        RunLogFile events();

        /// Draws the next step's batch anew.
        void changed();
    }

    /// What the run is of.
    ///
    /// @param witness looks through the model's eyes
    record Of(FineTunePlan plan, RunFolder folder, VisionLanguageModel model, Dataset train, Witness witness,
            Changes changes, Corrections corrections) {
        /// @return one for its caller alone
        Draw draw() {
            return new Draw(plan.seed(), train.size(), train.group(), changes, corrections);
        }
    }

    private final EngineLane lane;
    private final Of start;
    private final FineTunePlan plan;
    private final Corrections corrections;
    private final Run run;

    Correcting(EngineLane lane, Of of, Run run) {
        this.lane = lane;
        this.start = of;
        this.plan = of.plan();
        this.corrections = of.corrections();
        this.run = run;
    }

    JobHandle<StepPairs> batch(int step) {
        return lane.submitSteps(Message.of("batch.job", step), Priority.INTERACTIVE,
                new StepReader(new StepReader.Wish(step, run.step() + 1, start.train(), corrections,
                        data -> prepared(data, step),
                        prepared -> new PairValues(start.model(), run.preparer(start.train(), step).objectives(),
                                prepared, plan.accumulate()),
                        this::present)));
    }

    private Prepared prepared(Dataset data, int step) throws EngineException {
        int last = Math.min(plan.steps(), run.step() + 1);
        if (step < 1 || step > last) {
            throw new EngineException("batch.step", start.folder().id(), step, last);
        }
        RunLog.Header header = run.events().header();
        if (step <= header.branched() && !drawnAlike(step, header)) {
            throw new EngineException("batch.branch", step, header.parent(), header.branched());
        }
        Draw draw = start.draw();
        return run.preparer(data, step).prepare(draw.examples(step), draw.sights(step), step, 0); // labels alone: what a copy says is another batch's affair
    }

    /// @return true when the run that this one has the step from drew as this one would have
    private boolean drawnAlike(int step, RunLog.Header header) throws EngineException {
        RunLog.Header of = header;
        Path folder = start.folder().path();
        while (step <= of.branched()) {
            folder = folder.resolveSibling(of.parent());
            if (!Files.exists(folder.resolve(RunLogFile.NAME))) {
                return false;
            }
            of = RunLogFile.read(folder).header();
            if (!alike(of.plan(), Changes.of(folder, of.plan()), step)) {
                return false;
            }
        }
        return true;
    }

    private boolean alike(FineTunePlan other, Changes changed, int step) {
        Changes own = start.changes();
        int group = start.train().group();
        return other.seed() == plan.seed() && changed.batch(step) == own.batch(step)
                && changed.before(step, group) == own.before(step, group) && other.data().equals(plan.data())
                && other.lessons().equals(plan.lessons()) && changed.objectives(step).equals(own.objectives(step));
    }

    private void present() throws EngineException {
        if (run.dropped()) {
            throw new EngineException("batch.gone", start.folder().id());
        }
    }

    JobHandle<List<Moment.Sight>> sights(int index, String caption) {
        return lane.submitPrepared(Message.of("batch.sights.job"), Priority.INTERACTIVE,
                context -> Reworded.of(start.train().example(index), caption), (example, context) -> {
                    present();
                    float by = (float) ProbeSet.shown(example.picture()).width() / example.picture().width();
                    return start.witness().maps(example, context).stream().map(m -> m.scaled(by)).toList();
                });
    }

    /// @return why nothing can be corrected; nothing when it can
    Optional<Message> none() {
        if (!run.underWay()) {
            return Optional.of(Message.of("batch.ended"));
        }
        if (run.step() >= plan.steps()) {
            return Optional.of(Message.of("batch.last"));
        }
        List<String> blind = NO_CAPTION.stream().map(Task::plan).toList();
        return blind.containsAll(plan.allObjectives().keySet())
                ? Optional.of(Message.of("batch.unread", String.join(", ", plan.allObjectives().keySet())))
                : Optional.empty();
    }

    private void possible() throws EngineException {
        present();
        Optional<Message> none = none();
        if (none.isPresent()) {
            throw new EngineException("batch.no", none.get());
        }
    }

    JobHandle<Integer> recaption(int index, String caption) {
        String text = caption.strip();
        return lane.submitPrepared(Message.of("batch.recaption.job"), Priority.INTERACTIVE, context -> {
            if (text.isEmpty()) {
                throw new EngineException("batch.empty");
            }
            Example given = start.train().example(index);
            Drawn.encode(start.model(), Reworded.of(given, text)); // what cannot be read is not written down
            return given;
        }, (given, context) -> {
            possible();
            int from = run.step() + 1;
            boolean back = given.caption().equals(text);
            if (corrections.caption(index, from).orElse(given.caption()).equals(text)) {
                return from; // it is learnt so already
            }
            corrections.edit(index, back ? Optional.empty() : Optional.of(text), from);
            run.changed();
            run.events().append(new RunLog.Event(
                    back ? RunLog.Event.Kind.TAKEN_BACK : RunLog.Event.Kind.CORRECTED, from, run.seconds(), index,
                    text));
            return from;
        });
    }

    JobHandle<Integer> requeue(int index) {
        return lane.submitPrepared(Message.of("batch.requeue.job"), Priority.INTERACTIVE,
                context -> start.train().example(index).caption(), (given, context) -> {
                    possible();
                    Draw draw = start.draw();
                    int step = run.step() + 1;
                    while (step < plan.steps() && !draw.room(step)) {
                        step++;
                    }
                    if (!draw.room(step)) {
                        throw new EngineException("batch.no", Message.of("batch.full"));
                    }
                    corrections.requeue(index, step);
                    run.changed();
                    run.events().append(new RunLog.Event(RunLog.Event.Kind.REQUEUED, step, run.seconds(), index,
                            corrections.caption(index, step).orElse(given)));
                    return step;
                });
    }
}
