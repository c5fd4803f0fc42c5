package org.diptych.engine.image;

import java.nio.charset.StandardCharsets;
import org.diptych.engine.api.EngineException;

/// The picture formats that are read, told apart by their first bytes: a file's name proves nothing.
enum Format {
    PNG("png"), JPEG("jpeg"), WEBP("webp"), GIF("gif"), BMP("bmp");

    /// Bytes that [#of] looks at.
    static final int MAGIC = 16;
    private final String reader;

    Format(String reader) {
        this.reader = reader;
    }

    /// @return the name under which ImageIO knows the format
    String reader() {
        return reader;
    }

    static Format of(byte[] bytes, String name) throws EngineException {
        String start = new String(bytes, 0, Math.min(bytes.length, MAGIC), StandardCharsets.ISO_8859_1);
        if (start.startsWith("\u0089PNG\r\n\u001a\n")) {
            return PNG;
        }
        if (start.startsWith("\u00ff\u00d8\u00ff")) {
            return JPEG;
        }
        if (start.startsWith("RIFF") && start.startsWith("WEBP", 8)) {
            return WEBP;
        }
        if (start.startsWith("GIF87a") || start.startsWith("GIF89a")) {
            return GIF;
        }
        if (start.startsWith("BM")) {
            return BMP;
        }
        throw new EngineException("image.unknown", name);
    }
}
