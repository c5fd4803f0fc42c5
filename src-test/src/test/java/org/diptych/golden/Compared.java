package org.diptych.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What came of comparing one file of a golden folder.
public final class Compared {
    private final String place;
    private final List<String> failures = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private int notCompared;
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

    /// A name that nothing was found for: a failure, never a skip.
    public void cannot(String name) {
        notCompared++;
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
        return notCompared;
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
        return "golden " + place + ": " + rows.size() + " compared, " + notCompared + " not compared, worst "
                + String.format(Locale.ROOT, "%.1e", worst) + at;
    }
}
