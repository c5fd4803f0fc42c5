package org.diptych.engine.train;

import java.util.List;
import org.diptych.engine.api.FineTunePlan.EarlyStop;
import org.diptych.engine.api.RunLog;

/// When a run no longer gains: a function of its log alone, so that a run that is brought back ends where it would have ended (Prechelt 1998).
final class EarlyStopping {
    private EarlyStopping() {
    }

    /// @param rows  of the run's own steps, the oldest first
    /// @return true when the newest evaluations brought no gain, as many as the rule has patience for
    static boolean due(EarlyStop rule, List<RunLog.Row> rows) {
        if (rule.patience() == 0) {
            return false;
        }
        double sign = falls(rule.metric()) ? -1 : 1;
        double best = Double.NEGATIVE_INFINITY;
        int without = 0;
        for (RunLog.Row row : rows) {
            Double value = row.values().get(rule.metric());
            if (value == null) {
                continue;
            }
            if (sign * value > best + rule.minDelta()) {
                best = sign * value;
                without = 0;
            } else {
                without++;
            }
        }
        return without >= rule.patience();
    }

    private static boolean falls(String metric) {
        return metric.equals("validation.loss") || metric.startsWith("validation.loss.");
    }
}
