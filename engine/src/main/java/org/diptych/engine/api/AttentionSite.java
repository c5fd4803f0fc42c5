package org.diptych.engine.api;

/// One family of attention layers of a model, as it stands for one input.
///
/// @param name   the model's stream, the same as in its probe points: `text`, `vision`, `fusion.cross` ...
/// @param kind   self- or cross-attention
/// @param layers how many layers
/// @param heads  heads a layer
/// @param query  what asks
/// @param key    what is looked at
/// @param causal true when a position sees only itself and what precedes it
/// @param summary query position whose output the model reads as the whole (a class token, CLIP's end of text), -1 when it has none
public record AttentionSite(String name, Kind kind, int layers, int heads, Axis query, Axis key, boolean causal,
        int summary) {
    public enum Kind {
        SELF, CROSS
    }
}
