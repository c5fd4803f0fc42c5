package org.diptych.golden;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// The lines of one weight file: what was compared, how far off it was, and what could not be compared.
final class Comparison {
    record Row(String tensor, double error, double allowed, boolean ok) {
    }

    private final String title;
    private final List<Row> rows = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private String note = "";

    /// @param title `clip/hf model.safetensors`
    Comparison(String title) {
        this.title = title;
    }

    void note(String text) {
        note = text;
    }

    void missing(String tensor) {
        missing.add(tensor);
    }

    /// @param relativeOnly true for gradients: the tolerance is a part of the largest expected value
    void tensor(String name, NDArray expected, NDArray got, double tolerance, boolean relativeOnly) {
        if (!expected.getShape().equals(got.getShape())) {
            rows.add(new Row(name + " shape " + got.getShape() + " for " + expected.getShape(),
                    Double.POSITIVE_INFINITY, 0, false));
            return;
        }
        double[] want = numbers(expected);
        double[] have = numbers(got);
        double largest = 0;
        double error = 0;
        for (int i = 0; i < want.length; i++) {
            largest = Math.max(largest, Double.isFinite(want[i]) ? Math.abs(want[i]) : 0);
            double off = want[i] == have[i] || Double.isNaN(want[i]) && Double.isNaN(have[i])
                    ? 0
                    : Math.abs(want[i] - have[i]);
            error = Double.isNaN(off) ? Double.POSITIVE_INFINITY : Math.max(error, off);
        }
        boolean exact = !expected.getDataType().isFloating();
        double allowed = exact ? 0 : relativeOnly ? tolerance * largest : tolerance * Math.max(1, largest);
        rows.add(new Row(name, error, allowed, error <= allowed));
    }

    void number(String name, double expected, double got, double tolerance) {
        double error = Math.abs(expected - got);
        double allowed = tolerance * Math.max(1, Math.abs(expected));
        rows.add(new Row(name, error, allowed, error <= allowed));
    }

    void exact(String name, boolean equal) {
        rows.add(new Row(name, equal ? 0 : Double.POSITIVE_INFINITY, 0, equal));
    }

    private static double[] numbers(NDArray array) {
        Number[] values = array.toArray();
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i].doubleValue();
        }
        return out;
    }

    boolean ok() {
        return missing.isEmpty() && !rows.isEmpty() && rows.stream().allMatch(Row::ok);
    }

    String line() {
        Row worst = rows.stream().max((a, b) -> Double.compare(a.error, b.error)).orElse(new Row("", 0, 0, true));
        String at = worst.error == 0 ? "" : " at " + worst.tensor;
        String text = String.format(Locale.ROOT, "golden %s: %d compared, %d not compared, worst %.1e%s", title,
                rows.size(), missing.size(), worst.error, at);
        return text + (note.isEmpty() ? "" : " (" + note + ")");
    }

    String faults() {
        StringBuilder text = new StringBuilder(line());
        missing.forEach(name -> text.append("\n  not compared: ").append(name));
        rows.stream().filter(r -> !r.ok).forEach(r -> text
                .append(String.format(Locale.ROOT, "%n  %s: off by %.3e, allowed %.3e", r.tensor, r.error, r.allowed)));
        return text.toString();
    }

    /// @return rows of `golden.tsv`: case, weight file, tensor, max abs error, allowed, ok
    List<String> table() {
        String[] parts = title.split(" ", 2);
        List<String> out = new ArrayList<>();
        rows.forEach(r -> out.add(String.format(Locale.ROOT, "%s\t%s\t%s\t%.3e\t%.3e\t%s", parts[0], parts[1], r.tensor,
                r.error, r.allowed, r.ok)));
        missing.forEach(name -> out.add(String.format(Locale.ROOT, "%s\t%s\t%s\t\t\tfalse", parts[0], parts[1], name)));
        return out;
    }
}
