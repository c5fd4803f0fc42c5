package org.diptych.engine.api;

import java.util.List;
import java.util.Set;

/// A model that the engine holds.
///
/// @param handle       names it in every request
/// @param card         its family
/// @param title        for a person: `CLIP · Toybox-trained`
/// @param origin       the folder or file
/// @param provenance   what stands behind its numbers
/// @param report       how its file was read
/// @param capabilities what can be asked of it
/// @param methods      relevance methods it offers
/// @param imageSize    side in pixels of what it sees
/// @param textLength   tokens at most, specials included
/// @param layers       names of the parts that a plan may train or freeze
public record LoadedModel(String handle, ModelCard card, String title, String origin, Provenance provenance,
        LoadReport report,
        Set<ModelCard.Capability> capabilities, List<RelevanceMethod> methods, int imageSize, int textLength,
        List<String> layers) {
    public enum Provenance {
        /// Ships with the program, trained by its own trainer.
        TOYBOX,
        /// A file that the person opened.
        FILE,
        /// Weights of a run that was kept.
        RUN,
        /// Drawn at random: for benchmarks only.
        RANDOM
    }
}
