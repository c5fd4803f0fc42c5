package org.diptych.engine;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.CapFiltRequest;
import org.diptych.engine.api.CapFiltResult;
import org.diptych.engine.api.CapFiltRole;
import org.diptych.engine.api.CapFiltWork;
import org.diptych.engine.api.CaptionCleaning;
import org.diptych.engine.api.CaptionDecision;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Task;
import org.diptych.engine.pipeline.CapFilt;
import org.diptych.engine.pipeline.CleanedSet;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.Priority;

/// Cleans sets of captions with two loaded models.
final class Cleaning implements CaptionCleaning {
    private final EngineLane lane;
    private final Shelf shelf;

    Cleaning(EngineLane lane, Shelf shelf) {
        this.lane = lane;
        this.shelf = shelf;
    }

    @Override
    public JobHandle<CapFiltResult> clean(CapFiltRequest request) {
        Message title = Message.of("engine.job.capfilt", request.pairs());
        try {
            return lane.submitSteps(title, Priority.BULK,
                    new CapFilt(request, role(request.captioner()), role(request.filter())));
        } catch (EngineException e) {
            return lane.submitOffLane(title, context -> {
                throw e;
            });
        }
    }

    @Override
    public Set<CapFiltRole> roles(String handle) {
        try {
            return CapFilt.roles(shelf.get(handle).model());
        } catch (EngineException e) {
            return Set.of(); // it was closed in between
        }
    }

    @Override
    public Set<CapFiltRole> learns(String family) {
        try {
            FineTunePlan plan = Bundled.plan(family);
            if (!plan.startFrom().keySet().stream().allMatch(Bundled::has)
                    || plan.course().stream().anyMatch(stage -> !stage.trains().equals(plan.trains()))) {
                return Set.of(); // it takes models that are not at hand, or one part after the other, to make this one
            }
            Set<CapFiltRole> roles = CapFilt.roles(Teaching.unset(plan));
            roles.removeIf(role -> !plan.objectives().containsKey(role.tasks().getLast().plan()));
            return roles;
        } catch (EngineException e) {
            return Set.of();
        }
    }

    @Override
    public FineTunePlan plan(CapFiltRole role, String family, int steps, Optional<Path> human)
            throws EngineException {
        FineTunePlan whole = Bundled.plan(family).stretched(steps);
        Map<String, Double> objectives = new LinkedHashMap<>();
        for (Task task : role.tasks()) {
            if (whole.objectives().containsKey(task.plan())) {
                objectives.put(task.plan(), whole.objectives().get(task.plan()));
            }
        }
        FineTunePlan.Data d = whole.data();
        FineTunePlan.Data clean = new FineTunePlan.Data(human.map(p -> p.toAbsolutePath().toString()).orElse("toybox"),
                d.world(), d.language(), d.captions(), 0, d.hardNegatives(), d.train(), d.validation(),
                d.pictureSize());
        return whole.withObjectives(objectives).withData(clean);
    }

    @Override
    public JobHandle<CapFiltWork> work(Path folder) {
        return lane.submitOffLane(Message.of("engine.job.capfilt.read", folder), context -> CleanedSet.work(folder));
    }

    @Override
    public List<CaptionDecision> decisions(Path folder) throws EngineException {
        return CleanedSet.decisions(folder);
    }

    @Override
    public JobHandle<CapFiltResult> overrule(Path folder, Map<Integer, Boolean> other) {
        return lane.submitOffLane(Message.of("engine.job.write", folder),
                context -> CleanedSet.overrule(folder, other));
    }

    @Override
    public JobHandle<CapFiltResult> decide(Path folder, double threshold, Map<Integer, Boolean> other) {
        return lane.submitOffLane(Message.of("engine.job.write", folder),
                context -> CleanedSet.decide(folder, threshold, other));
    }

    private CapFilt.Role role(String handle) throws EngineException {
        Path origin = Path.of(shelf.get(handle).shown().origin()).toAbsolutePath().normalize();
        return new CapFilt.Role(() -> shelf.get(handle).model(), origin.toString());
    }
}
