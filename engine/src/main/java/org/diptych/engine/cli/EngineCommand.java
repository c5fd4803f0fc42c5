package org.diptych.engine.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.api.LoadRequest;
import org.diptych.engine.api.LoadedModel;
import picocli.CommandLine.Option;

/// What all commands share: help, language, device, threads.
abstract class EngineCommand implements Callable<Integer> {
    protected final Console console;
    @Option(names = {"-h", "--help"}, usageHelp = true)
    private boolean help;
    @Option(names = "--lang", paramLabel = "en|zh")
    private String language = "";
    @Option(names = "--device", paramLabel = "auto|cpu|cuda")
    private String device = "auto";
    @Option(names = "--threads", paramLabel = "N")
    private int threads;

    EngineCommand(Console console) {
        this.console = console;
    }

    /// @return an engine that the caller closes
    protected Engine start() throws EngineException {
        EngineOptions usual = EngineOptions.defaults();
        return Engine.start(new EngineOptions(device, threads, usual.data(), Optional.empty()));
    }

    protected LoadedModel load(Engine engine, String model) throws EngineException {
        return console.await(engine.load(new LoadRequest(model)));
    }
}
