package org.diptych.engine.kernel;

/// How the weights that a script reads are kept. The numbers in the texts are those of the library's list of formats: 5 fp16, 6 fp32, 15 bf16.
public enum Precision {
    FULL, HALF,
    /// bf16, see [Brain].
    BRAIN;

    /// @param weight a script's expression of what is kept
    /// @return the script's expression of it in 32 bits
    public String wide(String weight) {
        return switch (this) {
            case FULL -> weight;
            case HALF, BRAIN -> "torch.to(" + weight + ", 6)";
        };
    }

    /// A product with few rows reads each weight once, so it is done in the weights' own format: widening them first takes ten times as long. For where [FewRows] says so.
    ///
    /// @param bias expression, or `None`
    /// @return the script's expression of `x W^T + b`
    public String few(String x, String weight, String bias) {
        return switch (this) {
            case FULL -> "ops.mkldnn._linear_pointwise(" + x + ", " + weight + ", " + bias
                    + ", \"none\", annotate(List[Optional[number]], []), None)";
            case HALF -> narrow(x, 5, weight, bias);
            case BRAIN -> narrow(x, 15, weight, bias);
        };
    }

    private static String narrow(String x, int format, String weight, String bias) {
        return "torch.to(torch.linear(torch.to(" + x + ", " + format + "), " + weight + ", " + bias + "), 6)";
    }

    /// @return the script's expression of `x W^T + b` of many rows
    String many(String x, String weight, String bias) {
        return "torch.linear(" + x + ", " + wide(weight) + ", " + (bias.equals("None") ? bias : wide(bias)) + ")";
    }
}
