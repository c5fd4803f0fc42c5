package org.diptych.engine.api;

import java.util.List;

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
/// @param first   number of its first layer within the stream: cross-attention may begin in the middle of a stack
/// @param every   1 when it stands in each layer from there on, 2 in every second
/// @param experts `[layer]`: which weights each stretch of the query positions goes through in that layer; empty for a model without experts
public record AttentionSite(String name, Kind kind, int layers, int heads, Axis query, Axis key, boolean causal,
        int summary, int first, int every, List<List<Expert>> experts) {
    public enum Kind {
        SELF, CROSS
    }

    /// A stretch of positions that one expert works on.
    ///
    /// @param name as the paper writes it: `V-FFN`, `L-FFN`, `VL-FFN`
    /// @param from first position
    /// @param to   position after the last
    public record Expert(String name, int from, int to) {
    }

    public AttentionSite {
        experts = experts.stream().map(List::copyOf).toList();
    }

    /// A site in all layers of its stream, of a model that has the same weights for every position.
    public AttentionSite(String name, Kind kind, int layers, int heads, Axis query, Axis key, boolean causal,
            int summary) {
        this(name, kind, layers, heads, query, key, causal, summary, 0, 1, List.of());
    }

    public AttentionSite with(List<List<Expert>> own) {
        return new AttentionSite(name, kind, layers, heads, query, key, causal, summary, first, every, own);
    }

    /// @param start number of its first layer within the stream
    /// @param step  layers from one to the next
    public AttentionSite at(int start, int step) {
        return new AttentionSite(name, kind, layers, heads, query, key, causal, summary, start, step, experts);
    }

    /// @param layer its number within the stream
    /// @return its place among the site's own layers
    public int place(int layer) {
        return (layer - first) / every;
    }
}
