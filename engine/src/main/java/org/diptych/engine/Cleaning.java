package org.diptych.engine;

import java.nio.file.Path;
import org.diptych.engine.api.CapFiltRequest;
import org.diptych.engine.api.CapFiltResult;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.pipeline.CapFilt;
import org.diptych.engine.work.EngineLane;
import org.diptych.engine.work.Priority;

/// Cleans sets of captions with two loaded models.
final class Cleaning {
    private final EngineLane lane;
    private final Shelf shelf;

    Cleaning(EngineLane lane, Shelf shelf) {
        this.lane = lane;
        this.shelf = shelf;
    }

    JobHandle<CapFiltResult> clean(CapFiltRequest request) {
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

    private CapFilt.Role role(String handle) throws EngineException {
        Path origin = Path.of(shelf.get(handle).shown().origin()).toAbsolutePath().normalize();
        return new CapFilt.Role(() -> shelf.get(handle).model(), origin.toString());
    }
}
