package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.Engine;
import org.diptych.engine.api.AssembleRequest;
import org.diptych.engine.api.AssembleResult;
import org.diptych.engine.api.AssemblyPreview;
import org.diptych.engine.api.Bytes;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Message;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych assemble`: a picture tower, a projector and a language model become a LLaVA folder.
@Command(name = "assemble")
final class AssembleCommand extends EngineCommand {
    private static final String LINEAR = "linear";
    private static final String PERCEPTRON = "mlp";

    @Option(names = "--vision", paramLabel = "M", required = true)
    private Path vision;
    @Option(names = "--language", paramLabel = "M", required = true)
    private Path language;
    @Option(names = "--projector", paramLabel = "linear|mlp|F", defaultValue = PERCEPTRON)
    private String projector;
    @Option(names = "--out", paramLabel = "DIR")
    private Path out;
    @Option(names = "--seed", paramLabel = "N")
    private long seed;
    @Option(names = "--preview")
    private boolean preview;
    @Option(names = "--json")
    private boolean json;

    AssembleCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        if (out == null && !preview) {
            throw misunderstood("cli.assemble.either");
        }
    }

    private AssembleRequest.Projector projector() {
        return switch (projector) {
            case LINEAR -> AssembleRequest.Projector.fresh(AssembleRequest.Projector.LINEAR);
            case PERCEPTRON -> AssembleRequest.Projector.fresh(AssembleRequest.Projector.PERCEPTRON);
            default -> AssembleRequest.Projector.trained(Path.of(projector));
        };
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            if (preview) {
                show(console.await(engine.assembly(new AssembleRequest.Parts(Optional.of(vision),
                        Optional.of(language), projector()))));
                return;
            }
            AssembleResult made = console.await(engine.assemble(
                    new AssembleRequest(vision, language, projector(), out, seed)));
            if (json) {
                console.json(Map.of("out", made.out().toString(), "from", made.from(), "to", made.to(),
                        "parameters", made.parameters(), "fits", made.fits()));
                return;
            }
            console.say("cli.assemble.widths", made.from(), made.to());
            made.fits().forEach(fit -> console.line(fit.name() + "  " + fit.found() + " → " + fit.made()));
            console.say("cli.assemble.made", made.parameters() / 1e6, made.out());
        }
    }

    /// @throws EngineException when the parts do not fit, after all is told
    private void show(AssemblyPreview all) throws EngineException {
        if (json) {
            console.json(Map.of("parameters", all.parameters(), "bytes", all.bytes(), "checks", all.checks().stream()
                    .map(c -> Map.of("check", console.texts().get(c.name()), "left", say(c.left()), "right",
                            say(c.right()), "verdict", c.verdict()))
                    .toList()));
        } else {
            all.taken().forEach(t -> console.line(console.texts().get(t.what())
                    + t.from().map(f -> "  " + f).orElse("")));
            all.checks().forEach(c -> console.say("cli.assemble.check", c.name(), say(c.left()), say(c.right()),
                    Message.of("cli.assemble.verdict." + c.verdict().name().toLowerCase(Locale.ROOT))));
            console.say("cli.assemble.size", all.parameters() / 1e6, Bytes.size(all.bytes()));
        }
        if (all.fault().isPresent()) {
            throw new EngineException(all.fault().get().key(), all.fault().get().args().toArray());
        }
    }

    private String say(Optional<Message> value) {
        return value.map(console.texts()::get).orElse("");
    }
}
