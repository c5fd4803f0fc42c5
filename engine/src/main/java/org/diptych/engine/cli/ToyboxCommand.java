package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.Map;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.ToyboxRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych toybox`: scenes and their texts as files.
@Command(name = "toybox")
final class ToyboxCommand extends EngineCommand {
    @Option(names = "--count", paramLabel = "N", defaultValue = "100")
    private int count;
    @Option(names = "--seed", paramLabel = "S", defaultValue = "0")
    private long seed;
    @Option(names = "--size", paramLabel = "PIXELS", defaultValue = "64")
    private int size;
    @Option(names = "--world", paramLabel = "WORLD", defaultValue = "aligned")
    private String world;
    @Option(names = "--noise", paramLabel = "P", defaultValue = "0")
    private double noise;
    @Option(names = "--out", paramLabel = "DIR", required = true)
    private Path out;
    @Option(names = "--json")
    private boolean json;

    ToyboxCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        require(count >= 1, "--count " + count);
        require(size >= 16 && size <= 2048, "--size " + size);
        require(noise >= 0 && noise <= 1, "--noise " + noise);
        requireWorld(world);
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            Path folder = console.await(engine.toybox(new ToyboxRequest(count, seed, size, world, noise, out)));
            if (json) {
                console.json(Map.of("folder", folder.toString(), "count", count));
            } else {
                console.say("cli.written", folder);
            }
        }
    }
}
