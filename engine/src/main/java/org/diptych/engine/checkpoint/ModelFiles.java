package org.diptych.engine.checkpoint;

import java.nio.file.Path;
import java.util.Optional;

/// What lies beside a checkpoint's weights.
///
/// @param folder with tokenizer and preprocessor files, if the checkpoint is in one
public record ModelFiles(Optional<Path> folder) {
}
