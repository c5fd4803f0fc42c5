package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Guess;
import org.diptych.engine.api.LoadedModel;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Scene;
import org.diptych.engine.api.TaskView;
import org.diptych.engine.api.TasksRequest;
import org.diptych.engine.api.Tokens;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych tasks`: each objective of a model on one input: what is hidden, what it guesses, what it costs.
@Command(name = "tasks")
final class TasksCommand extends EngineCommand {
    @Option(names = "--model", paramLabel = "M", required = true)
    private String model;
    @Option(names = "--image", paramLabel = "F")
    private Path image;
    @Option(names = "--scene", paramLabel = "SEED")
    private Long scene;
    @Option(names = "--text", paramLabel = "T")
    private String text;
    @Option(names = "--regions", paramLabel = "FILE|grid:RxC|toybox")
    private String regions = "";
    @Option(names = "--seed", paramLabel = "S", defaultValue = "1")
    private long seed;
    @Option(names = "--joint")
    private boolean joint;
    @Option(names = "--both")
    private boolean both;
    @Option(names = "--json")
    private boolean json;

    TasksCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        if (image == null && scene == null || image != null && text == null) {
            throw misunderstood("cli.look.needs");
        }
        require(image == null || scene == null, "--scene " + scene);
        require(!joint || !both, "--both");
        require(RegionOption.sound(regions) && (scene != null || !regions.equals(RegionOption.TOYBOX)),
                "--regions " + regions);
    }

    private List<TaskView.Masking> maskings() {
        return both
                ? List.of(TaskView.Masking.values())
                : List.of(joint ? TaskView.Masking.JOINT : TaskView.Masking.CONDITIONAL);
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            LoadedModel loaded = load(engine, model);
            Optional<Scene> truth = Optional.ofNullable(scene)
                    .map(s -> engine.scene(s, loaded.sceneSize(), "aligned"));
            Picture seen = truth.isPresent() ? truth.get().picture() : console.await(engine.readPicture(image));
            String said = text != null ? text : truth.orElseThrow().captions().get("en").getFirst();
            List<TaskView> views = console.await(engine.tasks(new TasksRequest(loaded.handle(), seen, said,
                    RegionOption.of(regions, console, engine, loaded, seen, truth),
                    scene == null ? OptionalLong.empty() : OptionalLong.of(scene), seed, maskings())));
            if (json) {
                console.json(views.stream().map(TasksCommand::json).toList());
            } else {
                views.forEach(this::tell);
            }
        }
    }

    private void tell(TaskView view) {
        String name = view.task().plan() + (view.masking() == TaskView.Masking.JOINT ? " (joint)" : "");
        if (view.lacks().isPresent()) {
            console.line(name + " – " + console.texts().get(view.lacks().get().key(),
                    view.lacks().get().args().toArray()));
            return;
        }
        console.line(String.format(Locale.ROOT, "%s %.4f", name, view.loss()));
        view.shown().ifPresent(t -> console.line("  " + t.tokens().stream().map(w -> w.string())
                .collect(Collectors.joining(" "))));
        view.words().stream().filter(TaskView.Word::asked).forEach(
                w -> console.line("  " + w.place() + " " + w.truth() + " <- " + guesses(w.guesses())
                        + (view.blind(w) ? " " + console.texts().get("cli.tasks.blind") : "")));
        view.plan().ifPresent(plan -> plan(view.shown().orElseThrow(), plan));
        for (TaskView.Place place : view.places()) {
            StringBuilder line = new StringBuilder("  [").append(place.box()).append("] ").append(place.truth());
            if (!place.guesses().isEmpty()) {
                line.append(" <- ").append(guesses(place.guesses()));
            }
            place.error().ifPresent(e -> line.append(String.format(Locale.ROOT, " mse %.4f", e)));
            console.line(line.toString());
        }
        view.pair().ifPresent(pair -> console.line(String.format(Locale.ROOT, "  %s%s",
                pair.together() ? "+" : "-", pair.probability().isPresent()
                        ? String.format(Locale.ROOT, " %.4f", pair.probability().getAsDouble())
                        : "")));
        view.choice().ifPresent(
                choice -> console.line("  " + choice.right() + " <- " + guesses(choice.guesses())));
    }

    private void plan(Tokens tokens, TaskView.Plan plan) {
        for (int t = 0; t < tokens.size(); t++) {
            List<Double> row = plan.shares().get(t);
            if (row.stream().anyMatch(s -> s > 0)) {
                console.line("  " + tokens.tokens().get(t).string() + " -> " + row.stream()
                        .map(s -> String.format(Locale.ROOT, "%.3f", s)).collect(Collectors.joining(" ")));
            }
        }
    }

    private static String guesses(List<Guess> guesses) {
        return guesses.stream().map(g -> String.format(Locale.ROOT, "%s %.4f", g.name(), g.probability()))
                .collect(Collectors.joining(", "));
    }

    private static Map<String, Object> json(TaskView view) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("task", view.task().plan());
        out.put("masking", view.masking().name().toLowerCase(Locale.ROOT));
        if (view.lacks().isPresent()) {
            out.put("lacks", view.lacks().get().key());
            return out;
        }
        out.put("loss", view.loss());
        out.put("examples", view.examples());
        out.put("picture", view.picture());
        view.shown().ifPresent(t -> out.put("tokens", t.tokens().stream().map(w -> w.string()).toList()));
        out.put("words", view.words().stream().map(w -> {
            Map<String, Object> word = new LinkedHashMap<>();
            word.put("place", w.place());
            word.put("truth", w.truth());
            word.put("guesses", w.guesses());
            word.put("found", w.found());
            word.put("own", w.own());
            word.put("blind", view.blind(w));
            return word;
        }).toList());
        out.put("boxes", view.boxes());
        out.put("places", view.places().stream().map(TasksCommand::json).toList());
        view.pair().ifPresent(pair -> {
            out.put("together", pair.together());
            pair.probability().ifPresent(p -> out.put("match", p));
        });
        view.choice().ifPresent(choice -> out.put("choice", choice));
        view.plan().ifPresent(plan -> out.put("plan", plan.shares()));
        return out;
    }

    private static Map<String, Object> json(TaskView.Place place) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("box", place.box());
        out.put("truth", place.truth());
        out.put("guesses", place.guesses());
        out.put("found", place.found());
        place.error().ifPresent(e -> out.put("error", e));
        return out;
    }
}
