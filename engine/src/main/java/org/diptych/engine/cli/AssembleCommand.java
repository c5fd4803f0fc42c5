package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.diptych.engine.Engine;
import org.diptych.engine.api.AssembleRequest;
import org.diptych.engine.api.AssembleResult;
import org.diptych.engine.api.EngineException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych assemble`: a picture tower, a projector and a language model become a LLaVA folder.
@Command(name = "assemble")
final class AssembleCommand extends EngineCommand {
    @Option(names = "--vision", paramLabel = "M", required = true)
    private Path vision;
    @Option(names = "--language", paramLabel = "M", required = true)
    private Path language;
    @Option(names = "--projector", paramLabel = "F")
    private Path projector;
    @Option(names = "--out", paramLabel = "DIR", required = true)
    private Path out;
    @Option(names = "--seed", paramLabel = "N")
    private long seed;
    @Option(names = "--json")
    private boolean json;

    AssembleCommand(Console console) {
        super(console);
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            AssembleResult made = console.await(engine.assemble(
                    new AssembleRequest(vision, language, Optional.ofNullable(projector), out, seed)));
            if (json) {
                console.json(java.util.Map.of("out", made.out().toString(), "from", made.from(), "to", made.to(),
                        "parameters", made.parameters(), "fits", made.fits()));
                return;
            }
            console.say("cli.assemble.widths", made.from(), made.to());
            made.fits().forEach(fit -> console.line(fit.name() + "  " + fit.found() + " → " + fit.made()));
            console.say("cli.assemble.made", made.parameters() / 1e6, made.out());
        }
    }
}
