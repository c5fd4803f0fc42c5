package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.Experiment.Measure;
import org.diptych.engine.api.ExperimentControl;
import org.diptych.engine.api.ExperimentRequest;
import org.diptych.engine.api.ExperimentResult;
import org.diptych.engine.api.Findings;
import org.diptych.engine.api.Message;
import org.diptych.engine.api.ValueNames;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `diptych experiment`: lists experiments, or carries one out and says what it measured.
@Command(name = "experiment")
final class ExperimentCommand extends EngineCommand {
    private static final int MOST = 20;

    @Parameters(index = "0", arity = "0..1", paramLabel = "ID")
    private String id;
    @Option(names = "--out", paramLabel = "DIR")
    private Path out;
    @Option(names = "--steps", paramLabel = "N")
    private int steps;
    @Option(names = "--seeds", paramLabel = "K")
    private int seeds;
    @Option(names = "--json")
    private boolean json;

    ExperimentCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        require(steps >= 0, "--steps " + steps);
        require(seeds >= 0 && seeds <= MOST, "--seeds " + seeds);
        if (id == null && (out != null || steps > 0 || seeds > 0)) {
            throw misunderstood("cli.experiment.which");
        }
    }

    @Override
    void run() throws EngineException {
        if (id == null) {
            list();
            return;
        }
        Experiment experiment = Engine.experiment(id);
        if (out == null) {
            describe(experiment, Engine.experimentResult(experiment.id()));
        } else {
            carry(experiment);
        }
    }

    private void list() throws EngineException {
        List<Experiment> all = Engine.experiments();
        if (json) {
            console.json(all.stream().map(this::described).toList());
            return;
        }
        for (Experiment experiment : all) {
            console.line(experiment.id() + "  " + text(experiment.title()));
            experiment.says("question").ifPresent(q -> console.line("    " + text(q)));
        }
    }

    private void describe(Experiment experiment, Optional<ExperimentResult> shipped) {
        if (json) {
            console.json(shipped.map(r -> measured(experiment, r)).orElseGet(() -> described(experiment)));
            return;
        }
        words(experiment);
        if (shipped.isPresent()) {
            console.line("");
            console.say("experiments.shipped", shipped.get().runs().getFirst().header().threads());
            tell(experiment, shipped.get());
        }
        console.line("");
        console.say("cli.experiment.how", experiment.id());
    }

    private void words(Experiment experiment) {
        console.line(text(experiment.title()));
        for (String part : List.of("question", "expects", "source")) {
            experiment.says(part).ifPresent(m -> console.line(text(m)));
        }
    }

    private void carry(Experiment experiment) throws EngineException {
        ExperimentRequest request = new ExperimentRequest(experiment, id, out,
                steps == 0 ? experiment.steps() : steps, seeds == 0 ? experiment.seeds() : seeds);
        try (Engine engine = start()) {
            ExperimentControl control = engine.experiment(request);
            ExperimentResult result = console.await(control.job(), control.job()::cancel, () -> {
            });
            if (json) {
                console.json(measured(experiment, result));
                return;
            }
            words(experiment);
            console.line("");
            tell(experiment, result);
            console.say("cli.written", out.resolve("result.json"));
        }
    }

    private Map<String, Object> described(Experiment experiment) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("id", experiment.id());
        out.put("title", text(experiment.title()));
        for (String part : List.of("question", "expects", "source")) {
            experiment.says(part).ifPresent(m -> out.put(part, text(m)));
        }
        out.put("arms", experiment.arms().stream().map(Experiment.Arm::id).toList());
        out.put("measures", experiment.measures().stream().map(Measure::value).toList());
        out.put("steps", experiment.steps());
        out.put("seeds", experiment.seeds());
        return out;
    }

    private Map<String, Object> measured(Experiment experiment, ExperimentResult result) {
        Findings findings = Findings.of(experiment, result.runs());
        Map<String, Object> out = described(experiment);
        out.put("steps", result.steps());
        out.put("seeds", result.seeds());
        out.put("measured", findings.arms());
        List<Map<String, Object>> verdicts = new ArrayList<>();
        for (Findings.Verdict verdict : findings.verdicts()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("kind", verdict.kind());
            one.put("measure", verdict.claim().measure());
            one.put("arm", verdict.claim().arm());
            one.put("against", verdict.claim().against());
            one.put("difference", verdict.difference());
            one.put("noise", verdict.noise());
            one.put("says", text(verdict.says(experiment)));
            verdicts.add(one);
        }
        out.put("verdicts", verdicts);
        return out;
    }

    /// Each arm's measures, the best with a star, and what comes of them.
    private void tell(Experiment experiment, ExperimentResult result) {
        Findings findings = Findings.of(experiment, result.runs());
        for (Measure measure : experiment.measures()) {
            List<String> best = findings.best(measure);
            console.line(text(ValueNames.name(measure.value())));
            findings.arms().forEach((arm, cells) -> {
                Findings.Cell cell = cells.get(measure.value());
                console.line(String.format(Locale.ROOT, "  %s %12s  %-24s %s", best.contains(arm) ? "*" : " ",
                        cell == null ? "–" : Findings.figure(cell.mean()),
                        cell == null || cell.seeds() < 2
                                ? ""
                                : Findings.figure(cell.least()) + " … " + Findings.figure(cell.most()),
                        text(experiment.label(arm))));
            });
        }
        console.line("");
        findings.verdicts().forEach(v -> console.line(text(v.says(experiment))));
    }

    private String text(Message message) {
        return console.texts().get(message);
    }
}
