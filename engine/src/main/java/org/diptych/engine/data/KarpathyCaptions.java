package org.diptych.engine.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Karpathy's splits of Flickr8k, Flickr30k and COCO (Karpathy and Fei-Fei 2015, https://cs.stanford.edu/people/karpathy/deepimagesent/): `images[]` with `filename`, `filepath` (COCO's folder, such
/// as `val2014`), `split` (`train`, `restval`, `val`, `test`) and `sentences[]`, each with `raw`. Every sentence is a pair; a row is an entry of `images`.
final class KarpathyCaptions {
    private static final List<String> FOLDERS = List.of("flickr30k-images", "flickr30k_images", "Flickr8k_Dataset",
            "Flicker8k_Dataset", "Images", "train2014", "val2014");

    private KarpathyCaptions() {
    }

    static void read(Path file, Found found) throws IOException {
        PictureFiles pictures = new PictureFiles(file, FOLDERS);
        JsonRows.read(file, Map.of("images", (row, entry) -> take(row, entry, pictures, found)), found);
    }

    private static void take(int row, JsonObject entry, PictureFiles pictures, Found found) {
        Optional<String> name = JsonRows.text(entry, "filename", row, found);
        if (name.isEmpty()) {
            return;
        }
        List<String> said = sentences(row, entry, found);
        if (said.isEmpty()) {
            return;
        }
        Found.Part part = entry.get("split") instanceof JsonPrimitive split
                ? Found.Part.of(split.getAsString())
                : Found.Part.ANY;
        Optional<String> folder = entry.get("filepath") instanceof JsonPrimitive path && path.isString()
                ? Optional.of(path.getAsString())
                : Optional.empty();
        folder.flatMap(f -> pictures.find(f + "/" + name.get())).map(path -> path.toString()).or(() -> name)
                .flatMap(path -> pictures.take(path, row, found))
                .ifPresent(image -> said.forEach(raw -> found.take(new Found.Pair(row, image, raw, part))));
    }

    /// @return the usable ones; each of the others counts as a row that is not
    private static List<String> sentences(int row, JsonObject entry, Found found) {
        List<String> out = new ArrayList<>();
        if (!(entry.get("sentences") instanceof JsonArray all) || all.isEmpty()) {
            found.skip(row, "empty", "sentences");
            return out;
        }
        for (JsonElement each : all) {
            if (each instanceof JsonObject sentence) {
                JsonRows.text(sentence, "raw", row, found).ifPresent(out::add);
            } else {
                found.skip(row, "type", "sentences");
            }
        }
        return out;
    }
}
