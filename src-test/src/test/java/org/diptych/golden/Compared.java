package org.diptych.golden;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What came of comparing one file of a golden folder.
public final class Compared {
    private final String place;
    private final List<String> failures = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private String note = "";
    private double worst;
    private String worstAt = "";

    /// One comparison, a line of `golden.tsv`.
    ///
    /// @param error   largest absolute difference; infinite where shapes, ids or texts differ
    /// @param allowed largest that passes
    public record Row(String name, double error, double allowed) {
        public boolean ok() {
            return error <= allowed;
        }
    }

    /// @param place `model/case file`
    public Compared(String place) {
        this.place = place;
    }

    /// Ids, texts, shapes: equal or not.
    public void exactly(String name, Object got, Object expected) {
        boolean same = expected.equals(got);
        add(new Row(name, same ? 0 : Double.POSITIVE_INFINITY, 0), name + ": got " + got + ", expected " + expected);
    }

    /// @param relative allowed difference as a share of max(1, largest expected)
    public void closely(String name, double[] got, double[] expected, double relative) {
        double largest = 1;
        double error = got.length == expected.length ? 0 : Double.POSITIVE_INFINITY;
        for (int i = 0; i < expected.length && i < got.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            double difference = Math.abs(got[i] - expected[i]);
            error = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(error, difference);
        }
        add(new Row(name, error, relative * largest),
                name + ": off by " + error + " in " + expected.length + " values");
    }

    /// A tensor against the reference's: exact for whole numbers, else within a share of max(1, largest expected).
    public void tensor(String name, NDArray got, NDArray expected, double tolerance) {
        boolean whole = !expected.getDataType().isFloating();
        within(name, got, expected, whole ? 0 : tolerance * Math.max(1, largest(expected)));
    }

    /// A gradient against the reference's: within a thousandth of the largest expected value, however small that is.
    ///
    /// @param largest of the reference's whole tensor, of which `expected` may be a piece
    public void gradient(String name, NDArray got, NDArray expected, double largest) {
        within(name, got, expected, 1e-3 * largest);
    }

    private void within(String name, NDArray got, NDArray expected, double allowed) {
        if (!expected.getShape().equals(got.getShape())) {
            exactly(name + " shape", got.getShape(), expected.getShape());
            return;
        }
        double[] want = numbers(expected);
        double[] have = numbers(got);
        double error = 0;
        for (int i = 0; i < want.length; i++) {
            double off = Double.compare(want[i], have[i]) == 0 ? 0 : Math.abs(want[i] - have[i]);
            error = Double.isNaN(off) ? Double.POSITIVE_INFINITY : Math.max(error, off);
        }
        add(new Row(name, error, allowed), name + ": off by " + error + ", allowed " + allowed);
    }

    /// @return the largest finite absolute value
    static double largest(NDArray array) {
        double largest = 0;
        for (double v : numbers(array)) {
            largest = Math.max(largest, Double.isFinite(v) ? Math.abs(v) : 0);
        }
        return largest;
    }

    private static double[] numbers(NDArray array) {
        Number[] values = array.toArray();
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i].doubleValue();
        }
        return out;
    }

    /// Said behind the line: that a file holds a part of a model.
    public void note(String text) {
        note = " (" + text + ")";
    }

    /// @return rows of `golden.tsv`: case, weight file, tensor, max abs error, allowed, ok
    List<String> table() {
        String head = place.replaceFirst(" ", "\t");
        List<String> out = new ArrayList<>();
        rows.forEach(r -> out
                .add(String.format(Locale.ROOT, "%s\t%s\t%.3e\t%.3e\t%s", head, cell(r.name), r.error, r.allowed,
                        r.ok())));
        unknown.forEach(name -> out.add(head + "\t" + cell(name) + "\t\t\tfalse"));
        return out;
    }

    /// Some cases are named by a text, which may hold what separates rows and columns.
    private static String cell(String name) {
        return name.replace("\t", "\\t").replace("\r", "\\r").replace("\n", "\\n");
    }

    /// A name that nothing was found for: a failure, never a skip.
    public void cannot(String name) {
        unknown.add(name);
        failures.add(name + ": not compared");
    }

    private void add(Row row, String failure) {
        rows.add(row);
        if (row.error > worst) {
            worst = row.error;
            worstAt = row.name;
        }
        if (!row.ok()) {
            failures.add(failure);
        }
    }

    public int compared() {
        return rows.size();
    }

    public int notCompared() {
        return unknown.size();
    }

    public double worst() {
        return worst;
    }

    public List<Row> rows() {
        return List.copyOf(rows);
    }

    public List<String> failures() {
        return List.copyOf(failures);
    }

    /// @return `golden clip/tokenizer cases.json: 33 compared, 0 not compared, worst 0.0e+00`
    public String line() {
        String at = worst > 0 ? " at " + worstAt : "";
        return "golden " + place + ": " + rows.size() + " compared, " + unknown.size() + " not compared, worst "
                + String.format(Locale.ROOT, "%.1e", worst) + at + note;
    }
}
