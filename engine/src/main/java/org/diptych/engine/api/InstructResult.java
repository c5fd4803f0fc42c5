package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.Optional;

/// @param file          with every conversation, in LLaVA's form
/// @param conversations in it
/// @param unusable      answers that were left out
/// @param trouble       what was wrong with the last of these
public record InstructResult(Path file, int conversations, int unusable, Optional<Message> trouble) {
}
