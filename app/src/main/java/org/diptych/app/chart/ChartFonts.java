package org.diptych.app.chart;

import java.awt.Font;
import java.awt.FontFormatException;
import java.awt.GraphicsEnvironment;
import java.io.IOException;
import java.io.InputStream;

/// The bundled typeface for charts, which measure their texts with AWT.
public final class ChartFonts {
    private static final String[] FILES = {"NotoSansSC-Regular.ttf", "NotoSansSC-SemiBold.ttf"};
    private static boolean registered;

    private ChartFonts() {
    }

    /// Makes the family known to AWT; takes a moment, so not on JavaFX's thread.
    public static synchronized void register() {
        if (registered) {
            return;
        }
        for (String file : FILES) {
            try (InputStream in = ChartFonts.class.getResourceAsStream("/org/diptych/fonts/" + file)) {
                GraphicsEnvironment.getLocalGraphicsEnvironment().registerFont(Font.createFont(Font.TRUETYPE_FONT, in));
            } catch (IOException | FontFormatException e) {
                throw new IllegalStateException("font not readable: " + file, e);
            }
        }
        registered = true;
    }

    static Font of(int size) {
        return new Font("Noto Sans SC", Font.PLAIN, size);
    }

    static Font bold(int size) {
        return new Font("Noto Sans SC", Font.BOLD, size);
    }
}
