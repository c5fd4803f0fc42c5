package org.diptych.engine.bench;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.RunSummary;
import org.diptych.engine.train.PlanFile;
import org.diptych.engine.train.RunFolder;
import org.diptych.engine.train.RunLogFile;

/// Folders as runs of very many steps would have left them, so that their curves can be drawn; nothing was learnt in them.
public final class LongLogs {
    private static final String[] NAMES = {"long-1", "long-2", "long-3"};
    private static final double SECONDS_A_STEP = 0.4;

    private LongLogs() {
    }

    /// @param runs  folder of runs, in which three are made
    /// @param steps of each
    public static void write(Path runs, int steps) throws EngineException {
        for (int i = 0; i < NAMES.length; i++) {
            RunFolder folder = new RunFolder(runs.resolve(NAMES[i]));
            FineTunePlan plan = PlanFile.parse("{\"name\": \"" + NAMES[i] + "\", \"model\": \"fresh:clip\", \"steps\": "
                    + steps + ", \"seed\": " + (i + 1) + "}", NAMES[i]);
            PlanFile.write(folder.plan(), plan);
            RunLog.Header header = new RunLog.Header(folder.id(), RunLog.Header.now(), plan, "", "cpu", 1, Map.of());
            RunLogFile log = RunLogFile.create(folder.path(), header);
            SplittableRandom random = new SplittableRandom(plan.seed());
            for (int step = 1; step <= steps; step++) {
                log.append(row(step, plan.batch(), random));
            }
            folder.status(RunSummary.Status.FINISHED, steps, Optional.empty());
        }
    }

    /// A loss that falls like a power of the steps, with the noise of single batches.
    private static RunLog.Row row(int step, int batch, SplittableRandom random) {
        double loss = (0.3 + 4 / Math.pow(step, 0.3)) * (0.8 + 0.4 * random.nextDouble());
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", loss);
        values.put("loss.contrastive", loss);
        values.put("rate", 1e-3 / Math.sqrt(step));
        values.put("grad_norm", loss * random.nextDouble());
        values.put("pairs_per_second", batch / SECONDS_A_STEP);
        values.put("ms.examples", random.nextDouble());
        return new RunLog.Row(step, step * SECONDS_A_STEP, values);
    }
}
