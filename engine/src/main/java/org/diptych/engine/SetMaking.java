package org.diptych.engine;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.ExperimentPieces.Made;
import org.diptych.engine.api.CapFiltRequest;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.checkpoint.Loader;
import org.diptych.engine.models.Models;
import org.diptych.engine.pipeline.CapFilt;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.Priority;

/// Makes pairs that an experiment learns from. Begun and ended on the lane.
final class SetMaking implements AutoCloseable {
    private final Made made;
    private final List<NDManager> weights = new ArrayList<>();
    private final JobHandle<?> job;

    SetMaking(Made made, EngineLane lane) throws EngineException {
        this.made = made;
        job = switch (made.source()) {
            case Experiment.Drawn drawn -> lane.submitOffLane(made.label(), context -> made.set().draw(drawn, context));
            case Experiment.Cleaned cleaned -> clean(cleaned, made.from().orElseThrow(), lane);
        };
    }

    private JobHandle<?> clean(Experiment.Cleaned cleaned, Made.Cleaning from, EngineLane lane) throws EngineException {
        Path pairs = made.set().doubtful(cleaned, from.pairs());
        try {
            CapFilt.Role captioner = role(from.captioner(), lane);
            CapFilt.Role filter = role(from.filter(), lane);
            CapFiltRequest request = new CapFiltRequest(captioner.origin(), filter.origin(), pairs, Optional.empty(),
                    made.set().folder(), cleaned.topP(), cleaned.least(), cleaned.most(), cleaned.threshold(),
                    made.seed());
            return lane.submitSteps(made.label(), Priority.BULK, new CapFilt(request, captioner, filter));
        } catch (EngineException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private CapFilt.Role role(Path kept, EngineLane lane) throws EngineException {
        NDManager scope = lane.scopes().weights();
        weights.add(scope);
        Loader.Loaded loaded = new Loader(Models.all()).load(kept, scope);
        return new CapFilt.Role(loaded::model, kept.toString());
    }

    JobHandle<?> job() {
        return job;
    }

    /// What is left to do when the job is done.
    void finish() throws EngineException {
        if (made.from().isPresent()) {
            made.set().gather(made.from().get().pairs());
        }
    }

    /// @return steps of the whole experiment that it is worth so far
    long steps() {
        return Math.round(Math.max(0, job.progress().fraction()) * made.steps());
    }

    @Override
    public void close() {
        weights.forEach(NDManager::close);
    }
}
