package org.diptych.engine.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
                FineTunePlan read = plan(engine);
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

    /// A file, or the name of a plan that comes with the program.
    private FineTunePlan plan(Engine engine) throws EngineException {
        String name = plan == null ? "clip" : plan.toString();
        return plan == null || !Files.exists(plan) && engine.teaches(name) ? engine.plan(name) : engine.readPlan(plan);
    }

    /// Prints a line for each new evaluation in a run's log.
    private static final class Told implements Runnable {
        private static final String ACCURACY = "validation.accuracy.";
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
                            row.values().get("validation.loss"), scores(row.values()), row.seconds());
                }
            }
        }

        /// @return recall both ways for two towers, and the share of right guesses of each objective that has some
        private static String scores(Map<String, Double> values) {
            List<String> out = new ArrayList<>();
            if (values.containsKey("validation.r1")) {
                out.add(String.format(Locale.ROOT, "R@1 %.3f / %.3f", values.get("validation.r1.image_to_text"),
                        values.get("validation.r1.text_to_image")));
            }
            values.forEach((name, value) -> {
                if (name.startsWith(ACCURACY)) {
                    out.add(String.format(Locale.ROOT, "%s %.3f", name.substring(ACCURACY.length()), value));
                }
            });
            return out.isEmpty() ? "–" : String.join(", ", out);
        }
    }
}
