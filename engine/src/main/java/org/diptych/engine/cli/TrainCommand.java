package org.diptych.engine.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.diptych.engine.Engine;
import org.diptych.engine.api.Bytes;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.PlanMemory;
import org.diptych.engine.api.PlanOutline;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.TrainingControl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych train`: carries out a plan and keeps the weights as a Hugging Face folder, `RUN/model`.
@Command(name = "train")
final class TrainCommand extends EngineCommand {
    @Option(names = "--plan", paramLabel = "P")
    private Path plan;
    @Option(names = "--out", paramLabel = "RUN")
    private Path out;
    @Option(names = "--half")
    private boolean half;
    @Option(names = "--resume")
    private boolean resume;
    @Option(names = "--branch", paramLabel = "RUN")
    private Path branch;
    @Option(names = "--more", paramLabel = "N")
    private int more;
    @Option(names = "--accumulate", paramLabel = "N")
    private Integer accumulate;
    @Option(names = "--checkpoint-activations")
    private boolean checkpointing;
    @Option(names = "--precision", paramLabel = "P")
    private String precision;
    @Option(names = "--patience", paramLabel = "N")
    private Integer patience;
    @Option(names = "--metric", paramLabel = "NAME")
    private String metric;
    @Option(names = "--min-delta", paramLabel = "X")
    private Double minDelta;
    @Option(names = "--preview")
    private boolean preview;
    @Option(names = "--json")
    private boolean json;

    TrainCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        boolean other = accumulate != null || checkpointing || precision != null || patience != null || metric != null
                || minDelta != null;
        if (resume && (plan != null || branch != null || other)) {
            throw misunderstood("cli.train.either");
        }
        require(accumulate == null || accumulate >= 1, "--accumulate " + accumulate);
        require(precision == null || List.of(FineTunePlan.FP32, FineTunePlan.BF16).contains(precision),
                "--precision " + precision);
        require(patience == null || patience >= 0, "--patience " + patience);
        require(minDelta == null || minDelta >= 0, "--min-delta " + minDelta);
        if (out == null != preview) {
            throw misunderstood("cli.train.where");
        }
        require(!preview || !resume && branch == null, "--preview");
        require(more >= 0 && (more == 0 || branch != null), "--more " + more);
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            if (preview) {
                FineTunePlan read = changed(plan(engine));
                show(read, console.await(engine.outline(read)), console.await(engine.memory(read)));
                return;
            }
            TrainingControl run;
            if (resume) {
                run = console.await(engine.resumeRun(out));
            } else if (branch != null) {
                Path from = Files.isDirectory(branch)
                        ? branch
                        : engine.runs().folder().resolve(branch);
                FineTunePlan read = engine.readPlan(plan == null ? from.resolve("plan.json") : plan);
                run = console.await(engine.branch(from, changed(read.withSteps(read.steps() + more)), out));
            } else {
                FineTunePlan read = changed(plan(engine));
                console.await(engine.outline(read)).course().forEach(stage -> told(stage, console::note));
                run = console.await(engine.fineTune(read, out));
            }
            RunSummary summary = Learning.carry(console, run, out);
            Path kept = console.await(run.keep(out.resolve(Learning.KEPT), half));
            if (json) {
                Map<String, Object> done = new LinkedHashMap<>();
                done.put("run", out.toString());
                done.put("step", summary.step());
                done.put("model", kept.toString());
                done.put("last", summary.last());
                console.json(done);
            } else {
                console.say("cli.train.done", summary.step(), kept);
            }
        }
    }

    /// What the command line says goes before what the plan says.
    private FineTunePlan changed(FineTunePlan read) {
        FineTunePlan.EarlyStop end = read.earlyStop();
        return read.with(accumulate == null ? read.accumulate() : accumulate,
                new FineTunePlan.EarlyStop(metric == null ? end.metric() : metric,
                        patience == null ? end.patience() : patience, minDelta == null ? end.minDelta() : minDelta))
                .withCheckpointing(checkpointing || read.checkpointing())
                .withPrecision(precision == null ? read.precision() : precision);
    }

    private interface Told {
        void say(String key, Object... args);
    }

    private static void told(PlanOutline.Stage stage, Told how) {
        how.say(stage.name().isEmpty() ? "cli.train.learns" : "cli.train.learns.stage", stage.trainable(),
                stage.total(), 100 * stage.share(), stage.name());
    }

    private void show(FineTunePlan read, PlanOutline outline, PlanMemory need) {
        if (json) {
            Map<String, Object> told = new LinkedHashMap<>();
            told.put("course", outline.course());
            told.put("stages", outline.stages());
            told.put("memory", memory(need));
            console.json(told);
            return;
        }
        boolean decays = read.optimizer().layerDecay() < 1;
        for (int i = 0; i < outline.course().size(); i++) {
            PlanOutline.Stage stage = outline.course().get(i);
            double rate = read.course().get(i).rate();
            told(stage, console::say);
            for (PlanOutline.Part part : stage.parts()) {
                console.say("cli.train.part", part.name(), part.trainable(), part.total());
                if (decays && part.trainable() > 0) {
                    console.say("cli.train.part.rate", figures(part.slowest() * rate), figures(part.fastest() * rate));
                }
            }
        }
        console.say("cli.train.memory", Bytes.size(need.total()), Bytes.size(need.held()), Bytes.size(need.gradients()),
                Bytes.size(need.optimiser()), Bytes.size(need.activations()), need.microBatch(),
                need.measured() ? 1 : 0);
        console.say("cli.train.memory." + need.verdict(), Bytes.size(need.free()), need.largestBatch());
    }

    private static String figures(double rate) {
        return String.format(Locale.ROOT, "%.1e", rate);
    }

    /// Bytes, under the names that the lines have.
    private static Map<String, Object> memory(PlanMemory need) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("weights", need.held());
        out.put("gradients", need.gradients());
        out.put("optimiser", need.optimiser());
        out.put("activations", need.activations());
        out.put("total", need.total());
        out.put("measured", need.measured());
        out.put("free", need.free());
        out.put("verdict", need.verdict());
        out.put("microBatch", need.microBatch());
        out.put("largestBatch", need.largestBatch());
        return out;
    }

    /// A file, or the name of a plan that comes with the program.
    private FineTunePlan plan(Engine engine) throws EngineException {
        String name = plan == null ? "clip" : plan.toString();
        return plan == null || !Files.exists(plan) && engine.teaches(name) ? engine.plan(name) : engine.readPlan(plan);
    }
}
