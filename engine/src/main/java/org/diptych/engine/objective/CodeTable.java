package org.diptych.engine.objective;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;
import org.diptych.engine.api.Axis;
import org.diptych.engine.api.EngineException;
import org.diptych.engine.api.Task;
import org.diptych.engine.model.Taught;
import org.diptych.engine.model.VisionLanguageModel;

/// What some tokenizer of pictures said of the pictures of a data set, as JSON lines: `{"picture": "a.png", "codes": [[3, 1], [4, 1]]}`, the codes row by row, nested or one after the other. A picture goes by the name
/// of its file.
///
/// @param file  it was read from
/// @param codes picture's name -> (N)
record CodeTable(Path file, Map<String, long[]> codes) {
    private static final String ENDING = ".jsonl";

    /// @return true for a file that goes by the name of a table
    static boolean is(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(ENDING);
    }

    /// @param model has a head of so many codes, and so many patches
    /// @throws EngineException when the file cannot be read, or is of another grid or of more codes than the model has
    static CodeTable read(Path file, VisionLanguageModel model, Task task) throws EngineException {
        Axis.Patches grid = model.patches().orElseThrow();
        int most = ((Taught) model).lessons().classes(task).orElseThrow();
        Map<String, long[]> all = new HashMap<>();
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                if (!line.isBlank()) {
                    JsonObject row = JsonParser.parseString(line).getAsJsonObject();
                    String picture = row.get("picture").getAsString();
                    long[] codes = numbers(row.get("codes")).toArray();
                    check(file, picture, codes, grid, most);
                    all.put(picture, codes);
                }
            }
        } catch (IOException e) {
            throw new EngineException(e, "train.codes.unreadable", file, String.valueOf(e.getMessage()));
        } catch (JsonParseException | IllegalStateException | NullPointerException | NumberFormatException
                | UnsupportedOperationException e) {
            throw new EngineException(e, "train.codes.line", file, number);
        }
        return new CodeTable(file, all);
    }

    private static void check(Path file, String picture, long[] codes, Axis.Patches grid, int most)
            throws EngineException {
        int patches = grid.rows() * grid.cols();
        if (codes.length != patches) {
            throw new EngineException("train.codes.patches", file, picture, codes.length, grid.rows(), grid.cols(),
                    patches);
        }
        long wrong = LongStream.of(codes).filter(c -> c < 0 || c >= most).findFirst().orElse(-1);
        if (LongStream.of(codes).anyMatch(c -> c < 0 || c >= most)) {
            throw new EngineException("train.codes.code", file, picture, wrong, most);
        }
    }

    private static LongStream numbers(JsonElement element) {
        return element instanceof JsonArray array
                ? array.asList().stream().flatMapToLong(CodeTable::numbers)
                : LongStream.of(element.getAsBigDecimal().toBigInteger().longValue());
    }

    /// @throws EngineException for a picture that the table does not know
    long[] of(String picture) throws EngineException {
        long[] own = codes.get(picture);
        if (own == null) {
            throw new EngineException("train.codes.picture", file, picture);
        }
        return own;
    }
}
