package org.diptych.app.fx;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import javafx.scene.text.Font;

/// The bundled typeface, so that English and Chinese look the same on every machine.
public final class Fonts {
    public static final String FAMILY = "Noto Sans SC";
    private static final String[] FILES = {"NotoSansSC-Regular.ttf", "NotoSansSC-SemiBold.ttf"};

    private Fonts() {
    }

    /// Makes the family known to JavaFX.
    public static void register() {
        for (String file : FILES) {
            try (InputStream in = Fonts.class.getResourceAsStream("/org/diptych/fonts/" + file)) {
                if (Font.loadFont(in, 14) == null) {
                    throw new IllegalStateException("font not readable: " + file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
