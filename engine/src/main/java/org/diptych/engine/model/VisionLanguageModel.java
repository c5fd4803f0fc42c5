package org.diptych.engine.model;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.AttentionSite;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ModelCard.Capability;
import org.diptych.engine.api.RelevanceMethod;
import org.diptych.engine.api.Sample;

/// A model of the catalogue, assembled. All methods but [#encode] run on the engine's lane.
public interface VisionLanguageModel {
    /// @return id of its card
    String family();

    /// @return its weights
    Module module();

    /// What can be asked of this very model: a family's class may be able to do what a file without the head for it cannot.
    Set<Capability> capabilities();

    /// @return its own configuration as JSON, complete enough to build it again
    String config();

    /// Tokenises and preprocesses; runs on any thread.
    ///
    /// @throws EngineException when the sample lacks what the model needs, or the model came without a tokenizer
    Encoded encode(Sample sample) throws EngineException;

    /// @param samples encoded by this model
    /// @param manager owns the tensors made
    Inputs batch(List<Encoded> samples, NDManager manager);

    /// Runs everything there is to run on these inputs, so that a probe hears every point.
    void forward(Pass pass, Inputs inputs);

    /// @return its attention with the sizes that this sample gives it
    List<AttentionSite> sites(Encoded sample);

    /// A model of two towers may also read both as one, for a masked word say; whichever it does, what it attends with is among these.
    ///
    /// @return its attention of every way to read this sample
    default List<AttentionSite> everySite(Encoded sample) {
        return sites(sample);
    }

    /// @return its patch grid, empty for region models
    Optional<Axis.Patches> patches();

    List<RelevanceMethod> methods();

    /// @return side in pixels of the picture it sees
    int imageSize();

    /// @return tokens it reads at most, specials included
    int textLength();
}
