package org.diptych.engine.tower;

import org.diptych.engine.kernel.Activations;

/// What an encoder-decoder of the T5 kind is (Raffel et al. 2020; version 1.1 and FLAN with gated MLPs and a head of their own: Shazeer 2020, Chung et al. 2022).
///
/// @param vocabulary rows of the word table, which encoder and decoder share
/// @param width      D
/// @param encoder    layers that read
/// @param decoder    layers that write
/// @param heads      H
/// @param head       width of a head; `heads * head` need not be D
/// @param mlp        width of the hidden layer of the MLP
/// @param epsilon    of the norms
/// @param activation of the MLP, or of its gate
/// @param gated      true with a gate in the MLP
/// @param buckets    of relative positions
/// @param farthest   distance from which all are one
/// @param tied       true when the words' logits come from the word table itself, divided by the root of D
/// @param dropout    while training
public record T5Facts(int vocabulary, int width, int encoder, int decoder, int heads, int head, int mlp,
        double epsilon, Activations activation, boolean gated, int buckets, int farthest, boolean tied,
        double dropout) {
    int inner() {
        return heads * head;
    }
}
