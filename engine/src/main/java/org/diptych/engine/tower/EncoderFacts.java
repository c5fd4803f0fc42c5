package org.diptych.engine.tower;

import org.diptych.engine.kernel.Activations;

/// What a transformer stack is.
///
/// @param width      D
/// @param layers     how many
/// @param heads      D is a multiple of it
/// @param mlp        width of the hidden layer of the MLP
/// @param epsilon    of the layer norms
/// @param activation of the MLP
/// @param preNorm    true: x + f(norm(x)); false: norm(x + f(x))
/// @param causal     each position sees itself and what precedes it
public record EncoderFacts(int width, int layers, int heads, int mlp, double epsilon, Activations activation,
        boolean preNorm, boolean causal) {
}
