package org.diptych.engine.api;

import java.util.List;

/// Score every picture against every text.
public record ContrastRequest(String model, List<Picture> pictures, List<String> texts) {
    public ContrastRequest {
        pictures = List.copyOf(pictures);
        texts = List.copyOf(texts);
    }
}
