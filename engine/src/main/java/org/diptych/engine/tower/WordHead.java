package org.diptych.engine.tower;

import ai.djl.ndarray.NDArray;
import org.diptych.engine.kernel.Activations;
import org.diptych.engine.kernel.MatrixProducts;
import org.diptych.engine.model.Module;
import org.diptych.engine.model.Weight;
import org.diptych.engine.nn.LayerNorm;
import org.diptych.engine.nn.Linear;

/// BERT's language head (Devlin et al. 2019, section 3.1): a hidden layer with a norm, then one logit a word.
public final class WordHead extends Module {
    /// How a checkpoint names its parts.
    public record Names(String dense, String norm, String decoder, String bias) {
        public static final Names BERT = new Names("transform.dense", "transform.LayerNorm", "decoder.weight", "bias");
        public static final Names ROBERTA = new Names("dense", "layer_norm", "decoder.weight", "bias");
    }

    private final Activations activation;
    private final Linear dense;
    private final LayerNorm norm;
    private final Weight decoder;
    private final Weight bias;

    /// @param decoder (V, D) the word table that it is tied to
    public WordHead(int width, double epsilon, Activations activation, Weight decoder, Names names) {
        this.activation = activation;
        dense = child(names.dense(), new Linear(width, width));
        norm = child(names.norm(), new LayerNorm(width, epsilon));
        this.decoder = tie(names.decoder(), decoder);
        bias = weight(names.bias(), decoder.shape().get(0));
    }

    /// A head with a table of its own.
    public WordHead(int width, double epsilon, Activations activation, long vocabulary, Names names) {
        this.activation = activation;
        dense = child(names.dense(), new Linear(width, width));
        norm = child(names.norm(), new LayerNorm(width, epsilon));
        decoder = weight(names.decoder(), vocabulary, width);
        bias = weight(names.bias(), vocabulary);
    }

    /// @param x (..., D)
    /// @return (..., V)
    public NDArray apply(NDArray x) {
        NDArray hidden = norm.apply(activation.apply(dense.apply(x)));
        return MatrixProducts.linear(hidden, decoder.get(), bias.get());
    }
}
