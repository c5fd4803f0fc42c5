package org.diptych.app.canvas;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.diptych.engine.api.Picture;
import org.diptych.engine.api.Scene;

/// What a person looks at.
///
/// @param shown the picture as the window draws it
/// @param seen  the same picture as it is handed to the model: a Toybox scene is drawn at the size its world was learnt at, and large for the eye; a photo
///              is whole, and scaled down for the eye
/// @param scene the scene behind it, at the shown size, when it is one
/// @param file  the file behind it, when it is one
public record Input(Picture shown, Picture seen, Optional<Scene> scene, Optional<Path> file) {
    /// Endings of picture files.
    public static final List<String> ENDINGS = List.of(".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp");

    public static boolean picture(Path file) {
        return ENDINGS.stream().anyMatch(file.toString().toLowerCase(Locale.ROOT)::endsWith);
    }

    /// @return shown pixels for each pixel of the seen picture
    public double scale() {
        return (double) shown.width() / seen.width();
    }
}
