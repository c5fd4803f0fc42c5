package org.diptych.engine.api;

/// How a request prints itself as a command.
public final class CommandLine {
    private CommandLine() {
    }

    /// @return the word as a POSIX shell takes it, in single quotes only where it must be
    public static String quote(String word) {
        return word.matches("[\\w./:=,@%+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
