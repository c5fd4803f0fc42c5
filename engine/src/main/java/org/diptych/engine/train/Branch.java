package org.diptych.engine.train;

import ai.djl.ndarray.NDManager;
import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary.Status;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.api.Spread;

/// Makes a run that goes on from another one's last checkpoint: its weights, optimiser and log up to there are copied, so that the former stays as it is. What the new plan trains may be something else.
public final class Branch {
    private static final Gson GSON = new Gson();

    private Branch() {
    }

    /// @param to   an empty folder; the new run stands there as a stopped one, ready to be resumed
    /// @param plan what the branch does from there on; of the same model, with more steps than the checkpoint has
    /// @throws EngineException when there is no checkpoint, the plan is for another model or ends before it, or a run lies in `to`
    public static void make(RunFolder from, RunFolder to, FineTunePlan plan, NDManager scope) throws EngineException {
        if (!from.hasCheckpoint()) {
            throw new EngineException("train.branch.none", from.path());
        }
        if (to.holdsRun()) {
            throw new EngineException("train.exists", to.path());
        }
        RunLogFile log = RunLogFile.read(from.path());
        RunLog.Header parent = log.header();
        if (!plan.model().equals(parent.plan().model()) || !same(plan.config(), parent.plan().config())) {
            throw new EngineException("train.branch.model", from.path(), parent.plan().model());
        }
        RunFolder.Saved saved = from.load(scope);
        int step = saved.step();
        if (plan.steps() <= step) {
            throw new EngineException("train.branch.steps", from.path(), step, plan.steps());
        }
        to.save(step, saved.seconds(), Inheritance.rate(saved, parent.plan(), plan),
                Inheritance.of(saved, parent.plan(), plan, scope), scope);
        words(from, to);
        PlanFile.write(to.plan(), plan);
        RunLog.Header header = new RunLog.Header(to.id(),
                RunLog.Header.now(), plan, parent.weights(),
                parent.device(), parent.threads(), parent.versions(), parent.id(), step);
        RunLogFile copy = RunLogFile.create(to.path(), header);
        for (RunLog.Row row : log.since(0)) {
            if (row.step() <= step) {
                copy.append(row);
            }
        }
        for (RunLog.Event event : log.events()) { // a change of batch tells what its rows cost
            if (event.event() == RunLog.Event.Kind.BATCH && event.step() <= step) {
                copy.append(event);
            }
        }
        Optional<RunLog.Snapshot> shot = log.snapshot().filter(s -> s.step() <= step);
        if (shot.isPresent()) {
            copy.append(shot.get());
        }
        for (Spread spread : log.spreads()) {
            if (spread.step() <= step) {
                copy.append(spread);
            }
        }
        Changes.of(to.path(), plan).inherit(from.path(), parent.plan(), step);
        if (plan.data().equals(parent.plan().data())) { // else the numbers are those of other examples
            Corrections.of(to.path()).copy(from.path());
            Optional<Set<String>> without = from.without();
            if (without.isPresent()) {
                to.begin(without.get());
            }
        }
        MomentFolder.of(to.path()).branch(MomentFolder.of(from.path()), step);
        to.status(Status.STOPPED, step, Optional.empty());
    }

    /// A number may have been read as 16 here and as 16.0 there, which JSON holds for equal.
    /// The weights are of the parent's words, whatever the branch learns from.
    private static void words(RunFolder from, RunFolder to) throws EngineException {
        Path words = from.base().resolve(FreshFiles.TOKENIZER);
        if (Files.exists(words)) {
            Path copy = to.base().resolve(FreshFiles.TOKENIZER);
            try {
                SafeFile.write(copy, Files.readAllBytes(words));
            } catch (IOException e) {
                throw new EngineException(e, "file.write", copy, String.valueOf(e.getMessage()));
            }
        }
    }

    private static boolean same(Map<String, Object> one, Map<String, Object> other) {
        return GSON.toJsonTree(one).equals(GSON.toJsonTree(other));
    }
}
