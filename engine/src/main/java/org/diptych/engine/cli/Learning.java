package org.diptych.engine.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.api.TrainingControl;
import org.diptych.engine.api.ValueNames;

/// A training run as the command line carries it through.
final class Learning {
    /// Folder of the weights inside that of the run.
    static final String KEPT = "model";

    private Learning() {
    }

    /// Waits until the run has done all its steps, and prints a line for each new evaluation.
    ///
    /// @param out folder of the run
    /// @throws CancellationException when it was stopped before
    static RunSummary carry(Console console, TrainingControl run, Path out) throws EngineException {
        RunSummary summary = console.await(run.job(), run::stop, new Told(run.log(), console));
        run.log().remarks().forEach(remark -> console.note(remark.key(), remark.args().toArray()));
        if (summary.status() != RunSummary.Status.FINISHED) {
            console.note("cli.train.stopped", summary.step(), out);
            throw new CancellationException();
        }
        return summary;
    }

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

        /// @return recall both ways for two towers, the share of right guesses of each objective that has some, and how right is what a model writes
        private static String scores(Map<String, Double> values) {
            List<String> out = new ArrayList<>();
            if (values.containsKey("validation.r1")) {
                out.add(String.format(Locale.ROOT, "R@1 %.3f / %.3f", values.get("validation.r1.image_to_text"),
                        values.get("validation.r1.text_to_image")));
            }
            values.forEach((name, value) -> {
                if (name.startsWith(ACCURACY) && !name.endsWith(ValueNames.BLANK)) {
                    out.add(String.format(Locale.ROOT, "%s %.3f", name.substring(ACCURACY.length()), value));
                } else if (ValueNames.WRITTEN.contains(name)) {
                    out.add(String.format(Locale.ROOT, "%s %.3f", name.substring(name.indexOf('.') + 1), value));
                }
            });
            return out.isEmpty() ? "–" : String.join(", ", out);
        }
    }
}
