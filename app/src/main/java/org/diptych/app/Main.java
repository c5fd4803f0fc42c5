package org.diptych.app;

/// Starts the window, or the command line when given a subcommand.
public final class Main {
    private Main() {
    }

    public static void main(String[] args) {
    }
}
