package org.diptych.engine.pipeline;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.ToNumberPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Experiment;
import org.diptych.engine.api.ExperimentResult;
import org.diptych.engine.api.FineTunePlan;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.SafeFile;

/// What an experiment measured, as `result.json`: the numbers of each run, and its curves with no more points than a drawing shows.
public final class ResultFile {
    public static final String NAME = "result.json";
    private static final String VALIDATION_LOSS = "validation.loss.";
    private static final int POINTS = 150;
    private static final int DIGITS = 5;
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping()
            .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

    private ResultFile() {
    }

    /// @return the result that lies in a folder, if any
    /// @throws EngineException when it makes no sense
    public static Optional<ExperimentResult> read(Path folder) throws EngineException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse(Files.readString(file), file.toString()));
        } catch (IOException e) {
            throw new EngineException(e, "experiments.result", file);
        }
    }

    /// @param where named in messages
    public static ExperimentResult parse(String json, String where) throws EngineException {
        try {
            ExperimentResult result = GSON.fromJson(json, ExperimentResult.class);
            if (result == null || result.id() == null
                    || result.runs().stream().anyMatch(r -> r.header() == null || r.values() == null
                            || r.rows() == null)) {
                throw new EngineException("experiments.result", where);
            }
            return result;
        } catch (JsonParseException | NullPointerException e) {
            throw new EngineException(e, "experiments.result", where);
        }
    }

    /// A line a run, so that the file can be compared.
    public static void write(Path folder, ExperimentResult result) throws EngineException {
        List<String> runs = result.runs().stream().map(GSON::toJson).toList();
        String head = GSON.toJson(new ExperimentResult(result.id(), result.steps(), result.seeds(), List.of()));
        SafeFile.write(folder.resolve(NAME), head.replaceFirst("\"runs\":\\[]}$", "\"runs\":[\n")
                + String.join(",\n", runs) + "\n]}\n");
    }

    /// What a run that has ended says about an experiment.
    ///
    /// @param asked the plan as the experiment has it: a result is of no use for what lies in the folders of one machine
    public static ExperimentResult.Run run(Experiment experiment, String arm, FineTunePlan asked, RunLog log) {
        List<RunLog.Row> rows = log.since(0);
        Map<String, Double> last = new LinkedHashMap<>();
        rows.forEach(row -> last.putAll(row.values()));
        Map<String, Double> values = new LinkedHashMap<>();
        for (Experiment.Measure measure : experiment.measures()) {
            double value = measure.cost()
                    ? cost(measure.value(), log, last)
                    : last.getOrDefault(measure.value(), Double.NaN);
            if (Double.isFinite(value)) {
                values.put(measure.value(), value);
            }
        }
        RunLog.Header h = log.header();
        RunLog.Header header = new RunLog.Header(h.id(), h.started(), asked, h.weights(), h.device(), h.threads(),
                h.versions(), h.parent(), h.branched());
        return new ExperimentResult.Run(arm, header, rows.isEmpty() ? 0 : rows.getLast().seconds(), values,
                thinned(experiment, rows));
    }

    /// @return NaN for what the log says nothing of
    private static double cost(String name, RunLog log, Map<String, Double> last) {
        return switch (name) {
            case Experiment.PARAMETERS -> last.getOrDefault("parameters", Double.NaN);
            case Experiment.MILLISECONDS -> median(log, row -> row.millis(log.batch(row.step())));
            case Experiment.MEBIBYTES -> median(log, row -> row.values().entrySet().stream()
                    .filter(e -> e.getKey().startsWith("mib.")).map(Map.Entry::getValue).reduce(Double::sum)
                    .orElse(Double.NaN));
            default -> Double.NaN;
        };
    }

    private static double median(RunLog log, ToDoubleFunction<RunLog.Row> value) {
        double[] all = log.since(0).stream().mapToDouble(value).filter(Double::isFinite).sorted().toArray();
        return all.length == 0 ? Double.NaN : all[all.length / 2];
    }

    /// Evaluations are few and stay; of the steps between them so many are left as a drawing shows, each the mean of those that it stands for.
    private static List<RunLog.Row> thinned(Experiment experiment, List<RunLog.Row> rows) {
        Set<String> drawn = new LinkedHashSet<>(experiment.curves());
        experiment.measures().stream().filter(m -> !m.cost()).forEach(m -> drawn.add(m.value()));
        drawn.add("loss");
        List.copyOf(drawn).stream().filter(v -> v.startsWith(VALIDATION_LOSS))
                .forEach(v -> drawn.add(v.substring(VALIDATION_LOSS.length() - "loss.".length())));
        List<RunLog.Row> steps = rows.stream().filter(r -> r.values().containsKey("loss")).toList();
        int stride = Math.max(1, Math.ceilDiv(steps.size(), POINTS));
        List<RunLog.Row> out = new ArrayList<>();
        List<RunLog.Row> gathered = new ArrayList<>();
        for (RunLog.Row row : rows) {
            if (row.values().containsKey("loss")) {
                gathered.add(row);
                if (gathered.size() == stride) {
                    add(out, gathered, drawn);
                    gathered.clear();
                }
            } else {
                add(out, List.of(row), drawn);
            }
        }
        if (!gathered.isEmpty()) {
            add(out, gathered, drawn);
        }
        return out;
    }

    private static void add(List<RunLog.Row> out, List<RunLog.Row> rows, Set<String> drawn) {
        Map<String, Double> values = new LinkedHashMap<>();
        for (String name : drawn) {
            double[] all = rows.stream().map(r -> r.values().get(name)).filter(v -> v != null && Double.isFinite(v))
                    .mapToDouble(Double::doubleValue).toArray();
            Arrays.stream(all).average().ifPresent(mean -> values.put(name, brief(mean)));
        }
        if (!values.isEmpty()) {
            RunLog.Row last = rows.getLast();
            out.add(new RunLog.Row(last.step(), brief(last.seconds()), values));
        }
    }

    private static double brief(double value) {
        return Double.parseDouble(String.format(java.util.Locale.ROOT, "%." + DIGITS + "g", value));
    }
}
