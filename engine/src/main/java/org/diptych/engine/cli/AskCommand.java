package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.Engine;
import org.diptych.engine.api.Conversation;
import org.diptych.engine.api.Said;
import org.diptych.engine.api.Decoding;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.GenerateRequest;
import org.diptych.engine.api.GenerateResult;
import org.diptych.engine.api.Generation;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Picture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych ask`: a model writes an answer or a caption, word by word.
@Command(name = "ask")
final class AskCommand extends EngineCommand {
    private static final int USUAL_LENGTH = 64;
    private static final int USUAL_DRAW = 50;
    @Option(names = "--model", paramLabel = "M", required = true)
    private String model;
    @Option(names = "--image", paramLabel = "F")
    private Path image;
    @Option(names = "--scene", paramLabel = "SEED")
    private Long scene;
    @Option(names = "--question", paramLabel = "Q")
    private String question;
    @Option(names = "--text", paramLabel = "T")
    private String text;
    @Option(names = "--most", paramLabel = "N")
    private int most = USUAL_LENGTH;
    @Option(names = "--least", paramLabel = "N")
    private int least;
    @Option(names = "--beams", paramLabel = "K")
    private int beams = 1;
    @Option(names = "--temperature", paramLabel = "T")
    private Double temperature;
    @Option(names = "--top-k", paramLabel = "K")
    private Integer topK;
    @Option(names = "--top-p", paramLabel = "P")
    private Double topP;
    @Option(names = "--seed", paramLabel = "N")
    private Long seed;
    @Option(names = "--repetition", paramLabel = "P")
    private double repetition = 1;
    @Option(names = "--length-penalty", paramLabel = "P")
    private double length = 1;
    @Option(names = "--stop", paramLabel = "T")
    private List<String> stop = new ArrayList<>();
    @Option(names = "--template", paramLabel = "NAME")
    private String template;
    @Option(names = "--before", paramLabel = "T")
    private List<String> before = new ArrayList<>();
    @Option(names = "--alternatives", paramLabel = "N")
    private int alternatives;
    @Option(names = "--attention")
    private boolean attention;
    @Option(names = "--json")
    private boolean json;

    AskCommand(Console console) {
        super(console);
    }

    private boolean draws() {
        return temperature != null || topK != null || topP != null || seed != null;
    }

    @Override
    void check() {
        if (image == null && scene == null && question == null && text == null) {
            throw misunderstood("cli.ask.needs");
        }
        if (draws() && beams > 1) {
            throw misunderstood("cli.ask.draws");
        }
        if (before.size() % 2 != 0) {
            throw misunderstood("cli.ask.pairs");
        }
        require(most >= 1, "--most " + most);
        require(least >= 0 && least <= most, "--least " + least);
        require(beams >= 1, "--beams " + beams);
        require(temperature == null || temperature > 0, "--temperature " + temperature);
        require(topK == null || topK >= 0, "--top-k " + topK);
        require(topP == null || topP > 0 && topP <= 1, "--top-p " + topP);
        require(repetition > 0, "--repetition " + repetition);
        require(alternatives >= 0, "--alternatives " + alternatives);
    }

    private Decoding how() {
        return new Decoding(beams, draws(), temperature == null ? 1 : temperature, topK == null ? USUAL_DRAW : topK,
                topP == null ? 1 : topP, repetition, least, most, false, length, seed == null ? 0 : seed, stop);
    }

    /// Empty for a text that is to be gone on with, or a single question to a model that reads every text as one.
    private Optional<Said> conversation(LoadedModel loaded) throws EngineException {
        if (template == null && before.isEmpty()) {
            return question == null ? Optional.empty() : loaded.talk().question();
        }
        if (loaded.talk().templates().isEmpty()) {
            throw new EngineException("engine.method", loaded.card().id(), "conversation");
        }
        List<Conversation.Turn> turns = new ArrayList<>();
        for (int i = 0; i < before.size(); i += 2) {
            turns.add(new Conversation.Turn(before.get(i), before.get(i + 1)));
        }
        return Optional.of(
                new Said(template == null ? loaded.talk().templates().getFirst() : template, turns));
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            LoadedModel loaded = load(engine, model);
            Optional<Picture> picture = Optional.empty();
            if (image != null) {
                picture = Optional.of(console.await(engine.readPicture(image)));
            } else if (scene != null) {
                picture = Optional.of(engine.scene(scene, loaded.sceneSize(), "aligned").picture());
            }
            Optional<String> said = Optional.ofNullable(question == null ? text : question);
            Generation generation = engine
                    .generate(new GenerateRequest(loaded.handle(), picture, said, how(), alternatives, attention,
                            conversation(loaded)));
            Stream stream = new Stream(generation);
            GenerateResult result = console.await(generation.job(), generation.job()::cancel,
                    json ? () -> {
                    } : stream::tell);
            result.notes().forEach(note -> console.note(note.key(), note.args().toArray()));
            if (json) {
                console.json(json(loaded, said.orElse(""), result));
                return;
            }
            stream.end(result);
        }
    }

    /// Words as they come.
    private final class Stream {
        private final Generation generation;
        private int told;
        private String shown = "";

        Stream(Generation generation) {
            this.generation = generation;
        }

        void tell() {
            List<GenerateResult.Word> more = generation.since(told);
            if (!more.isEmpty()) {
                told += more.size();
                show(more.getLast().text());
            }
        }

        /// What a tokenizer makes of a text may change its end when a further word comes: then the line is begun anew.
        private void show(String all) {
            if (!all.startsWith(shown)) {
                console.out().println();
                shown = "";
            }
            console.out().print(all.substring(shown.length()));
            console.out().flush();
            shown = all;
        }

        void end(GenerateResult result) {
            if (shown.isEmpty()) {
                console.out().print(result.text());
            }
            console.out().println();
            if (alternatives > 0) {
                result.words().forEach(word -> console.line(line(word)));
            }
            console.note("cli.ask.speed", result.words().size(), String.format(Locale.ROOT, "%.1f", result.seconds()),
                    String.format(Locale.ROOT, "%.1f", result.words().size() / Math.max(1e-9, result.seconds())));
        }

        private static String line(GenerateResult.Word word) {
            StringBuilder line = new StringBuilder(
                    String.format(Locale.ROOT, "%-16s %.3f  ", word.string(), word.probability()));
            word.alternatives().forEach(a -> line
                    .append(String.format(Locale.ROOT, "  %s %.3f", a.string(), a.probability())));
            return line.toString();
        }
    }

    private static Map<String, Object> json(LoadedModel loaded, String said, GenerateResult result) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("model", loaded.title());
        out.put("family", loaded.card().id());
        out.put("asked", said);
        out.put("text", result.text());
        out.put("reason", result.reason().name().toLowerCase(Locale.ROOT));
        out.put("score", result.score());
        out.put("seconds", result.seconds());
        result.prompt().ifPresent(p -> out.put("prompt", p.tokens()));
        result.view().ifPresent(v -> out.put("view", v));
        result.grid().ifPresent(g -> out.put("grid", Map.of("rows", g.rows(), "cols", g.cols())));
        out.put("words", result.words());
        return out;
    }
}
