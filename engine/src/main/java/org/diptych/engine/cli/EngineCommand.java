package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.MemoryNeed;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What all commands share: help, language, device, threads.
abstract class EngineCommand implements Callable<Integer> {
    private static final Set<String> LANGUAGES = Set.of("", "en", "zh");
    private static final Set<String> DEVICES = Set.of("auto", "cpu", "cuda");
    private static final Set<String> WORLDS = Set.of("aligned", "loose", "free");

    private static final double GIGA = 1e9;
    /// Below this a model is opened without a word about memory.

    protected final Console console;
    @Spec
    private CommandSpec spec;
    @Option(names = {"-h", "--help"}, usageHelp = true)
    private boolean help;
    @Option(names = "--lang", paramLabel = "en|zh")
    private String language = "";
    @Option(names = "--device", paramLabel = "auto|cpu|cuda")
    private String device = "auto";
    @Option(names = "--libtorch", paramLabel = "DIR")
    private Path libtorch;
    @Option(names = "--threads", paramLabel = "N")
    private int threads;

    EngineCommand(Console console) {
        this.console = console;
    }

    @Override
    public final Integer call() throws EngineException {
        require(LANGUAGES.contains(language), "--lang " + language);
        require(DEVICES.contains(device), "--device " + device);
        require(threads >= 0, "--threads " + threads);
        check();
        run();
        return 0;
    }

    abstract void run() throws EngineException;

    /// Looks at the options before anything is started.
    void check() {
    }

    final void require(boolean usable, String option) {
        if (!usable) {
            throw misunderstood("cli.usage.value", option);
        }
    }

    final void requireWorld(String world) {
        require(WORLDS.contains(world), "--world " + world);
    }

    final ParameterException misunderstood(String key, Object... args) {
        return new ParameterException(spec.commandLine(), console.texts().get(key, args));
    }

    /// @return an engine that the caller closes
    protected Engine start() throws EngineException {
        EngineOptions usual = EngineOptions.defaults();
        EngineOptions options = new EngineOptions(device, threads, usual.data(), Optional.ofNullable(libtorch));
        if (!Engine.startsQuickly(options)) {
            console.note("cli.unpacking");
        }
        return Engine.start(options);
    }

    protected LoadedModel load(Engine engine, String model) throws EngineException {
        if (!Engine.ships(model)) {
            MemoryNeed need = Engine.need(new LoadRequest(model));
            if (need.tooLarge()) {
                console.note("cli.memory.large", need.memory() / GIGA, need.machine() / GIGA);
            } else if (need.large()) {
                console.note("cli.memory", need.memory() / GIGA, need.machine() / GIGA);
            }
        }
        return console.await(engine.load(new LoadRequest(model)));
    }
}
