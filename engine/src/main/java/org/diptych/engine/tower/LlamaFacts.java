package org.diptych.engine.tower;

import org.diptych.engine.kernel.Activations;
import org.diptych.engine.nn.Rotary;

/// What a LLaMA-like language model is (Touvron et al. 2023; grouped heads: Ainslie et al. 2023).
///
/// @param vocabulary rows of the word table
/// @param width      D
/// @param layers     how many
/// @param heads      of the queries
/// @param keyHeads   of keys and values, a divisor of `heads`
/// @param mlp        width of the hidden layer of the MLP
/// @param epsilon    of the norms
/// @param rotary     positions; its width is that of a head
/// @param activation of the MLP's gate
/// @param biases     where the linear maps have one
/// @param tied       true when the words' logits come from the word table itself
public record LlamaFacts(int vocabulary, int width, int layers, int heads, int keyHeads, int mlp, double epsilon,
        Rotary rotary, Activations activation, Biases biases, boolean tied) {
    /// @param query of queries, keys and values
    /// @param out   of the output of attention
    /// @param mlp   of all three maps of the MLP
    public record Biases(boolean query, boolean out, boolean mlp) {
        public static final Biases NONE = new Biases(false, false, false);
    }
}
