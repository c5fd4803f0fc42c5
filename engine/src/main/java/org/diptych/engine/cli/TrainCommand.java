package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.Locale;
import org.diptych.engine.Engine;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.JobHandle;
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

    TrainCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() throws EngineException {
        try (Engine engine = start()) {
            TrainingControl run;
            if (resume) {
                run = console.await(engine.resumeRun(out));
            } else {
                FineTunePlan read = plan == null ? engine.plan("clip") : engine.readPlan(plan);
                run = console.await(engine.fineTune(read, out));
            }
            int told = 0;
            double loss = Double.NaN;
            while (run.job().state() == JobHandle.State.WAITING || run.job().state() == JobHandle.State.RUNNING) {
                for (RunLog.Row row : run.log().since(told)) {
                    told++;
                    loss = row.values().getOrDefault("loss", loss);
                    if (row.values().containsKey("validation.loss")) {
                        console.line(String.format(Locale.ROOT,
                                "%6d  loss %.4f  validation %.4f  R@1 %.3f / %.3f  %.0f s", row.step(),
                                loss,
                                row.values().get("validation.loss"),
                                row.values().getOrDefault("validation.r1.image_to_text", Double.NaN),
                                row.values().getOrDefault("validation.r1.text_to_image", Double.NaN), row.seconds()));
                    }
                }
                try {
                    Thread.sleep(300);
                } catch (InterruptedException e) {
                    run.stop();
                    Thread.currentThread().interrupt();
                    break;
                }
            }
            RunSummary summary = console.await(run.job());
            Path kept = console.await(run.keep(out.resolve("model")));
            console.say("cli.train.done", summary.step(), kept);
            return 0;
        }
    }
}
