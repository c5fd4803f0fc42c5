package org.diptych.engine.pipeline;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.diptych.engine.api.CaptionDecision;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.SafeFile;

/// Every decision about a caption, a line of JSON each, in the order in which they were taken. Lines are only added while the work goes on, so that what was done is there after an interruption.
///
/// @param file `captions.jsonl`
record Decisions(Path file) {
    static final String NAME = "captions.jsonl";
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    static Decisions in(Path folder) {
        return new Decisions(folder.resolve(NAME));
    }

    /// @return what is there; a line that an interruption cut off is left out
    /// @throws EngineException when the file cannot be read, or a whole line is none
    List<CaptionDecision> read() throws EngineException {
        if (!Files.exists(file)) {
            return List.of();
        }
        try {
            String text = Files.readString(file);
            String whole = text.substring(0, text.lastIndexOf('\n') + 1);
            List<CaptionDecision> all = new ArrayList<>();
            for (String line : whole.lines().filter(l -> !l.isBlank()).toList()) {
                all.add(decision(line, all.size()));
            }
            return all;
        } catch (IOException e) {
            throw new EngineException(e, "data.unreadable", file, String.valueOf(e.getMessage()));
        }
    }

    private CaptionDecision decision(String line, int number) throws EngineException {
        try {
            JsonObject json = JsonParser.parseString(line).getAsJsonObject();
            return new CaptionDecision(number, json.get("pair").getAsInt(), json.get("image").getAsString(),
                    CaptionDecision.Source.valueOf(json.get("source").getAsString().toUpperCase(Locale.ROOT)),
                    json.get("caption").getAsString(), json.get("match").getAsDouble(),
                    json.get("keep").getAsBoolean(), json.get("overruled").getAsBoolean());
        } catch (JsonParseException | IllegalStateException | NullPointerException | IllegalArgumentException
                | UnsupportedOperationException e) {
            throw new EngineException(e, "pipeline.line", file, number + 1);
        }
    }

    /// Puts further decisions behind those that are there.
    void append(List<CaptionDecision> more) throws EngineException {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, lines(more).getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new EngineException(e, "file.write", file, String.valueOf(e.getMessage()));
        }
    }

    void write(List<CaptionDecision> all) throws EngineException {
        SafeFile.write(file, lines(all));
    }

    private static String lines(List<CaptionDecision> all) {
        return all.stream().map(d -> line(d) + "\n").collect(Collectors.joining());
    }

    private static String line(CaptionDecision decision) {
        JsonObject json = new JsonObject();
        json.addProperty("pair", decision.pair());
        json.addProperty("image", decision.image());
        json.addProperty("source", decision.source().name().toLowerCase(Locale.ROOT));
        json.addProperty("caption", decision.caption());
        json.addProperty("match", decision.match());
        json.addProperty("keep", decision.keep());
        json.addProperty("overruled", decision.overruled());
        return GSON.toJson(json);
    }
}
