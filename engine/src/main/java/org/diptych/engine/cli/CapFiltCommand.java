package org.diptych.engine.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.Engine;
import org.diptych.engine.api.CapFiltRequest;
import org.diptych.engine.api.CapFiltResult;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.TrainingControl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych capfilt`: trains a captioner and a filter where plans are given, lets them clean a set of captions, and trains anew on what is left. Every stage leaves its result in a folder of its own
/// and is not done twice; the same command goes on where it was broken off.
@Command(name = "capfilt")
final class CapFiltCommand extends EngineCommand {
    private static final String PLAN = ".json";

    @Option(names = "--captioner", paramLabel = "M|PLAN")
    private String captioner = "";
    @Option(names = "--filter", paramLabel = "M|PLAN")
    private String filter = "";
    @Option(names = "--pairs", paramLabel = "DIR")
    private Path pairs;
    @Option(names = "--human", paramLabel = "DIR")
    private Path human;
    @Option(names = "--out", paramLabel = "DIR", required = true)
    private Path out;
    @Option(names = "--top-p", paramLabel = "P", defaultValue = "0.9")
    private double topP;
    @Option(names = "--least", paramLabel = "N", defaultValue = "5")
    private int least;
    @Option(names = "--most", paramLabel = "N", defaultValue = "20")
    private int most;
    @Option(names = "--threshold", paramLabel = "P", defaultValue = "0.5")
    private double threshold;
    @Option(names = "--seed", paramLabel = "S", defaultValue = "0")
    private long seed;
    @Option(names = "--retrain", paramLabel = "PLAN")
    private Path retrain;
    @Option(names = "--keep", paramLabel = "N", split = ",")
    private List<Integer> keep = new ArrayList<>();
    @Option(names = "--drop", paramLabel = "N", split = ",")
    private List<Integer> drop = new ArrayList<>();
    @Option(names = "--json")
    private boolean json;

    CapFiltCommand(Console console) {
        super(console);
    }

    private boolean overrules() {
        return !keep.isEmpty() || !drop.isEmpty();
    }

    @Override
    void check() {
        require(topP > 0 && topP <= 1, "--top-p " + topP);
        require(threshold >= 0 && threshold <= 1, "--threshold " + threshold);
        require(most >= 2, "--most " + most);
        require(least >= 0 && least <= most, "--least " + least);
        boolean whole = !captioner.isEmpty() && !filter.isEmpty() && pairs != null;
        boolean none = captioner.isEmpty() && filter.isEmpty() && pairs == null;
        if (overrules() ? !none : !whole) {
            throw misunderstood("cli.capfilt.either");
        }
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            CapFiltResult result = overrules() ? overruled(engine) : cleaned(engine);
            Optional<Path> anew = Optional.empty();
            if (retrain != null) {
                anew = Optional.of(trained(engine, on(engine.readPlan(retrain), result.cleaned()),
                        out.resolve("retrained")));
            }
            tell(result, anew);
        }
    }

    private CapFiltResult overruled(Engine engine) throws EngineException {
        Map<Integer, Boolean> other = new LinkedHashMap<>();
        keep.forEach(number -> other.put(number, true));
        drop.forEach(number -> other.put(number, false));
        return console.await(engine.cleaning().overrule(out, other));
    }

    private CapFiltResult cleaned(Engine engine) throws EngineException {
        String writes = model(engine, captioner, out.resolve("captioner"));
        String decides = model(engine, filter, out.resolve("filter"));
        return console
                .await(engine.cleaning().clean(new CapFiltRequest(writes, decides, pairs, Optional.ofNullable(human),
                        out, topP, least, most, threshold, seed)));
    }

    /// @param given a model, or a plan that makes one
    /// @return its handle
    private String model(Engine engine, String given, Path run) throws EngineException {
        return load(engine, given.endsWith(PLAN)
                ? trained(engine, engine.readPlan(Path.of(given)), run).toString()
                : given).handle();
    }

    /// @return the weights of the plan's run, which is begun, gone on with, or already done
    private Path trained(Engine engine, FineTunePlan plan, Path folder) throws EngineException {
        Path kept = folder.resolve(Learning.KEPT);
        if (!Files.exists(kept.resolve("model.safetensors"))) {
            boolean begun = Files.exists(folder.resolve("log.jsonl"));
            TrainingControl run = console.await(begun ? engine.resumeRun(folder) : engine.fineTune(plan, folder));
            Learning.carry(console, run, folder);
            console.await(run.keep(kept));
            console.await(run.restore());
            console.await(engine.unload(run.model()));
        }
        return kept;
    }

    private static FineTunePlan on(FineTunePlan plan, Path folder) {
        return plan.withData(plan.data().from(folder.toString()));
    }

    private void tell(CapFiltResult result, Optional<Path> anew) {
        if (json) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("decisions", result.decisions().toString());
            all.put("cleaned", result.cleaned().toString());
            all.put("web", result.web());
            all.put("web_kept", result.webKept());
            all.put("synthetic", result.synthetic());
            all.put("synthetic_kept", result.syntheticKept());
            all.put("overruled", result.overruled());
            all.put("unreadable", result.unreadable());
            all.put("wrong", result.wrong());
            all.put("wrong_kept", result.wrongKept());
            all.put("human", result.human());
            anew.ifPresent(model -> all.put("retrained", model.toString()));
            console.json(all);
            return;
        }
        console.say("cli.capfilt.web", result.webKept(), result.web());
        console.say("cli.capfilt.synthetic", result.syntheticKept(), result.synthetic());
        if (result.wrong() > 0) {
            console.say("cli.capfilt.wrong", result.wrong(), result.wrong() - result.wrongKept());
        }
        if (result.unreadable() > 0) {
            console.say("cli.capfilt.unreadable", result.unreadable());
        }
        if (result.overruled() > 0) {
            console.say("cli.capfilt.overruled", result.overruled());
        }
        console.say("cli.capfilt.done", result.decisions(), result.cleaned());
        anew.ifPresent(model -> console.say("cli.capfilt.retrained", model));
    }
}
