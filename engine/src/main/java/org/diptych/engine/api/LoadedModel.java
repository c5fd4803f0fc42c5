package org.diptych.engine.api;

import java.util.EnumSet;
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
/// @param scores       how it can score pictures against texts, its own way first; empty when it cannot
/// @param methods      relevance methods it offers
/// @param imageSize    side in pixels of what it sees, 0 for a model that reads regions
/// @param regionWidth  numbers a region has that it reads, 0 for a model that reads pixels
/// @param textLength   tokens at most, specials included
/// @param layers       names of the parts that a plan may train or freeze
/// @param tasks        what it can be taught
/// @param talk         how one may speak with it
public record LoadedModel(String handle, ModelCard card, String title, String origin, Provenance provenance,
        LoadReport report,
        Set<ModelCard.Capability> capabilities, List<PairScore> scores, List<RelevanceMethod> methods, int imageSize,
        int regionWidth,
        int textLength,
        List<String> layers, List<Task> tasks, Talk talk) {
    /// Side in pixels at which a Toybox scene is drawn for a model that takes pictures of any size.
    public static final int TOYBOX_SIDE = 64;

    /// @return side in pixels at which a Toybox scene is drawn for it
    public int sceneSize() {
        return imageSize > 0 ? imageSize : TOYBOX_SIDE;
    }

    /// @return what its family can do and this very file cannot, for want of the head it takes
    public Set<ModelCard.Capability> lacking() {
        Set<ModelCard.Capability> all = EnumSet.noneOf(ModelCard.Capability.class);
        all.addAll(card.capabilities());
        all.removeAll(capabilities);
        return all;
    }

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
