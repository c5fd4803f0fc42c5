package org.diptych.engine.model;

import java.util.List;
import org.diptych.engine.api.Way;

/// Uses its weights in several ways, or has others for each input: which of them work where can be told.
public interface TellsWays {
    /// @param sample encoded by this model
    /// @return the ways to use it with such a sample, that of the whole sample first
    List<Way> ways(Encoded sample);
}
