package org.diptych.engine.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The rows of a table as text (RFC 4180): cells in quotes may hold the separator, line ends and doubled quotes. Two things that people write are understood besides: spaces around quotes, and
/// quotes that belong to the text because more of it follows them (`"Stop" on a sign`).
final class Csv {
    /// @param text   with spaces around it taken off
    /// @param quoted whether it stood in quotes
    /// @param from   where it begins in the whole text
    record Cell(String text, boolean quoted, int from) {
    }

    /// @param line at which it begins, from 1
    /// @param end  where it ends in the whole text
    /// @param open true when a quote is never closed: the row ends with its line
    record Row(int line, List<Cell> cells, int end, boolean open) {
        boolean blank() {
            return !open && cells.size() == 1 && !cells.getFirst().quoted && cells.getFirst().text.isEmpty();
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

    /// @return the row's text from that column to its end, separators and quotes as they stand
    String rest(Row row, int column) {
        return text.substring(row.cells.get(column).from, row.end).strip();
    }

    private Row row() {
        int from = at;
        int first = line;
        List<Cell> cells = new ArrayList<>();
        while (true) {
            int begin = spaces(at);
            int close = begin < text.length() && text.charAt(begin) == '"' ? close(begin + 1) : -1;
            int after = close < 0 ? -1 : spaces(Math.min(close + 1, text.length()));
            boolean quoted = close >= 0 && close < text.length() && (after == text.length() || ends(after));
            if (quoted) {
                String cell = text.substring(begin + 1, close);
                line += (int) cell.chars().filter(c -> c == '\n').count();
                cells.add(new Cell(cell.replace("\"\"", "\"").strip(), true, begin));
                at = after;
            } else if (close >= 0 && (close == text.length() || text.substring(begin, close).indexOf('\n') >= 0)) {
                return unclosed(from, first, cells);
            } else {
                int end = plainEnd(at);
                cells.add(new Cell(text.substring(at, end).strip(), false, at));
                at = end;
            }
            if (at == text.length() || text.charAt(at) != separator) {
                int end = at;
                endLine();
                return new Row(first, cells, end, false);
            }
            at++;
        }
    }

    /// A quote without an end, or whose end belongs to another row, would take what follows with it: its line is given up, and reading goes on behind it.
    private Row unclosed(int from, int first, List<Cell> cells) {
        int end = text.indexOf('\n', from);
        at = end < 0 ? text.length() : end + 1;
        line = first + 1;
        return new Row(first, cells, at, true);
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
