package org.diptych.engine.data;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.diptych.engine.api.Message;
import org.diptych.engine.image.Pictures;

/// Where the pictures of an annotation file lie: beside it, or in a folder of a known name beside it or beside its own folder, as `annotations/captions_train2017.json` and `train2017/` do.
final class PictureFiles {
    private static final String IMAGES = "images";

    private final Set<Path> folders = new LinkedHashSet<>();
    /// Picture -> whether it begins as a picture does; most are asked for once for each of their captions.
    private final Map<Path, Boolean> seen = new HashMap<>();

    /// @param file  the annotations
    /// @param names of folders that the pictures may lie in; a folder `images` is always looked into
    PictureFiles(Path file, List<String> names) {
        Path own = file.toAbsolutePath().normalize().getParent();
        folders.add(own);
        Path above = own.getParent() == null ? own : own.getParent();
        for (Path root : List.of(own, own.resolve(IMAGES), above, above.resolve(IMAGES))) {
            for (String name : names) {
                add(root.resolve(name));
            }
        }
        add(own.resolve(IMAGES));
        add(above.resolve(IMAGES));
    }

    private void add(Path folder) {
        if (Files.isDirectory(folder)) {
            folders.add(folder);
        }
    }

    /// Says in `found` why a picture cannot be used.
    ///
    /// @param name as the row has it
    /// @return the file, when it is there and begins as a picture does
    Optional<Path> take(String name, int row, Found found) {
        return take(name, Optional.empty(), row, found);
    }

    /// @param regions name of the file with the picture's region features, where the row has it
    Optional<Path> take(String name, Optional<String> regions, int row, Found found) {
        if (name.isBlank()) {
            found.skip(row, "picture.none");
            return Optional.empty();
        }
        Optional<Path> file = find(name);
        if (found.before().isPresent() && !found.before().get().contains(name)) {
            Optional<Path> kept = file.or(() -> wherever(name)); // whatever has become of it, its row was read before
            kept.ifPresent(picture -> lacks(picture, regions, found));
            return kept;
        }
        if (file.isEmpty() || found.before().isPresent()) {
            found.skipPicture(row, "picture.missing", name);
            return Optional.empty();
        } else if (!seen.computeIfAbsent(file.get(), Pictures::isPicture)) {
            found.skipPicture(row, "picture.other", name);
            return Optional.empty();
        }
        Optional<Message> lacks = lacks(file.get(), regions, found);
        lacks.ifPresent(why -> found.skipPicture(row, "regions", name, why));
        return lacks.isPresent() ? Optional.empty() : file;
    }

    private Optional<Message> lacks(Path picture, Optional<String> regions, Found found) {
        return found.regions().lacks(picture, regions.flatMap(r -> find(r).or(() -> wherever(r))),
                folders.iterator().next());
    }

    private Optional<Path> wherever(String name) {
        try {
            return Optional.of(folders.iterator().next().resolve(name).normalize());
        } catch (InvalidPathException e) {
            return Optional.empty(); // no file can ever have had such a name here
        }
    }

    /// @return the first file of that name, in any of the folders
    Optional<Path> find(String name) {
        try {
            for (Path folder : folders) {
                Path file = folder.resolve(name).normalize();
                if (seen.containsKey(file) || Files.isRegularFile(file)) {
                    return Optional.of(file);
                }
            }
        } catch (InvalidPathException e) {
            return Optional.empty(); // no file can have such a name here
        }
        return Optional.empty();
    }
}
