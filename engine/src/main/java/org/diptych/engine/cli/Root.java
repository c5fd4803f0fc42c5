package org.diptych.engine.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The command without a subcommand says what there is.
@Command(name = "diptych", mixinStandardHelpOptions = true, version = "Diptych 0.1.0")
final class Root implements Callable<Integer> {
    private final Console console;
    @Spec
    private CommandSpec spec;
    @Option(names = "--lang", paramLabel = "en|zh")
    private String language = "";

    Root(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(console.out());
        return 2;
    }
}
