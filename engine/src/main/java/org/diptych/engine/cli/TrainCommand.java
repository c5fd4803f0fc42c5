package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.TrainingControl;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `diptych train`: carries out a plan and keeps the weights as a Hugging Face folder, `RUN/model`.
@Command(name = "train")
final class TrainCommand extends EngineCommand {
    @Option(names = "--plan", paramLabel = "P")
    private Path plan;
    @Option(names = "--out", paramLabel = "RUN", required = true)
    private Path out;
    @Option(names = "--resume")
    private boolean resume;
    @Option(names = "--json")
    private boolean json;

    TrainCommand(Console console) {
        super(console);
    }

    @Override
    void check() {
        if (resume && plan != null) {
            throw misunderstood("cli.train.either");
        }
    }

    @Override
    void run() throws EngineException {
        try (Engine engine = start()) {
            TrainingControl run;
            if (resume) {
                run = console.await(engine.resumeRun(out));
            } else {
                FineTunePlan read = plan == null ? engine.plan("clip") : engine.readPlan(plan);
                run = console.await(engine.fineTune(read, out));
            }
            RunSummary summary = console.await(run.job(), run::stop, new Told(run.log(), console));
            if (summary.status() != RunSummary.Status.FINISHED) {
                console.note("cli.train.stopped", summary.step(), out);
                throw new CancellationException();
            }
            Path kept = console.await(run.keep(out.resolve("model")));
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

    /// Prints a line for each new evaluation in a run's log.
    private static final class Told implements Runnable {
        private final RunLog log;
        private final Console console;
        private int read;
        private double loss = Double.NaN;

        Told(RunLog log, Console console) {
            this.log = log;
            this.console = console;
        }

        @Override
        public void run() {
            for (RunLog.Row row : log.since(read)) {
                read++;
                loss = row.values().getOrDefault("loss", loss);
                if (row.values().containsKey("validation.loss")) {
                    // before the first step there is no training loss to tell
                    console.note(Double.isNaN(loss) ? "cli.train.before" : "cli.train.evaluated", row.step(), loss,
                            row.values().get("validation.loss"),
                            row.values().getOrDefault("validation.r1.image_to_text", Double.NaN),
                            row.values().getOrDefault("validation.r1.text_to_image", Double.NaN), row.seconds());
                }
            }
        }
    }
}
