package org.diptych.engine.curves;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.diptych.engine.api.CurvesRequest;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.RunLog;
import org.diptych.engine.api.SafeFile;
import org.diptych.engine.image.RasterSheet;
import org.diptych.engine.image.SvgSheet;

/// Writes curves as drawings, tables and event files.
public final class CurveFiles {
    private CurveFiles() {
    }

    /// @param logs of the request's runs, in its order
    /// @return the file or folder written
    /// @throws EngineException when a value is in no log, or the file cannot be written
    public static Path write(CurvesRequest request, List<RunLog> logs) throws EngineException {
        Set<String> names = names(logs);
        for (String value : request.values()) {
            if (!names.contains(value)) {
                throw new EngineException("train.curve", value, String.join(", ", names));
            }
        }
        String file = request.out().toString().toLowerCase(Locale.ROOT);
        if (file.endsWith(".csv")) {
            SafeFile.write(request.out(), table(logs, request.values()));
        } else if (file.endsWith(".svg") || file.endsWith(".png")) {
            List<String> values = request.values().isEmpty()
                    ? CurvesRequest.usual().stream().filter(names::contains).toList()
                    : request.values();
            CurveSheet sheet = new CurveSheet(request, logs, values);
            if (file.endsWith(".svg")) {
                SvgSheet svg = new SvgSheet(CurveSheet.WIDTH, sheet.height(), sheet.ground());
                sheet.draw(svg);
                SafeFile.write(request.out(), svg.svg());
            } else {
                RasterSheet png = new RasterSheet(CurveSheet.WIDTH, sheet.height(), sheet.ground());
                sheet.draw(png);
                SafeFile.write(request.out(), png.png());
            }
        } else {
            for (RunLog log : logs) {
                SafeFile.write(request.out().resolve(log.header().id()).resolve(EventFile.name(log)),
                        EventFile.of(log, name -> request.values().isEmpty() || request.values().contains(name)));
            }
        }
        return request.out();
    }

    /// @return every value that some row of some log has, in the order of its first coming
    private static Set<String> names(List<RunLog> logs) {
        Set<String> names = new LinkedHashSet<>();
        logs.forEach(log -> log.since(0).forEach(row -> names.addAll(row.values().keySet())));
        return names;
    }

    /// @return `run,step,seconds,` and a column a value: the values as they were logged, empty where a row has none
    private static String table(List<RunLog> logs, List<String> wanted) {
        List<String> columns = wanted.isEmpty() ? new ArrayList<>(names(logs)) : wanted;
        StringBuilder csv = new StringBuilder("run,step,seconds");
        columns.forEach(c -> csv.append(',').append(cell(c)));
        for (RunLog log : logs) {
            for (RunLog.Row row : log.since(0)) {
                csv.append('\n').append(cell(log.header().id())).append(',').append(row.step()).append(',')
                        .append(row.seconds());
                Map<String, Double> values = row.values();
                columns.forEach(c -> csv.append(',').append(values.containsKey(c) ? values.get(c).toString() : ""));
            }
        }
        return csv.append('\n').toString();
    }

    private static String cell(String text) {
        return text.matches("[^\",\\r\\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }
}
