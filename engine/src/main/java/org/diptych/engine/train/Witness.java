package org.diptych.engine.train;

import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Moment;
import org.diptych.engine.data.Example;
import org.diptych.engine.work.JobContext;

/// Looks through a learning model's eyes, with the weights of this moment. Called on the lane.
public interface Witness {
    /// Of a model that nobody looks through.
    Witness NONE = new Witness() {
        @Override
        public List<Moment.Sight> maps(Example example, JobContext context) {
            return List.of();
        }

        @Override
        public boolean asks() {
            return false;
        }

        @Override
        public Optional<String> writes(Example example, JobContext context) {
            return Optional.empty();
        }
    };

    /// @return maps of the whole caption and of its words, in the picture's pixels; empty for a model that offers none
    List<Moment.Sight> maps(Example example, JobContext context) throws EngineException;

    /// @return true when what the model writes answers the example's question
    boolean asks();

    /// @return the caption that the model writes of the picture, or its answer to the example's question
    Optional<String> writes(Example example, JobContext context) throws EngineException;
}
