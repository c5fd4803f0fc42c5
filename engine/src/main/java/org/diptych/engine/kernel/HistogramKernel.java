package org.diptych.engine.kernel;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;

/// Counts of how large a tensor's numbers are, in bins of equal width on a logarithmic scale, where the tensor lies.
///
/// @param bins  the first holds all that is smaller than `10^low`, zeros among it, the last all that is larger than those between, and what is no number
/// @param low   decimal logarithm of the lower end of the second bin
/// @param width of a bin, in decimal orders of magnitude
public record HistogramKernel(int bins, double low, double width) {
    /// @param counts  of each bin
    /// @param least   smallest absolute value
    /// @param most    largest absolute value
    /// @param sum     of absolute values
    /// @param squares sum of squares
    public record Counts(long[] counts, double least, double most, double sum, double squares) {
    }

    /// @param near   a scalar on the same device; its value is not used
    /// @param tensor not empty
    public Counts count(NDArray near, NDArray tensor) {
        try (NDArray told = Script.of(near, source()).call("count", near, List.of(tensor)).singletonOrThrow()) {
            double[] all = told.toDoubleArray();
            return new Counts(Arrays.stream(all, 0, bins).mapToLong(Math::round).toArray(), all[bins], all[bins + 1],
                    all[bins + 2], all[bins + 3]);
        }
    }

    private String source() {
        return """
                  def count(self: __torch__.Ops, c: Tensor, p: List[Tensor]) -> Tensor:
                    a = torch.abs(torch.to(torch.flatten(torch.detach(p[0])), 6))
                    s = [torch.to(torch.min(a), 7), torch.to(torch.max(a), 7), torch.to(torch.sum(a), 7), torch.to(torch.dot(a, a), 7)]
                    e = torch.div_(torch.sub_(torch.log10_(a), %s), %s)
                    i = torch.clamp_(torch.add_(torch.floor_(torch.nan_to_num_(e, 1000., 1000., -1000.)), 1), 0, %d)
                    n = torch.bincount(torch.to(i, 3), None, %d)
                    return torch.cat([torch.to(n, 7), torch.stack(s)])
                """
                .formatted(low, width, bins - 1, bins);
    }
}
