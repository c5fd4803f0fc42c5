package org.diptych.engine.train;

import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.JobHandle;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.Moment;
import org.diptych.engine.api.RunPairs;
import org.diptych.engine.api.StepPairs;

/// A run whose examples a person may look at, as [Correcting] does it.
interface ShowsPairs extends RunPairs {
    Correcting correcting();

    @Override
    default JobHandle<StepPairs> batch(int step) {
        return correcting().batch(step);
    }

    @Override
    default JobHandle<List<Moment.Sight>> sights(int index, String caption) {
        return correcting().sights(index, caption);
    }

    @Override
    default Optional<Message> noRecaption() {
        return correcting().none();
    }

    @Override
    default JobHandle<Integer> recaption(int index, String caption) {
        return correcting().recaption(index, caption);
    }

    @Override
    default JobHandle<Integer> requeue(int index) {
        return correcting().requeue(index);
    }
}
