package org.diptych.engine.checkpoint;

import com.google.gson.JsonObject;
import java.util.List;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.model.VisionLanguageModel;

/// What a checkpoint needs to know of a model family to load it; each model package has one.
public interface Family {
    /// @return id of its card
    String id();

    /// @return known file layouts, the commonest first
    List<Layout> layouts();

    /// @param weight a name of the model's
    /// @return true when this weight may stay in half precision as the file's own pages: its module widens it where it is used
    default boolean keepsHalf(String weight) {
        return false;
    }

    /// @param config the family's own configuration, read from the file's folder or inferred from shapes
    /// @param files  what lies beside the weights
    /// @return the model with unset weights
    /// @throws EngineException when the configuration lacks what is needed
    VisionLanguageModel create(JsonObject config, ModelFiles files) throws EngineException;

    /// @param config of a model of this family
    /// @return from the model's names to those of the reference, as it writes its own files
    /// @throws EngineException when the configuration cannot be read
    default NameMap outward(JsonObject config) throws EngineException {
        return NameMap.of();
    }
}
