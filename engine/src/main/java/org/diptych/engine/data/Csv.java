package org.diptych.engine.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The rows of a table as text (RFC 4180): cells in quotes may hold the separator, line ends and doubled quotes. Two things that people write are understood besides: spaces around quotes, and
/// quotes that belong to the text because more of it follows them (`"Stop" on a sign`).
final class Csv {
    /// @param line  at which it begins, from 1
    /// @param cells their texts, with spaces around them taken off
    /// @param plain whether the last cell stood without quotes
    /// @param open  true when a quote is never closed: the row ends with its line
    record Row(int line, List<String> cells, boolean plain, boolean open) {
        boolean blank() {
            return cells.size() == 1 && plain && cells.getFirst().isEmpty();
        }
    }

    private final String text;
    private final char separator;
    private int at;
    private int line = 1;

    Csv(String text, char separator) {
        this.text = text;
        this.separator = separator;
        at = text.startsWith("\uFEFF") ? 1 : 0; // spreadsheets mark UTF-8 so
    }

    /// @return the next row that is not blank
    Optional<Row> next() {
        while (at < text.length()) {
            Row row = row();
            if (!row.blank()) {
                return Optional.of(row);
            }
        }
        return Optional.empty();
    }

    private Row row() {
        int from = at;
        int first = line;
        List<String> cells = new ArrayList<>();
        while (true) {
            int begin = spaces(at);
            boolean quoted = begin < text.length() && text.charAt(begin) == '"';
            if (quoted) {
                int close = close(begin + 1);
                if (close == text.length()) {
                    return unclosed(from, first, cells);
                }
                int after = spaces(close + 1);
                quoted = after == text.length() || ends(after);
                if (quoted) {
                    String cell = text.substring(begin + 1, close);
                    line += (int) cell.chars().filter(c -> c == '\n').count();
                    cells.add(cell.replace("\"\"", "\"").strip());
                    at = after;
                }
            }
            if (!quoted) {
                int end = plainEnd(at);
                cells.add(text.substring(at, end).strip());
                at = end;
            }
            if (at == text.length() || text.charAt(at) != separator) {
                endLine();
                return new Row(first, cells, !quoted, false);
            }
            at++;
        }
    }

    /// A quote without an end would take all that follows with it: its line is given up, and reading goes on behind it.
    private Row unclosed(int from, int first, List<String> cells) {
        int end = text.indexOf('\n', from);
        at = end < 0 ? text.length() : end + 1;
        line = first + 1;
        return new Row(first, cells, true, true);
    }

    private int close(int from) {
        int i = from;
        while (i < text.length() && (text.charAt(i) != '"' || text.startsWith("\"\"", i))) {
            i += text.charAt(i) == '"' ? 2 : 1;
        }
        return Math.min(i, text.length());
    }

    private int plainEnd(int from) {
        int i = from;
        while (i < text.length() && !ends(i)) {
            i++;
        }
        return i;
    }

    private boolean ends(int i) {
        char c = text.charAt(i);
        return c == separator || c == '\n' || c == '\r';
    }

    private int spaces(int from) {
        int i = from;
        while (i < text.length() && text.charAt(i) == ' ') {
            i++;
        }
        return i;
    }

    private void endLine() {
        if (text.startsWith("\r\n", at)) {
            at += 2;
        } else if (at < text.length()) {
            at++;
        }
        line++;
    }
}
