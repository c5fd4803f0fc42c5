package org.diptych.engine.image;

import java.util.List;

/// What is done to a channel's value in 0..1: `(value - mean) / std`.
///
/// @param mean red, green, blue
/// @param std  red, green, blue
public record Normalise(List<Float> mean, List<Float> std) {
    /// The figures of CLIP's training pictures, taken over by ALBEF, BLIP, BLIP-2 and LLaVA.
    public static final Normalise CLIP = new Normalise(List.of(0.48145466f, 0.4578275f, 0.40821073f),
            List.of(0.26862954f, 0.26130258f, 0.27577711f));
    /// 0..1 becomes -1..1 (ViLT, VLMo, BEiT-3).
    public static final Normalise HALF = new Normalise(List.of(0.5f, 0.5f, 0.5f), List.of(0.5f, 0.5f, 0.5f));
    /// Values stay in 0..1.
    public static final Normalise NONE = new Normalise(List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));

    public Normalise {
        mean = List.copyOf(mean);
        std = List.copyOf(std);
        if (mean.size() != 3 || std.size() != 3 || std.contains(0f)) {
            throw new IllegalArgumentException(
                    "three means and three deviations other than 0, not " + mean + " " + std);
        }
    }

    /// @return the normalised value of each byte of one channel
    float[] table(int channel) {
        float[] table = new float[256];
        for (int value = 0; value < 256; value++) {
            table[value] = (value / 255f - mean.get(channel)) / std.get(channel);
        }
        return table;
    }
}
