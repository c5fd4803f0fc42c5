package org.diptych.engine.api;

import java.util.List;

/// Score every picture against every text.
///
/// @param regions one a picture for a model that reads regions; empty for others
public record ContrastRequest(String model, List<Picture> pictures, List<String> texts, List<RegionSource> regions) {
    public ContrastRequest {
        pictures = List.copyOf(pictures);
        texts = List.copyOf(texts);
        regions = List.copyOf(regions);
    }

    public ContrastRequest(String model, List<Picture> pictures, List<String> texts) {
        this(model, pictures, texts, List.of());
    }
}
