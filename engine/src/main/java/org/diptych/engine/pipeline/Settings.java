package org.diptych.engine.pipeline;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.diptych.engine.api.CapFiltRequest;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.SafeFile;

/// What a folder's decisions were taken with: work can only go on with the same.
///
/// @param captioner where the model lies that writes
/// @param filter    where the model lies that decides
record Settings(String captioner, String filter, Path pairs, Optional<Path> human, double topP, int least, int most,
        double threshold, long seed) {
    private static final String NAME = "capfilt.json";

    static Settings of(CapFiltRequest request, String captioner, String filter) {
        return new Settings(captioner, filter, request.pairs().toAbsolutePath().normalize(),
                request.human().map(p -> p.toAbsolutePath().normalize()), request.topP(), request.least(),
                request.most(), request.threshold(), request.seed());
    }

    /// @return true when decisions taken with the other are worth as much: the threshold and what is added at the end can change at any time
    private boolean same(Settings other) {
        return captioner.equals(other.captioner) && filter.equals(other.filter) && pairs.equals(other.pairs)
                && topP == other.topP && least == other.least && most == other.most && seed == other.seed;
    }

    /// Begins, or goes on.
    ///
    /// @throws EngineException when the folder holds work that was begun with other settings
    void claim(Path out) throws EngineException {
        if (Files.exists(out.resolve(NAME)) && !read(out).same(this)) {
            throw new EngineException("pipeline.other", out, out.resolve(NAME));
        }
        write(out);
    }

    Settings withThreshold(double other) {
        return new Settings(captioner, filter, pairs, human, topP, least, most, other, seed);
    }

    void write(Path out) throws EngineException {
        JsonObject json = new JsonObject();
        json.addProperty("captioner", captioner);
        json.addProperty("filter", filter);
        json.addProperty("pairs", pairs.toString());
        human.ifPresent(p -> json.addProperty("human", p.toString()));
        json.addProperty("top_p", topP);
        json.addProperty("least", least);
        json.addProperty("most", most);
        json.addProperty("threshold", threshold);
        json.addProperty("seed", seed);
        SafeFile.write(out.resolve(NAME),
                new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(json) + "\n");
    }

    /// @throws EngineException when there is none
    static Settings read(Path out) throws EngineException {
        Path file = out.resolve(NAME);
        try {
            JsonObject json = JsonParser.parseString(Files.readString(file)).getAsJsonObject();
            return new Settings(json.get("captioner").getAsString(), json.get("filter").getAsString(),
                    Path.of(json.get("pairs").getAsString()),
                    Optional.ofNullable(json.get("human")).map(e -> Path.of(e.getAsString())),
                    json.get("top_p").getAsDouble(), json.get("least").getAsInt(), json.get("most").getAsInt(),
                    json.get("threshold").getAsDouble(), json.get("seed").getAsLong());
        } catch (IOException | JsonParseException | IllegalStateException | NullPointerException
                | IllegalArgumentException | UnsupportedOperationException e) {
            throw new EngineException(e, "pipeline.none", out, file);
        }
    }
}
