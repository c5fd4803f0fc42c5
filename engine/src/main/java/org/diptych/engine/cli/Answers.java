package org.diptych.engine.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.diptych.engine.api.BenchResult.Row;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.EngineOptions;
import org.diptych.engine.bench.LongLogs;

/// How quickly the window answers: it is started again with a data folder of its own, does by itself what a person would, and says how long each repaint took.
final class Answers {
    private static final Pattern FIGURE = Pattern.compile("^(.+)=([\\d.]+),([\\d.]+),([\\d.]+) (\\S+)$",
            Pattern.MULTILINE);
    private static final int TEACH_SECONDS = 20;
    private static final int SECONDS = 600;
    private static final int POINTS = 100_000;

    private Answers() {
    }

    /// @return a row for each figure; nothing where the program was not started as the window's is
    static List<Row> measure() throws EngineException {
        Path data;
        try {
            data = Files.createTempDirectory("diptych-window");
        } catch (IOException e) {
            throw new EngineException(e, "file.write", Path.of(System.getProperty("java.io.tmpdir")),
                    String.valueOf(e.getMessage()));
        }
        try {
            LongLogs.write(data.resolve("runs"), POINTS);
            // the native library is where it always is: only what is written goes elsewhere
            Path cache = EngineOptions.defaults().data().resolve("native");
            return Spawned
                    .command(List.of("diptych.measure.window=" + TEACH_SECONDS, "diptych.data=" + data,
                            "ENGINE_CACHE_DIR=" + cache,
                            "DJL_CACHE_DIR=" + cache))
                    .map(command -> rows(Spawned.run(command, SECONDS))).orElse(List.of());
        } finally {
            LongRun.delete(data);
        }
    }

    /// @param said what the window said
    static List<Row> rows(String said) {
        List<Row> rows = new ArrayList<>();
        Matcher matcher = FIGURE.matcher(said);
        while (matcher.find()) {
            rows.add(new Row(matcher.group(1), Double.parseDouble(matcher.group(2)),
                    Double.parseDouble(matcher.group(3)), Double.parseDouble(matcher.group(4)), matcher.group(5)));
        }
        return rows;
    }
}
