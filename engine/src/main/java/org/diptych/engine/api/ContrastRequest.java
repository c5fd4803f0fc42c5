package org.diptych.engine.api;

import java.util.List;
import java.util.Optional;

/// Score every picture against every text.
///
/// @param regions one a picture for a model that reads regions; empty for others
/// @param score   which number fills the matrix; empty for the first of [LoadedModel#scores()]
public record ContrastRequest(String model, List<Picture> pictures, List<String> texts, List<RegionSource> regions,
        Optional<PairScore> score) {
    public ContrastRequest {
        pictures = List.copyOf(pictures);
        texts = List.copyOf(texts);
        regions = List.copyOf(regions);
    }

    public ContrastRequest(String model, List<Picture> pictures, List<String> texts, List<RegionSource> regions) {
        this(model, pictures, texts, regions, Optional.empty());
    }

    public ContrastRequest(String model, List<Picture> pictures, List<String> texts) {
        this(model, pictures, texts, List.of());
    }
}
