package org.diptych.engine.tower;

import java.util.Optional;
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
/// @param dropout    while training, of attention weights and of what each part adds
/// @param cross      which layers also look at other states; post-norm stacks only
public record EncoderFacts(int width, int layers, int heads, int mlp, double epsilon, Activations activation,
        boolean preNorm, boolean causal, double dropout, Optional<Cross> cross) {
    /// Cross-attention between self-attention and MLP, as BERT decoders have it.
    ///
    /// @param width of the other states
    /// @param first layer that has it
    /// @param every 1: all from there on; 2: every second
    /// @param shared layers that follow one another and share their keys and values: 1 for none
    public record Cross(int width, int first, int every, int shared) {
        public Cross(int width, int first, int every) {
            this(width, first, every, 1);
        }

        boolean at(int layer) {
            return layer >= first && (layer - first) % every == 0;
        }
    }

    /// A stack without cross-attention and dropout.
    public EncoderFacts(int width, int layers, int heads, int mlp, double epsilon, Activations activation,
            boolean preNorm, boolean causal) {
        this(width, layers, heads, mlp, epsilon, activation, preNorm, causal, 0, Optional.empty());
    }

    public EncoderFacts with(double rate) {
        return new EncoderFacts(width, layers, heads, mlp, epsilon, activation, preNorm, causal, rate, cross);
    }

    public EncoderFacts with(Cross other) {
        return new EncoderFacts(width, layers, heads, mlp, epsilon, activation, preNorm, causal, dropout,
                Optional.of(other));
    }

    boolean crosses(int layer) {
        return cross.isPresent() && cross.get().at(layer);
    }
}
