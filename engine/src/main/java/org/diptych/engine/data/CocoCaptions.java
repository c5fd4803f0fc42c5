package org.diptych.engine.data;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// COCO's captions (Chen et al. 2015, https://cocodataset.org/#format-data): `images[]` with `id` and `file_name`, `annotations[]` with `id`, `image_id` and `caption`. Every annotation is a pair.
/// The file's name says what it is for and where its pictures lie: those of `captions_train2017.json` in `train2017/`.
final class CocoCaptions {
    private static final Pattern FOLDER = Pattern.compile("(train|val|test|minival)\\d{4}");

    private record Written(int row, long image, String caption) {
    }

    private CocoCaptions() {
    }

    /// @return the part of COCO that the file's name tells of, as the folder of its pictures is called
    static Optional<String> folder(Path file) {
        Matcher split = FOLDER.matcher(file.getFileName().toString());
        return split.find() ? Optional.of(split.group()) : Optional.empty();
    }

    static void read(Path file, Found found) throws IOException {
        Map<Long, String> names = new HashMap<>();
        List<Written> written = new ArrayList<>();
        Found unseen = found.aside(); // an image that cannot be used is told of by the captions that name it
        JsonRows.read(file, Map.of("images", (row, entry) -> image(row, entry, names, unseen), "annotations",
                (row, entry) -> annotation(row, entry, written, found)), found);
        PictureFiles pictures = new PictureFiles(file, folder(file).stream().toList());
        Found.Part part = Found.Part.of(file.getFileName().toString());
        for (Written one : written) {
            found.seen(one.row);
            String name = names.get(one.image);
            if (name == null) {
                found.skip(one.row, "image", Long.toString(one.image));
            } else {
                pictures.take(name, one.row, found)
                        .ifPresent(image -> found.take(new Found.Pair(one.row, image, one.caption, part)));
            }
        }
    }

    private static void image(int row, JsonObject entry, Map<Long, String> names, Found unseen) {
        OptionalLong id = JsonRows.number(entry, "id", row, unseen);
        Optional<String> name = JsonRows.text(entry, "file_name", row, unseen);
        if (id.isPresent() && name.isPresent()) {
            names.put(id.getAsLong(), name.get());
        }
    }

    private static void annotation(int row, JsonObject entry, List<Written> written, Found found) {
        OptionalLong image = JsonRows.number(entry, "image_id", row, found);
        if (image.isPresent()) {
            JsonRows.text(entry, "caption", row, found)
                    .ifPresent(caption -> written.add(new Written(row, image.getAsLong(), caption)));
        }
    }
}
