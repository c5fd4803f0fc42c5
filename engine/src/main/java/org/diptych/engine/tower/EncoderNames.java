package org.diptych.engine.tower;

import org.diptych.engine.nn.Attention;

/// How a checkpoint names the parts of a transformer layer. Cross-attention stands under `crossattention` with the same projections.
public record EncoderNames(String attention, Attention.Names projections, String norm1, String norm2, String fc1,
        String fc2) {
    /// Hugging Face's CLIP, BLIP, SigLIP.
    public static final EncoderNames CLIP = new EncoderNames("self_attn", Attention.Names.PROJ, "layer_norm1",
            "layer_norm2", "mlp.fc1", "mlp.fc2");
    /// Hugging Face's BERT and its descendants.
    public static final EncoderNames BERT = new EncoderNames("attention", Attention.Names.BERT,
            "attention.output.LayerNorm", "output.LayerNorm",
            "intermediate.dense", "output.dense");
    /// timm's vision transformer, its stacked `attn.qkv` taken apart.
    public static final EncoderNames VIT = new EncoderNames("attn",
            new Attention.Names("query", "key", "value", "proj"), "norm1", "norm2", "mlp.fc1", "mlp.fc2");
}
