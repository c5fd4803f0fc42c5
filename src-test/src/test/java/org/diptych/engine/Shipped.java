package org.diptych.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The weights that ship, as a folder: they may lie in a jar, and a checkpoint is mapped from a file.
public final class Shipped {
    private static final List<String> FILES = List.of("config.json", "tokenizer.json", "preprocessor_config.json",
            "diptych.json", "model.safetensors");

    private Shipped() {
    }

    /// @param folder which is there
    public static void unpack(String family, Path folder) throws IOException {
        for (String name : FILES) {
            try (InputStream in = Shipped.class.getResourceAsStream("/org/diptych/weights/" + family + "/" + name)) {
                assertThat(in).as(name).isNotNull();
                Files.copy(in, folder.resolve(name));
            }
        }
    }
}
