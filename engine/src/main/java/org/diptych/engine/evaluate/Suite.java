package org.diptych.engine.evaluate;

import org.diptych.engine.api.EngineException;
import org.diptych.engine.model.VisionLanguageModel;

/// Marks that rest on one thing a model can do.
interface Suite {
    boolean fits(VisionLanguageModel model);

    void scene(Case scene) throws EngineException;

    /// Called once, after the last scene.
    void marks(Sheet sheet);
}
