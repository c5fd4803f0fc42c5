package org.diptych.app.chart;

/// Cells of comma-separated values (RFC 4180).
public final class Csv {
    private Csv() {
    }

    /// @return the text, quoted where it must be
    public static String cell(String text) {
        return text.matches("[^\",\\r\\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }
}
