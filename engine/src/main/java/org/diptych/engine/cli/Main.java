package org.diptych.engine.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.MissingResourceException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Texts;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// `diptych SUBCOMMAND ...`. Exit status: 0 done, 1 it could not be done (three short sentences say why), 2 the words were not understood, 130 cancelled.
public final class Main {
    static final int FAILED = 1;
    static final int NOT_UNDERSTOOD = 2;
    static final int CANCELLED = 130;
    private static final long LAST_WORDS_SECONDS = 30;

    private Main() {
    }

    public static void main(String[] args) {
        System.exit(run(args));
    }

    public static int run(String[] args) {
        return run(args, printer(System.out), printer(System.err));
    }

    /// @return a stream that can write Chinese whatever the platform's own encoding is
    private static PrintStream printer(PrintStream stream) {
        return stream.charset().newEncoder().canEncode('语')
                ? stream
                : new PrintStream(stream, true, StandardCharsets.UTF_8);
    }

    /// @param out results
    /// @param err progress and errors
    public static int run(String[] args, PrintStream out, PrintStream err) {
        Texts texts = Texts.of(language(args));
        Console console = new Console(out, err, texts);
        CommandLine line = new CommandLine(new Root(console));
        line.addSubcommand(new ModelsCommand(console)).addSubcommand(new LoadCommand(console))
                .addSubcommand(new LookCommand(console)).addSubcommand(new AskCommand(console))
                .addSubcommand(new AssembleCommand(console))
                .addSubcommand(new ContrastCommand(console)).addSubcommand(new TrainCommand(console))
                .addSubcommand(new EvaluateCommand(console)).addSubcommand(new RunsCommand(console))
                .addSubcommand(new CurvesCommand(console)).addSubcommand(new CapFiltCommand(console))
                .addSubcommand(new ExperimentCommand(console))
                .addSubcommand(new ToyboxCommand(console)).addSubcommand(new BenchCommand(console))
                .addSubcommand(new TasksCommand(console)).addSubcommand(new TimeCommand(console))
                .addSubcommand(new InstructCommand(console)).addSubcommand(new DataCommand(console))
                .addSubcommand(new TourCommand(console));
        line.setCaseInsensitiveEnumValuesAllowed(true); // the window writes `--method chefer`
        localise(line, texts, "");
        line.getSubcommands().forEach((name, sub) -> localise(sub, texts, name + "."));
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        line.setExecutionExceptionHandler((error, command, parsed) -> failed(error, console));
        line.setParameterExceptionHandler((error, given) -> {
            err.println(Usage.message(error, texts));
            err.println(texts.get("cli.usage.help", error.getCommandLine().getCommandSpec().qualifiedName()));
            return NOT_UNDERSTOOD;
        });
        return interruptibly(() -> line.execute(args), console);
    }

    /// Ctrl+C ends what is under way at its next safe point; the process waits a while for that.
    private static int interruptibly(IntSupplier work, Console console) {
        CountDownLatch ended = new CountDownLatch(1);
        Runnable withdraw = Engine.onExit(() -> {
            console.interrupt();
            try {
                ended.await(LAST_WORDS_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        try {
            return work.getAsInt();
        } finally {
            ended.countDown();
            withdraw.run();
        }
    }

    /// `--lang zh` or `--lang=zh` anywhere, else the system's language.
    private static Locale language(String[] args) {
        for (int i = 0; i < args.length; i++) {
            if (args[i].startsWith("--lang=")) {
                return Locale.of(args[i].substring("--lang=".length()));
            }
            if (args[i].equals("--lang") && i + 1 < args.length) {
                return Locale.of(args[i + 1]);
            }
        }
        return Locale.getDefault();
    }

    /// Every command and option takes its description from the bundle: `cli.look`, `cli.look.image` or, for what all share, `cli.option.json`.
    private static void localise(CommandLine line, Texts texts, String prefix) {
        CommandSpec spec = line.getCommandSpec();
        spec.usageMessage().description(
                texts.get(prefix.isEmpty() ? "cli.root" : "cli." + prefix.substring(0, prefix.length() - 1)));
        spec.usageMessage().synopsisHeading(texts.get("cli.heading.usage") + " ").descriptionHeading("%n")
                .optionListHeading("%n" + texts.get("cli.heading.options") + "%n")
                .commandListHeading("%n" + texts.get("cli.heading.commands") + "%n")
                .synopsisSubcommandLabel(texts.get("cli.heading.command")).adjustLineBreaksForWideCJKCharacters(true);
        for (PositionalParamSpec word : java.util.List.copyOf(spec.positionalParameters())) {
            spec.remove(word);
            spec.addPositional(PositionalParamSpec.builder(word)
                    .description(texts.get("cli." + prefix + word.paramLabel().toLowerCase(Locale.ROOT))).build());
        }
        for (OptionSpec option : java.util.List.copyOf(spec.options())) {
            String name = option.longestName().replaceFirst("^--", "");
            String own = "cli." + prefix + name;
            String key = texts.has(own) ? own : "cli.option." + name;
            try {
                spec.remove(option);
                spec.addOption(OptionSpec.builder(option).description(texts.get(key)).build());
            } catch (MissingResourceException e) {
                throw new IllegalStateException("no text for option " + option.longestName() + " of " + prefix, e);
            }
        }
    }

    private static int failed(Exception error, Console console) {
        Throwable cause = error;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof CancellationException) {
            console.note("cli.cancelled");
            return CANCELLED;
        }
        if (cause instanceof EngineException told) {
            console.error(told);
        } else {
            console.bug(cause);
        }
        return FAILED;
    }
}
