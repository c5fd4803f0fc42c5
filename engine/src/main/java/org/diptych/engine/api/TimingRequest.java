package org.diptych.engine.api;

import java.util.List;

/// How long do models take over the same picture and sentence?
///
/// @param models  handles of loaded models
/// @param regions for those that read regions; those whose features are crops take part whatever they were trained on
/// @param runs    counted forwards of each, after one that is not counted
public record TimingRequest(List<String> models, Picture picture, String text, RegionSource regions, int runs) {
    public TimingRequest {
        models = List.copyOf(models);
    }
}
