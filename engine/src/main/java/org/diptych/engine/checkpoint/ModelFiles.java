package org.diptych.engine.checkpoint;

import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.diptych.engine.api.EngineException;

/// What lies beside a checkpoint's weights.
///
/// @param folder with tokenizer and preprocessor files, if the checkpoint is in one
public record ModelFiles(Optional<Path> folder) {
    /// The closed list of answers of a model that ranks them, an array of texts.
    public static final String ANSWERS = "answer_list.json";

    /// @return the closed list of answers that lies there (salesforce/ALBEF and salesforce/BLIP have it), or none
    /// @throws EngineException when it is no such list
    public List<String> answers() throws EngineException {
        Optional<Path> file = folder.map(f -> f.resolve(ANSWERS)).filter(Files::isRegularFile);
        if (file.isEmpty()) {
            return List.of();
        }
        try {
            List<String> out = new ArrayList<>();
            JsonParser.parseString(Files.readString(file.get())).getAsJsonArray()
                    .forEach(answer -> out.add(answer.getAsString()));
            return List.copyOf(out);
        } catch (IOException | JsonParseException | IllegalStateException | UnsupportedOperationException e) {
            throw new EngineException(e, "checkpoint.answers", file.get());
        }
    }
}
