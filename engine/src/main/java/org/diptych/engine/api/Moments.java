package org.diptych.engine.api;

import java.util.List;

/// The moments of a run, in its folder. A run that goes on adds to them and thins them out; every call looks anew, so not on the window's thread.
public interface Moments {
    /// @return the probe set; empty for a run that keeps no moments
    /// @throws EngineException when its files cannot be read
    List<Pair> pairs() throws EngineException;

    /// @return the moments there are, in order of their steps
    List<Mark> list();

    /// @throws EngineException when the moment is not there any more, or its file is broken
    Moment read(int step) throws EngineException;

    /// @return bytes on disk of all that is kept
    long bytes();

    /// @param bytes of its file
    record Mark(int step, long bytes) {
    }

    /// A pair of the fixed validation set.
    ///
    /// @param number   place in the probe set, from 0
    /// @param picture  small enough to be kept beside the moments
    /// @param question what an answering model is asked of it, or empty
    record Pair(int number, Picture picture, String caption, String question) {
    }
}
