package org.diptych.engine.api;

import java.nio.file.Path;
import java.util.Optional;

/// Make one LLaVA of two models that know nothing of each other.
///
/// @param vision    a CLIP in Hugging Face's form, file or folder; its picture tower is taken
/// @param language  folder of a LLaMA in Hugging Face's form, with its tokenizer
/// @param projector `mm_projector.bin`, or nothing for a fresh one
/// @param out       folder of the new model
/// @param seed      of a fresh projector
public record AssembleRequest(Path vision, Path language, Optional<Path> projector, Path out, long seed) {
}
