package org.diptych.engine.kernel;

import java.util.List;

/// The text of a script's method while it is written, with the parts that transformer layers have in common. Each name is assigned once. The method knows the sizes of its first tensor as `b`
/// (batch) and `t` (sequence), and its weights as `p`, each weight with its bias behind it. While [Mixed] is on, what products give stays in bf16 until something wants it wide: sums with
/// what is wide are wide by themselves.
final class ScriptText {
    private final StringBuilder text = new StringBuilder();

    /// @param arguments behind `x` and `p`, each with its type
    ScriptText(String method, String result, List<String> arguments) {
        text.append("  def ").append(method).append("(self: __torch__.Ops, x: Tensor, p: List[Tensor]");
        arguments.forEach(argument -> text.append(", ").append(argument));
        text.append(") -> ").append(result).append(":\n");
        line("b", "torch.size(x, 0)");
        line("t", "torch.size(x, 1)");
    }

    /// @return `name`, which from here on stands for the expression
    String line(String name, String expression) {
        text.append("    ").append(name).append(" = ").append(expression).append("\n");
        return name;
    }

    /// @return the method
    String returning(String expression) {
        return text.append("    return ").append(expression).append("\n").toString();
    }

    static String norm(String x, int width, int p, double epsilon) {
        return "torch.layer_norm(" + Mixed.wide(x) + ", [" + width + "], p[" + p + "], p[" + (p + 1) + "], " + epsilon
                + ", True)";
    }

    /// @param few true where [FewRows] says so
    static String linear(String x, int p, boolean few) {
        return linear(x, "p[" + p + "]", "p[" + (p + 1) + "]", few);
    }

    static String linear(String x, String weight, String bias, boolean few) {
        return few
                ? Precision.FULL.few(x, weight, bias)
                : Precision.FULL.many(Mixed.factor(x), Mixed.factor(weight),
                        bias.equals("None") ? bias : Mixed.factor(bias));
    }

    /// @return `x`, which several products multiply, rounded for them once
    String operand(String name, String x) {
        return Mixed.on() ? line(name, Mixed.factor(x)) : x;
    }

    /// @return bias + scale * x W', with one row for each position of each item
    static String product(String x, int p, String bias, double scale) {
        return "torch.addmm(" + Mixed.factor(bias) + ", " + Mixed.factor(rows(x)) + ", torch.t("
                + Mixed.factor("p[" + p + "]") + "), beta=1, alpha=" + scale + ")";
    }

    /// @param few true where [FewRows] says so
    /// @return bias + x W', in rows
    static String product(String x, int p, boolean few) {
        return few ? linear(rows(x), p, true) : product(x, p, "p[" + (p + 1) + "]", 1);
    }

    private static String rows(String x) {
        return "torch.flatten(" + x + ", 0, -2)";
    }

    /// A residual sum: the product is added to it where it stands, which saves a pass over memory.
    ///
    /// @param width of `added`
    static String plus(String added, String x, int width, int p, double scale) {
        if (Mixed.on()) {
            return "torch.add(" + added + ", " + shaped(product(x, p, "p[" + (p + 1) + "]", scale), width) + ")";
        }
        return shaped("torch.addmm_(" + rows("torch.add(" + added + ", p[" + (p + 1) + "])") + ", " + rows(x)
                + ", torch.t(p[" + p + "]), beta=1, alpha=" + scale + ")", width);
    }

    /// @param few true where [FewRows] says so
    static String plus(String added, String x, int width, int p, boolean few) {
        return few
                ? "torch.add(" + added + ", " + shaped(product(x, p, true), width) + ")"
                : plus(added, x, width, p, 1);
    }

    /// @return (b, T, width) of rows
    static String shaped(String rows, int width) {
        return "torch.view(" + rows + ", [b, -1, " + width + "])";
    }

    /// Makes ready for [#parted], of a tensor `n` of [Script#number].
    void parting() {
        line("n0", "torch.size(n, 0)");
        line("n1", "torch.sub(t, n0)");
    }

    /// @return the first `n` positions of (b, t, D), and those behind them
    List<String> parted(String x) {
        String both = line(x + "_p", "torch.split_with_sizes(" + x + ", [n0, n1], 1)");
        return List.of(line(x + "_p0", both + "[0]"), line(x + "_p1", both + "[1]"));
    }

    /// @return the parts in one sequence
    static String joined(List<String> parts) {
        return parts.size() == 1 ? parts.getFirst() : "torch.cat([" + String.join(", ", parts) + "], 1)";
    }

    /// @return (b, heads, length, d) of (b, length, heads * d)
    static String heads(String x, String length, int heads) {
        return "torch.transpose(torch.view(" + x + ", [b, " + length + ", " + heads + ", -1]), 1, 2)";
    }

    /// @return (b, t, heads * d) of (b, heads, t, d)
    static String side(String x) {
        return "torch.reshape(torch.transpose(" + x + ", 1, 2), [b, t, -1])";
    }

    /// How scores become weights.
    ///
    /// @param scale   of the scores where they are formed; the fused operation finds it by itself
    /// @param formed  true where [AttentionKernel#forms] says so
    /// @param causal  each position sees itself and what precedes it; only without a mask, and never formed
    /// @param dropout of the weights, 0 for none
    record Scores(int heads, double scale, boolean formed, boolean causal, double dropout) {
        static Scores plain(int width, int heads, boolean formed) {
            return new Scores(heads, 1 / Math.sqrt((double) width / heads), formed, false, 0);
        }
    }

    /// Scaled dot-product attention.
    ///
    /// @param queries (b, heads, t, d)
    /// @param keys    (b, heads, S, d)
    /// @param values  (b, heads, S, e)
    /// @param masks   are added to the scores, each broadcast to (b, heads, t, S)
    /// @return (b, heads, t, e)
    String attention(String name, String queries, String keys, String values, List<String> masks, Scores how) {
        String q = Mixed.factor(queries);
        String k = Mixed.factor(keys);
        String v = Mixed.factor(values);
        if (how.formed()) {
            return formed(name, q, k, v, masks, how);
        }
        String mask = masks.stream().reduce((m, n) -> "torch.add(" + m + ", " + n + ")").map(
                sum -> "torch.expand(" + Mixed.mask(sum) + ", [b, " + how.heads() + ", t, torch.size(" + keys
                        + ", 2)])")
                .orElse("None");
        return line(name, "torch.scaled_dot_product_attention(" + q + ", " + k + ", " + v + ", " + mask + ", "
                + how.dropout() + ", " + (how.causal() && masks.isEmpty() ? "True" : "False") + ")");
    }

    private String formed(String name, String q, String k, String v, List<String> masks, Scores how) {
        String other = "torch.transpose(" + k + ", -2, -1)";
        String scores = line(name + "_s", Mixed.on()
                ? "torch.mul(" + Mixed.wide("torch.matmul(" + q + ", " + other + ")") + ", " + how.scale() + ")"
                : "torch.matmul(torch.mul(" + q + ", " + how.scale() + "), " + other + ")");
        for (int i = 0; i < masks.size(); i++) {
            scores = line(name + "_m" + i, "torch.add_(" + scores + ", " + masks.get(i) + ")");
        }
        String weights = line(name + "_w", "torch.softmax(" + scores + ", -1)");
        String used = how.dropout() > 0 ? "torch.dropout(" + weights + ", " + how.dropout() + ", True)" : weights;
        return line(name, "torch.matmul(" + Mixed.factor(used) + ", " + v + ")");
    }
}
