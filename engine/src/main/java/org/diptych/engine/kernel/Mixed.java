package org.diptych.engine.kernel;

import java.util.function.Supplier;

/// Mixed precision (Micikevicius et al. 2018, section 3; with bf16, Kalamkar et al. 2019, section 3). While work runs [#in] it, the two factors of every matrix product are rounded to bf16: those of linear
/// maps, of attention, of convolutions. What they are rounded from stays in 32 bits: weights, residual sums, layer norms, softmax, similarities, losses, and the optimiser's state. The rounding is part
/// of the recorded graph, as PyTorch's autocast has it, so that gradients come to the weights in 32 bits.
///
/// bf16 has the exponent of fp32: no gradient is lost for being small, and no loss needs to be scaled. fp16 would need that, and has nothing that bf16 has not where both are computed, so it is not offered.
public final class Mixed {
    private static final ScopedValue<Boolean> ON = ScopedValue.newInstance();
    /// The lowest number of bf16, short of which a mask's lowest number of fp32 would become an infinity, and a row where all is hidden no number at all.
    private static final String LOWEST = "-3.3895e+38";

    private Mixed() {
    }

    /// @param wanted false to run it as ever
    /// @param work   of the thread that tensors live on
    public static <T> T in(boolean wanted, Supplier<T> work) {
        return ScopedValue.where(ON, wanted).call(work::get);
    }

    /// @return true within such work
    public static boolean on() {
        return ON.orElse(false);
    }

    /// @return the script's expression of what a product multiplies
    static String factor(String x) {
        return on() ? "torch.to(" + x + ", 15)" : x;
    }

    /// @return the script's expression in 32 bits of what products gave
    static String wide(String x) {
        return on() ? "torch.to(" + x + ", 6)" : x;
    }

    /// @return the script's expression of a mask, as fused attention takes it beside its factors
    static String mask(String m) {
        return on() ? factor("torch.clamp(" + m + ", " + LOWEST + ", None)") : m;
    }
}
