package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.InstructRequest;
import org.diptych.engine.api.InstructRequest.Prompt;
import org.diptych.engine.api.InstructResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych instruct`: conversations about pictures, made of captions and boxes. Nobody is asked unless `--address` names a language model.
@Command(name = "instruct")
final class InstructCommand extends EngineCommand {
    @Option(names = "--data", paramLabel = "toybox|DIR", defaultValue = InstructRequest.TOYBOX)
    private String data;
    @Option(names = "--count", paramLabel = "N", defaultValue = "100")
    private int count;
    @Option(names = "--seed", paramLabel = "S", defaultValue = "0")
    private long seed;
    @Option(names = "--size", paramLabel = "PIXELS", defaultValue = "64")
    private int size;
    @Option(names = "--world", paramLabel = "WORLD", defaultValue = "aligned")
    private String world;
    @Option(names = "--language", paramLabel = "en|zh", defaultValue = "en")
    private String language;
    @Option(names = "--forms", paramLabel = "FORM", split = ",")
    private List<String> forms = InstructRequest.FORMS;
    @Option(names = "--show-prompt")
    private boolean showPrompt;
    @Option(names = "--address", paramLabel = "URL")
    private String address;
    @Option(names = "--llm", paramLabel = "NAME", defaultValue = "default")
    private String llm;
    @Option(names = "--key-from", paramLabel = "VARIABLE")
    private String keyFrom;
    @Option(names = "--out", paramLabel = "DIR")
    private Path out;
    @Option(names = "--json")
    private boolean json;

    InstructCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        require(count >= 1, "--count " + count);
        require(size >= 16 && size <= 2048, "--size " + size);
        require(Set.of("en", "zh").contains(language), "--language " + language);
        requireWorld(world);
        forms.forEach(form -> require(InstructRequest.FORMS.contains(form), "--forms " + form));
        if (out == null && !showPrompt) {
            throw misunderstood("cli.instruct.either");
        }
        if (keyFrom != null) {
            require(System.getenv(keyFrom) != null, "--key-from " + keyFrom);
        }
    }

    @Override
    void run() throws EngineException {
        Optional<InstructRequest.Writer> writer = Optional.ofNullable(address).map(
                a -> new InstructRequest.Writer(a, llm, Optional.ofNullable(keyFrom).map(System::getenv)));
        InstructRequest request = new InstructRequest(data, showPrompt ? 1 : count, seed, world, size, language, forms,
                out == null ? Path.of("") : out, writer);
        try (Engine engine = start()) {
            if (showPrompt) {
                show(console.await(engine.sets().prompts(request)));
            } else {
                tell(console.await(engine.sets().instruct(request)));
            }
        }
    }

    private void show(List<Prompt> prompts) {
        if (json) {
            console.json(prompts);
            return;
        }
        for (Prompt prompt : prompts) {
            console.line("# " + prompt.id());
            for (Prompt.Said said : prompt.said()) {
                console.line("\n[" + said.role() + "]\n" + said.content());
            }
            console.line("");
        }
    }

    private void tell(InstructResult result) {
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("file", result.file().toString());
            all.put("conversations", result.conversations());
            all.put("unusable", result.unusable());
            console.json(all);
            return;
        }
        console.say("cli.instruct.done", result.conversations(), result.file());
        result.trouble().ifPresent(why -> console.say("cli.instruct.unusable", result.unusable(), why));
    }
}
