package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/// Non-linearities, each as an operation and as script text. They stand here so that the readable path and the fused one name them from one list.
public enum Activations {
    /// Gaussian error linear unit, exact form.
    GELU("torch.gelu(%s, approximate=\"none\")", "torch.gelu_(%s, approximate=\"none\")"),
    /// Its approximation by a hyperbolic tangent (Hendrycks and Gimpel 2016), as GPT-2 has it.
    GELU_TANH("torch.gelu(%s, approximate=\"tanh\")", "torch.gelu_(%s, approximate=\"tanh\")"),
    /// x * sigmoid(1.702 x), as the original CLIP computes it.
    QUICK_GELU("torch.mul(%1$s, torch.sigmoid(torch.mul(%1$s, 1.702)))",
            "torch.div_(torch.silu_(torch.mul_(%s, 1.702)), 1.702)"), RELU("torch.relu(%s)", "torch.relu_(%s)"), SILU(
                    "torch.silu(%s)", "torch.silu_(%s)"), TANH("torch.tanh(%s)", "torch.tanh_(%s)");

    private final String script;
    private final String inPlace;

    Activations(String script, String inPlace) {
        this.script = script;
        this.inPlace = inPlace;
    }

    /// @param name as `hidden_act` of a Hugging Face configuration
    public static Activations named(String name) {
        return switch (name) {
            case "gelu", "gelu_python" -> GELU;
            case "gelu_new", "gelu_fast", "gelu_pytorch_tanh" -> GELU_TANH;
            case "quick_gelu" -> QUICK_GELU;
            case "relu" -> RELU;
            case "silu", "swish" -> SILU;
            case "tanh" -> TANH;
            default -> throw new IllegalArgumentException(name);
        };
    }

    public NDArray apply(NDArray x) {
        return switch (this) {
            case GELU -> Activation.gelu(x);
            case GELU_TANH -> {
                NDArray cube = Scalars.times(x.mul(x).mul(x), 0.044715);
                NDArray inner = Scalars.times(cube.add(x), Math.sqrt(2 / Math.PI));
                yield Scalars.times(inner.tanh().add(1).mul(x), 0.5);
            }
            case QUICK_GELU -> x.mul(Activation.sigmoid(Scalars.times(x, 1.702)));
            case RELU -> Activation.relu(x);
            case SILU -> x.mul(Activation.sigmoid(x)); // the library's own multiplies by a number, see Scalars
            case TANH -> Activation.tanh(x);
        };
    }

    /// The factor c by which this function is another one that has no such factor: f(x) = g(c x) / c. Quick GELU is SILU with 1.702, every other function
    /// is itself with 1. Products on both sides take it in for nothing, where it would cost the function two passes over memory.
    double slope() {
        return this == QUICK_GELU ? 1.702 : 1;
    }

    /// @return the script expression of g for a variable that holds c x; see [#slope]
    String scaledScript(String variable, boolean recording) {
        return (this == QUICK_GELU ? SILU : this).script(variable, recording);
    }

    /// @param recording true when a gradient is being recorded, so that the variable must keep its value; else its memory is used again, since fresh memory
    ///                  costs as much as the function
    /// @return the script expression for a variable
    String script(String variable, boolean recording) {
        return String.format(recording ? script : inPlace, variable);
    }
}
